"""Single answers as people type them: numbers with German commas, dates, places on the map.

Every function takes a text of bounded length and answers a value or raises a Fault.
"""

import json
import re
from contextlib import suppress
from datetime import date, time

from umfragen.definition.codec import MAX_NUMBER, tidy
from umfragen.definition.questions import Clock, Shape
from umfragen.engine.answers import GEOJSON, MAX_POINTS, Geometry, geometry_value
from umfragen.engine.faults import Fault

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+", re.ASCII)
_GERMAN_DATE = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?(?:\s*Uhr)?", re.ASCII | re.IGNORECASE)
_DEGREES = re.compile(r"[+-]?\d{1,3}(?:\.\d+)?", re.ASCII)
_SPACES = str.maketrans("", "", " \u00a0\u202f'\u2019")
_UNKNOWN_PLACE = {
    Shape.POINT: "Diesen Ort erkennen wir nicht. Bitte setzen Sie den Punkt noch einmal.",
    Shape.LINE: "Diese Linie erkennen wir nicht. Bitte setzen Sie mindestens zwei Punkte.",
    Shape.AREA: "Diese Fläche erkennen wir nicht. Bitte setzen Sie mindestens drei Punkte.",
}
NO_DATE = "Bitte schreiben Sie ein Datum wie 24.12.2026."
MAX_GEOJSON = 60_000  # characters; 500 points take 20,000


def parse_number(text: str, decimals: int) -> float:
    """`1234,5`, `1.234,5`, `1234.5`; where no decimals are asked, a dot groups."""
    text = text.translate(_SPACES).replace("−", "-")
    if "," in text or (not decimals and _GROUPED.fullmatch(text)):
        whole, comma, rest = text.partition(",")
        if _GROUPED.fullmatch(whole):
            whole = whole.replace(".", "")
        text = whole + (f".{rest}" if comma else "")
    if not _NUMBER.fullmatch(text) or len(text) > 40:  # noqa: PLR2004 - far beyond MAX_NUMBER
        raise Fault("Bitte schreiben Sie hier eine Zahl, zum Beispiel 12.")
    number = tidy(float(text))
    if abs(number) > MAX_NUMBER:
        raise Fault("Diese Zahl ist zu groß.")
    if number == round(number, decimals):
        return number
    if decimals:
        raise Fault("Erlaubte Stellen nach dem Komma: %(decimals)s.", decimals=decimals)
    raise Fault("Bitte schreiben Sie hier eine ganze Zahl, ohne Komma.")


def parse_when(text: str, clock: Clock) -> str:
    """In ISO form: `2026-12-24`, `18:30`, `2026-12-24T18:30`. Also takes `24.12.2026 18:30`."""
    text = " ".join(text.replace("T", " ").split())
    if clock is Clock.TIME:
        return _hour(text).strftime("%H:%M")
    found = _GERMAN_DATE.match(text) or _ISO_DATE.match(text)
    end = found.end() if found else len(text)
    day, rest = _day(text[:end]), text[end:].strip(" ,")
    if clock is Clock.BOTH:
        return f"{day.isoformat()}T{_hour(rest).strftime('%H:%M')}"
    if rest:
        raise Fault(NO_DATE)
    return day.isoformat()


def _day(text: str) -> date:
    german, iso = _GERMAN_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    parts = german.groups()[::-1] if german else iso.groups() if iso else ()
    try:
        year, month, day = map(int, parts)
        found = date(year, month, day)
    except ValueError:
        raise Fault(NO_DATE) from None
    if not 1800 <= year <= 2300:  # noqa: PLR2004 - years people mean
        raise Fault("Bitte prüfen Sie das Jahr.")
    return found


def _hour(text: str) -> time:
    found = _TIME.fullmatch(text)
    if found is not None:
        with suppress(ValueError):
            return time(int(found[1]), int(found[2] or 0))
    raise Fault("Bitte schreiben Sie eine Uhrzeit wie 18:30.")


def parse_place(text: str, shape: Shape) -> Geometry:
    """GeoJSON, or `50.735, 7.101`: latitude and longitude, for each point a line."""
    found = _from_geojson(text) if text.lstrip().startswith("{") else _from_lines(text, shape)
    if found is None or found.shape is not shape:
        raise Fault(_UNKNOWN_PLACE[shape])
    return found


def _from_geojson(text: str) -> Geometry | None:
    if len(text) > MAX_GEOJSON:
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = document.get("geometry")
    return geometry_value(document)


def _from_lines(text: str, shape: Shape) -> Geometry | None:
    lines = [line for line in text.splitlines() if line.strip()]
    points = [_from_degrees(line) for line in lines[: MAX_POINTS + 1]]
    if not points or None in points:
        return None
    if shape is Shape.POINT:
        return points[0] if len(points) == 1 else None
    found = [list(point.points[0]) for point in points if point is not None]
    coordinates = [found] if shape is Shape.AREA else found
    return geometry_value({"type": GEOJSON[shape], "coordinates": coordinates})


def _from_degrees(text: str) -> Geometry | None:
    """Commas separate numbers or are inside of them: `50,735 7,101` and `50.735, 7.101`."""
    parts = text.split(";") if ";" in text else text.split()
    if len(parts) == 1:
        parts = text.split(",")
    degrees = [part.strip().rstrip(",°").replace(",", ".") for part in parts]
    if len(degrees) != 2 or not all(map(_DEGREES.fullmatch, degrees)):  # noqa: PLR2004 - latitude, longitude
        return None
    latitude, longitude = map(float, degrees)
    return geometry_value({"type": GEOJSON[Shape.POINT], "coordinates": [longitude, latitude]})
