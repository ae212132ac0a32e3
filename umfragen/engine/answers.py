"""Answers of one person: typed values by item key, and their JSON.

`Answers` holds everything that was ever given, also to questions that are hidden by now. Which of
it counts is decided by the engine, never here.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kern.text.normalise import normalise
from umfragen.definition.codec import MAX_NUMBER, tidy
from umfragen.definition.items import Holds, Item
from umfragen.definition.questions import MAX_FILES, MAX_LONG_TEXT, Shape

MAX_POINTS = 500
DIGITS = 6  # of degrees: 11 cm
TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
GEOJSON = {Shape.POINT: "Point", Shape.LINE: "LineString", Shape.AREA: "Polygon"}
LEAST_POINTS = {Shape.POINT: 1, Shape.LINE: 2, Shape.AREA: 3}


@dataclass(frozen=True, slots=True)
class Geometry:
    """Points as (longitude, latitude); an area is one ring, not closed."""

    shape: Shape
    points: tuple[tuple[float, float], ...]

    def geojson(self) -> dict[str, Any]:
        points = [list(point) for point in self.points]
        if self.shape is Shape.POINT:
            return {"type": "Point", "coordinates": points[0]}
        if self.shape is Shape.LINE:
            return {"type": "LineString", "coordinates": points}
        return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


Value = float | str | tuple[int, ...] | tuple[str, ...] | Mapping[int, float | str] | Geometry
Answers = Mapping[int, Value]
Items = Mapping[int, Item]


def to_json(answers: Answers) -> dict[str, Any]:
    """By key as text, in order of the keys: the same answers are the same text."""
    return {str(key): value_to_json(answers[key]) for key in sorted(answers)}


def value_to_json(value: Value) -> Any:
    if isinstance(value, Geometry):
        return value.geojson()
    if isinstance(value, Mapping):
        return {str(code): value[code] for code in sorted(value)}
    return list(value) if isinstance(value, tuple) else value


def from_json(items: Items, document: object) -> dict[int, Value]:
    """What of a stored draft still fits the questions of today; the rest is left out silently."""
    if not isinstance(document, dict):
        return {}
    found = {}
    for key, item in items.items():
        value = value_from_json(item, document.get(str(key)))
        if value is not None:
            found[key] = value
    return found


def value_from_json(item: Item, value: object) -> Value | None:
    """None for what is no answer to this item."""
    return READERS[item.holds](item, value)


def _code(item: Item, value: object) -> Value | None:
    return value if _is_whole(value) and value in item.codes else None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _codes(item: Item, value: object) -> tuple[int, ...] | None:
    found = _order(item, value)
    return found and tuple(sorted(found))


def _order(item: Item, value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list | tuple):
        return None
    codes = [code for code in value if _is_whole(code) and code in item.codes]
    return tuple(dict.fromkeys(codes)) or None


def number_value(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return tidy(value) if abs(value) <= MAX_NUMBER else None


def text_value(value: object) -> str | None:
    """Normalised and without blanks around; None where nothing is left."""
    return normalise(value[:MAX_LONG_TEXT]).strip() or None if isinstance(value, str) else None


def _cells(read: Callable[[object], float | str | None]) -> Callable[[Item, object], Value | None]:
    def cells(item: Item, value: object) -> Value | None:
        if not isinstance(value, Mapping):
            return None
        found = {}
        for code in sorted(item.codes):
            cell = read(value.get(str(code), value.get(code)))
            if cell is not None:
                found[code] = cell
        return found or None

    return cells


def _tokens(_item: Item, value: object) -> Value | None:
    if not isinstance(value, list | tuple):
        return None
    tokens = [token for token in value if isinstance(token, str) and TOKEN.fullmatch(token)]
    return tuple(dict.fromkeys(tokens))[:MAX_FILES] or None


def _result(_item: Item, value: object) -> Value | None:
    return text_value(value) if isinstance(value, str) else number_value(value)


def geometry_value(value: object) -> Geometry | None:
    """From GeoJSON of any of the three shapes."""
    if isinstance(value, Geometry):
        return value
    if not isinstance(value, dict):
        return None
    for shape, name in GEOJSON.items():
        if value.get("type") == name:
            points = _points(shape, value.get("coordinates"))
            return Geometry(shape, points) if points else None
    return None


def _points(shape: Shape, found: object) -> tuple[tuple[float, float], ...] | None:
    if shape is Shape.POINT:
        found = [found]
    elif shape is Shape.AREA:
        found = found[0] if isinstance(found, list) and found else None
    if not isinstance(found, list) or len(found) > MAX_POINTS:
        return None
    points = [_point(point) for point in found]
    if any(point is None for point in points):
        return None
    whole = [point for point in points if point is not None]
    if shape is Shape.AREA and len(whole) > 1 and whole[0] == whole[-1]:
        whole.pop()
    return tuple(whole) if len(whole) >= LEAST_POINTS[shape] else None


def _point(found: object) -> tuple[float, float] | None:
    if not isinstance(found, list | tuple) or not 2 <= len(found) <= 3:  # noqa: PLR2004 - with height
        return None
    longitude, latitude = number_value(found[0]), number_value(found[1])
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:  # noqa: PLR2004 - degrees
        return None
    return tidy(round(longitude, DIGITS)), tidy(round(latitude, DIGITS))


READERS: Mapping[Holds, Callable[[Item, object], Value | None]] = {
    Holds.CODE: _code,
    Holds.CODES: _codes,
    Holds.ORDER: _order,
    Holds.NUMBER: lambda _item, value: number_value(value),
    Holds.TEXT: lambda _item, value: text_value(value),
    Holds.NUMBERS: _cells(number_value),
    Holds.TEXTS: _cells(text_value),
    Holds.TOKENS: _tokens,
    Holds.GEOMETRY: lambda _item, value: geometry_value(value),
    Holds.RESULT: _result,
}
