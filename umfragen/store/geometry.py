"""A place as one point: its own, or of a line or area the middle of the corners. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Point = tuple[float, float]
"""Longitude and latitude, WGS 84."""


def point_of(geometry: object) -> Point | None:
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
