"""Points of a map counted in hexagons, so that no single doorstep is public.

Axial coordinates and rounding by the longest error: Patel, Hexagonal Grids (Red Blob Games, 2013).
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from umfragen.statistics.suppression import K

METRES = 6_371_008.8 * math.pi / 180
"""Of one degree of latitude, on a sphere of the mean radius of the earth."""

Point = tuple[float, float]
"""Longitude and latitude in degrees."""


@dataclass(frozen=True, slots=True)
class Hexagon:
    """`corners`: six points, the first one not repeated."""

    centre: Point
    corners: tuple[Point, ...]
    n: int


@dataclass(frozen=True, slots=True)
class Hexagons:
    """Fullest first. `rest` lies in hexagons too empty to be shown; say it to the public only when
    it is enough people itself."""

    shown: tuple[Hexagon, ...]
    rest: int
    n: int


def bin_points(points: Iterable[Point], edge: float, k: int = K) -> Hexagons:
    """`edge`: length of a side in metres. The grid stands still: the same point always falls into
    the same hexagon, whatever else is on the map."""
    if edge <= 0:
        raise ValueError("a hexagon has a side")
    found: Counter[tuple[int, int, int]] = Counter()
    for longitude, latitude in points:
        band = round(latitude)  # metres per degree of longitude change with it
        found[band, *_hexagon_of(longitude * _metres(band), latitude * METRES, edge)] += 1
    shown = [
        _draw(band, q, r, edge, n) for (band, q, r), n in sorted(found.items()) if n >= max(1, k)
    ]
    n = found.total()
    shown.sort(key=lambda one: (-one.n, one.centre))
    return Hexagons(tuple(shown), n - sum(one.n for one in shown), n)


def _metres(band: int) -> float:
    """Of one degree of longitude at this latitude; a circle at the pole still has a length."""
    return METRES * max(math.cos(math.radians(band)), 1e-6)


def _hexagon_of(x: float, y: float, edge: float) -> tuple[int, int]:
    q = (math.sqrt(3) / 3 * x - y / 3) / edge
    r = (2 / 3 * y) / edge
    s = -q - r
    rounded = [round(q), round(r), round(s)]
    errors = [abs(a - b) for a, b in zip(rounded, (q, r, s), strict=True)]
    worst = errors.index(max(errors))
    if worst == 0:
        rounded[0] = -rounded[1] - rounded[2]
    elif worst == 1:
        rounded[1] = -rounded[0] - rounded[2]
    return rounded[0], rounded[1]


def _draw(band: int, q: int, r: int, edge: float, n: int) -> Hexagon:
    x, y = edge * math.sqrt(3) * (q + r / 2), edge * 1.5 * r

    def point(dx: float, dy: float) -> Point:
        return (x + dx) / _metres(band), (y + dy) / METRES

    angles = (math.radians(60 * corner + 30) for corner in range(6))
    corners = tuple(point(edge * math.cos(angle), edge * math.sin(angle)) for angle in angles)
    return Hexagon(point(0, 0), corners, n)
