"""JSON and dataclasses: one reader and one writer for all of a definition, driven by its types.

The annotations of the fields are the schema, so a new kind of question brings its own. The reader
takes anything, raises nothing and notes every fault with its place.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from kern.text.normalise import clean_line, normalise
from umfragen.definition.findings import Finding, Path
from umfragen.definition.texts import ANY, LANGUAGE, Text
from umfragen.words import Words

MAX_NUMBER = 1e12
MAX_FINDINGS = 200
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Within:
    """Bounds of a number, both included."""

    low: float
    high: float


@dataclass(frozen=True)
class Chars:
    """How long a text may be, and whether it may have lines."""

    most: int
    lines: bool = True


@dataclass(frozen=True)
class Matching:
    pattern: re.Pattern[str]
    sentence: Words


@dataclass(frozen=True)
class Many:
    """How many entries a list may have."""

    most: int
    least: int = 0


class _Refused:
    """Stands for a value that was noted as a fault."""


REFUSED: Any = _Refused()
WRONG_KIND = "Diese Angabe hat nicht die richtige Art."


class Reader:
    """Collects findings while it reads; `classes` finds the class of a variant by its `kind`."""

    def __init__(self, classes: Mapping[str, type]) -> None:
        self.classes = classes
        self.findings: list[Finding] = []

    def note(self, finding: Finding) -> Any:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)
        return REFUSED

    def read(self, kind: Any, value: object, path: Path) -> Any:  # noqa: PLR0911 - one per type
        """The value as this type, or REFUSED."""
        kind, bounds = _bare(kind)
        if kind is Text:
            return self._text(value, path, bounds)
        if get_origin(kind) in (Union, UnionType):
            return self._union(kind, value, path, bounds)
        if get_origin(kind) is tuple:
            return self._many(kind, value, path, bounds)
        if isinstance(kind, type) and is_dataclass(kind):
            return self._record(kind, value, path)
        if issubclass(kind, StrEnum):
            return self._choice(kind, value, path)
        readers: dict[Any, Callable[..., Any]] = {
            str: self._line,
            int: self._number,
            float: self._number,
        }
        if kind is bool:
            return value if isinstance(value, bool) else self.note(Finding(WRONG_KIND, path))
        return readers[kind](value, path, bounds, kind)

    def _union(self, kind: Any, value: object, path: Path, bounds: list[Any]) -> Any:
        members = get_args(kind)
        if NoneType in members:
            if value is None:
                return None
            (member,) = (member for member in members if member is not NoneType)
            return self.read(_annotated(member, bounds), value, path)
        return self._variant(value, path)

    def _variant(self, value: object, path: Path) -> Any:
        if not isinstance(value, dict):
            return self.note(Finding(WRONG_KIND, path))
        name = value.get("kind")
        found = self.classes.get(name) if isinstance(name, str) else None
        if found is None:
            return self.note(Finding("Diese Art von Frage gibt es nicht.", (*path, "kind")))
        rest = {key: content for key, content in value.items() if key != "kind"}
        return self._record(found, rest, path)

    def _record(self, kind: type, value: object, path: Path) -> Any:
        if not isinstance(value, dict):
            return self.note(Finding(WRONG_KIND, path))
        read: dict[str, Any] = {}
        for field, hint in schema(kind).values():
            if field.name in value:
                read[field.name] = self.read(hint, value[field.name], (*path, field.name))
            elif field.default is MISSING and field.default_factory is MISSING:
                read[field.name] = self.note(Finding("Diese Angabe fehlt.", (*path, field.name)))
        for name in sorted(map(str, value.keys() - schema(kind).keys())):
            self.note(
                Finding(
                    "Die Angabe „%(name)s“ ist hier unbekannt.", path, name=clean_line(name, 40)
                )
            )
        return REFUSED if any(entry is REFUSED for entry in read.values()) else kind(**read)

    def _many(self, kind: Any, value: object, path: Path, bounds: list[Any]) -> Any:
        if not isinstance(value, list | tuple):
            return self.note(Finding(WRONG_KIND, path))
        limits = next((bound for bound in bounds if isinstance(bound, Many)), Many(1_000))
        if len(value) > limits.most:
            return self.note(
                Finding("Hier sind höchstens %(most)s möglich.", path, most=limits.most)
            )
        if len(value) < limits.least:
            self.note(Finding("Hier fehlt noch etwas.", path))
        member = get_args(kind)[0]
        read = tuple(self.read(member, entry, (*path, at)) for at, entry in enumerate(value))
        return REFUSED if any(entry is REFUSED for entry in read) else read

    def _choice(self, kind: type[StrEnum], value: object, path: Path) -> Any:
        if isinstance(value, str) and value in {member.value for member in kind}:
            return kind(value)
        return self.note(Finding("Diesen Wert gibt es hier nicht.", path))

    def _number(self, value: object, path: Path, bounds: list[Any], kind: type) -> Any:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return self.note(Finding(WRONG_KIND, path))
        if isinstance(value, float) and not math.isfinite(value):
            return self.note(Finding(WRONG_KIND, path))
        if kind is int and value != int(value):
            return self.note(Finding("Hier steht eine ganze Zahl.", path))
        limits = next((b for b in bounds if isinstance(b, Within)), Within(-MAX_NUMBER, MAX_NUMBER))
        if not limits.low <= value <= limits.high:
            return self.note(
                Finding(
                    "Hier steht eine Zahl von %(low)s bis %(high)s.",
                    path,
                    low=f"{limits.low:g}",
                    high=f"{limits.high:g}",
                )
            )
        return tidy(value)

    def _line(self, value: object, path: Path, bounds: list[Any], _kind: type = str) -> Any:
        if not isinstance(value, str):
            return self.note(Finding(WRONG_KIND, path))
        chars = next((bound for bound in bounds if isinstance(bound, Chars)), Chars(LONGEST_TEXT))
        if len(value) > chars.most:
            return self.note(Finding("Bitte höchstens %(limit)s Zeichen.", path, limit=chars.most))
        text = normalise(value) if chars.lines else clean_line(value, chars.most)
        for bound in bounds:
            if isinstance(bound, Matching) and not bound.pattern.fullmatch(text):
                return self.note(Finding(bound.sentence.message, path))
        return text

    def _text(self, value: object, path: Path, bounds: list[Any]) -> Any:
        if isinstance(value, str):
            value = {ANY: value}
        if not isinstance(value, dict):
            return self.note(Finding(WRONG_KIND, path))
        words: dict[str, Any] = {}
        for language, text in value.items():
            if language != ANY and not LANGUAGE.fullmatch(str(language)):
                self.note(Finding("Diese Sprache kennen wir nicht.", path))
                continue
            words[language] = self._line(text, path, bounds)
        return REFUSED if any(text is REFUSED for text in words.values()) else Text.of(words)


def tidy(number: float) -> float:
    """Whole numbers are `int`, so that JSON and equality know one form of each."""
    return int(number) if number == int(number) else number


def _bare(kind: Any) -> tuple[Any, list[Any]]:
    """The type without its annotations, and these."""
    if get_origin(kind) is Annotated:
        inner, *bounds = get_args(kind)
        return inner, bounds
    return kind, []


def _annotated(kind: Any, bounds: list[Any]) -> Any:
    for bound in bounds:
        kind = Annotated[kind, bound]
    return kind


@cache
def schema(kind: type) -> dict[str, tuple[Field[Any], Any]]:
    """Name -> field and annotated type, in the order of the class."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: (field, hints[field.name]) for field in fields(kind)}


def write(value: Any) -> Any:
    """JSON of a dataclass; what equals its default is left out, so documents stay small."""
    if isinstance(value, Text):
        words = dict(value)
        return words[ANY] if set(words) == {ANY} else words
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [write(entry) for entry in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found = {"kind": value.KIND} if hasattr(value, "KIND") else {}
    for field in fields(value):
        content = getattr(value, field.name)
        if field.default is MISSING or content != field.default:
            found[field.name] = write(content)
    return found
