"""Answers on the map, counted in hexagons."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kern.i18n import _
from umfragen.results.selecting import Answer
from umfragen.statistics.hexagons import Hexagons, Point, bin_points

EDGES = (50, 100, 250, 500, 1_000, 2_500)
"""Lengths of a side in metres; the finest that still leaves few hexagons is taken."""

MOST = 60  # hexagons on one map


def points_of(answers: Iterable[Answer], item: int) -> list[tuple[Point, int]]:
    """One point for each answer, of lines and areas the middle of their corners."""
    found = []
    for answer in answers:
        point = point_of(answer.row.get(str(item)))
        if point is not None:
            found.append((point, answer.rkey))
    return found


def point_of(geometry: Mapping[str, Any] | None) -> Point | None:
    if not isinstance(geometry, Mapping):
        return None
    corners = list(_corners(geometry.get("coordinates")))
    if not corners:
        return None
    return (
        math.fsum(x for x, _ in corners) / len(corners),
        math.fsum(y for _, y in corners) / len(corners),
    )


def _corners(found: Any) -> Iterator[Point]:
    if not isinstance(found, Sequence) or isinstance(found, str) or not found:
        return
    if isinstance(found[0], int | float):
        yield float(found[0]), float(found[1])
        return
    for one in found:
        yield from _corners(one)


def heat(points: Sequence[Point], k: int) -> Hexagons:
    """In hexagons as small as the answers allow: most people shall be on the map, in not too many
    cells."""
    fitting = Hexagons((), len(points), len(points))
    for edge in EDGES:
        fitting = bin_points(points, edge, k)
        is_full = fitting.rest <= len(points) / 4
        if is_full and len(fitting.shown) <= MOST:
            return fitting
    return fitting


def geojson(hexagons: Hexagons, step: int = 1) -> dict[str, Any]:
    """For the map. With a `step` counts are rounded down to it."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "n": one.n - one.n % step,
                    "heat": shade(one.n, hexagons),
                    "centre": _rounded(one.centre),
                },
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [
                        [_rounded(corner) for corner in (*one.corners, one.corners[0])]
                    ],
                },
            }
            for one in hexagons.shown
        ],
    }


def shade(n: int, hexagons: Hexagons) -> int:
    """From 1 to 5, by the fullest one."""
    return max(1, math.ceil(5 * n / max(one.n for one in hexagons.shown)))


def listed(collection: Mapping[str, Any], *, more: bool = False) -> list[tuple[str, str]]:
    """The middle of each hexagon and its count, in words. `more`: counts are rounded down."""
    found = []
    for feature in collection["features"]:
        properties = feature["properties"]
        n, (longitude, latitude) = properties["n"], properties["centre"]
        count = _("mindestens %(n)s", n=n) if more else str(n)
        found.append((f"{latitude:.4f}, {longitude:.4f}", count))
    return found


def _rounded(point: Point) -> list[float]:
    return [round(point[0], 5), round(point[1], 5)]
