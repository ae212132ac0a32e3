"""Answers on the map, counted in hexagons."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from kern.i18n import _
from umfragen.statistics.hexagons import Hexagons, Point, bin_points

EDGES = (50, 100, 250, 500, 1_000, 2_500)
"""Lengths of a side in metres; the finest that still leaves few hexagons is taken."""

MOST = 60  # hexagons on one map
SOME = 2_000  # points that tell beforehand that a hexagon is too small


def heat(points: Sequence[Point], k: int) -> Hexagons:
    """In hexagons as small as the answers allow: most people shall be on the map, in not too many
    cells."""
    fitting = Hexagons((), len(points), len(points))
    some = points[:SOME] if len(points) > SOME else ()
    for edge in EDGES:
        if edge != EDGES[-1] and len(bin_points(some, edge, k).shown) > MOST:
            continue  # more points would fill still more of them
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
