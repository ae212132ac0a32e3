"""What types cannot say of a definition: keys are one of a kind, bounds have an inside, and so on.

Expressions are not looked into here; `umfragen.checks` does that.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from umfragen.definition.findings import Finding, Path
from umfragen.definition.items import Holds, items_of
from umfragen.definition.model import Definition, Quota, keys_of, question_keys
from umfragen.definition.parts import Option, Row
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Clock,
    Contact,
    Format,
    Info,
    Look,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Place,
    Ranking,
    Scale,
    Single,
    Slider,
    When,
)

PART = re.compile(r"[A-Za-z0-9_]+")
WHEN = {
    Clock.DATE: re.compile(r"\d{4}-\d\d-\d\d"),
    Clock.TIME: re.compile(r"\d\d:\d\d"),
    Clock.BOTH: re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d"),
}


def check_identity(definition: Definition) -> Iterator[Finding]:
    """What not even a draft may break, for answers would get mixed up: numbers given out twice."""
    yield from _keys(definition)
    for at, page in enumerate(definition.pages):
        for place, question in enumerate(page.questions):
            path: Path = ("pages", at, "questions", place)
            if isinstance(question, Single | Multiple | Ranking):
                yield from _unique_codes(question.options, (*path, "options"))
            elif isinstance(question, Matrix):
                yield from _unique_codes(question.columns, (*path, "columns"))


def check_structure(definition: Definition) -> Iterator[Finding]:
    """Everything that has to be mended before a version can be published."""
    yield from _languages(definition)
    yield from _names(definition)
    for at, page in enumerate(definition.pages):
        for place, question in enumerate(page.questions):
            yield from _question(question, ("pages", at, "questions", place))
    items = (item for question in definition.questions() for item in items_of(question))
    codes = {item.key: item.codes for item in items if item.holds in {Holds.CODE, Holds.CODES}}
    for at, quota in enumerate(definition.quotas):
        yield from _quota(quota, codes, ("quotas", at))


def _languages(definition: Definition) -> Iterator[Finding]:
    for at in _repeated(definition.languages):
        yield Finding("Diese Sprache steht schon da.", ("languages", at))


def _repeated(values: Iterable[object]) -> Iterator[int]:
    """Positions of what occurred before."""
    seen = set()
    for at, value in enumerate(values):
        if value in seen:
            yield at
        seen.add(value)


def _keys(definition: Definition) -> Iterator[Finding]:
    counts = Counter(keys_of(definition))
    for at, page in enumerate(definition.pages):
        yield from _key(page.key, counts, ("pages", at, "key"))
        for place, question in enumerate(page.questions):
            for key in question_keys(question):
                yield from _key(key, counts, ("pages", at, "questions", place, "key"))
    if definition.last_key and definition.last_key < max(counts):
        yield Finding(
            "Die höchste vergebene Nummer ist kleiner als die Nummer %(key)s.",
            ("last_key",),
            key=max(counts),
        )


def _key(key: int, counts: Counter[int], path: Path) -> Iterator[Finding]:
    if counts[key] > 1:
        yield Finding("Die Nummer %(key)s ist mehrmals vergeben.", path, key=key)


def _names(definition: Definition) -> Iterator[Finding]:
    seen: set[str] = set()
    for at, page in enumerate(definition.pages):
        for place, question in enumerate(page.questions):
            name = question.name.casefold()
            if name in seen:
                yield Finding(
                    "Das Kürzel „%(name)s“ gibt es schon. Groß und klein zählt hier als gleich.",
                    ("pages", at, "questions", place, "name"),
                    name=question.name,
                )
            seen.add(name)


def _question(question: AnyQuestion, path: Path) -> Iterator[Finding]:  # noqa: C901 - one case per kind
    if not question.text and not isinstance(question, Info) and question.KIND != "computed":
        yield Finding("Die Frage hat noch keinen Text.", (*path, "text"))
    if isinstance(question, Info) and not (question.text or question.help):
        yield Finding("Der Hinweis hat noch keinen Text.", (*path, "text"))
    match question:
        case Single() | Multiple() | Ranking():
            yield from _options(question.options, (*path, "options"))
            yield from _picks(question, path)
        case Matrix():
            yield from _options(question.columns, (*path, "columns"))
            yield from _rows(question.rows, (*path, "rows"))
            yield from _bounds(question.low, question.high, path)
            if question.cell in {Cell.NUMBER, Cell.TEXT}:
                yield from _part_names(question.columns, (*path, "columns"))
        case NumberList():
            yield from _rows(question.rows, (*path, "rows"))
            yield from _bounds(question.low, question.high, path)
            yield from _total(question, path)
        case Number() | Slider():
            yield from _bounds(question.low, question.high, path)
        case Scale():
            yield from _scale(question, path)
        case When():
            yield from _when(question, path)
        case Contact():
            if question.format is Format.PATTERN and not question.pattern:
                yield Finding("Hier fehlt das Muster.", (*path, "pattern"))
        case Place():
            yield from _within(question, path)


def _unique_codes(options: tuple[Option, ...], path: Path) -> Iterator[Finding]:
    for at in _repeated(option.code for option in options):
        yield Finding(
            "Die Nummer %(code)s gibt es in dieser Frage schon.",
            (*path, at, "code"),
            code=options[at].code,
        )


def _options(options: tuple[Option, ...], path: Path) -> Iterator[Finding]:
    for at in _repeated(option.name.casefold() for option in options):
        yield _twice(options[at].name, (*path, at, "name"))
    for at, option in enumerate(options):
        if not option.text and not option.image:
            yield Finding("Diese Antwort hat noch keinen Text.", (*path, at, "text"))
    if all(option.retired for option in options):
        yield Finding("Alle Antworten sind stillgelegt.", path)


def _twice(name: str, path: Path) -> Finding:
    return Finding("Das Kürzel „%(name)s“ gibt es in dieser Frage schon.", path, name=name)


def _part_names(parts: Sequence[Option | Row], path: Path) -> Iterator[Finding]:
    """Names that become part of a longer one: `Q_bus`."""
    for at, part in enumerate(parts):
        if not PART.fullmatch(part.name) or part.name.casefold() in {"other", "comment"}:
            yield Finding(
                "Das Kürzel „%(name)s“ ist hier nicht möglich.", (*path, at, "name"), name=part.name
            )


def _rows(rows: tuple[Row, ...], path: Path) -> Iterator[Finding]:
    for at in _repeated(row.name.casefold() for row in rows):
        yield _twice(rows[at].name, (*path, at, "name"))
    for at, row in enumerate(rows):
        if not row.text:
            yield Finding("Diese Zeile hat noch keinen Text.", (*path, at, "text"))
    yield from _part_names(rows, path)


def _picks(question: Single | Multiple | Ranking, path: Path) -> Iterator[Finding]:
    if isinstance(question, Single):
        return
    if isinstance(question, Multiple):
        yield from _part_names(question.options, (*path, "options"))
    there = sum(not option.retired for option in question.options)
    there += isinstance(question, Multiple) and question.other is not None
    if question.least > there:
        yield Finding(
            "So viele Antworten gibt es nicht: verlangt sind %(least)s, da sind %(there)s.",
            (*path, "least"),
            least=question.least,
            there=there,
        )
    if question.most is not None and question.most < question.least:
        yield Finding("Die Höchstzahl ist kleiner als die Mindestzahl.", (*path, "most"))


def _bounds(low: float | None, high: float | None, path: Path) -> Iterator[Finding]:
    if low is not None and high is not None and low >= high:
        yield Finding("Der größte Wert ist nicht größer als der kleinste.", (*path, "high"))


def _total(question: NumberList, path: Path) -> Iterator[Finding]:
    if question.total is None:
        return
    rows = sum(not row.retired for row in question.rows)
    if question.high is not None and question.high * rows < question.total:
        yield Finding(
            "Die Summe %(total)s ist mit diesen Höchstwerten nicht zu erreichen.",
            (*path, "total"),
            total=f"{question.total:g}",
        )
    if question.low is not None and question.low * rows > question.total:
        yield Finding(
            "Die Summe %(total)s ist kleiner als alle Mindestwerte zusammen.",
            (*path, "total"),
            total=f"{question.total:g}",
        )


def _scale(question: Scale, path: Path) -> Iterator[Finding]:
    if question.look is Look.NPS and (question.low, question.high) != (0, 10):
        yield Finding("Eine Weiterempfehlung fragt von 0 bis 10.", (*path, "high"))
    if question.look in {Look.STARS, Look.FACES} and question.low != 1:
        yield Finding("Sterne und Gesichter zählen ab 1.", (*path, "low"))


def _when(question: When, path: Path) -> Iterator[Finding]:
    fits = WHEN[question.clock]
    for name, value in (("earliest", question.earliest), ("latest", question.latest)):
        if value and not fits.fullmatch(value):
            yield Finding("Diese Grenze passt nicht zur Art der Frage.", (*path, name))
    if question.earliest and question.latest and question.latest < question.earliest:
        yield Finding("Das späteste Datum liegt vor dem frühesten.", (*path, "latest"))


def _within(question: Place, path: Path) -> Iterator[Finding]:
    match question.within:
        case ():
            return
        case (west, south, east, north) if west < east and -90 <= south < north <= 90:  # noqa: PLR2004 - degrees
            return
    yield Finding(
        "Der Ausschnitt der Karte hat die vier Seiten West, Süd, Ost und Nord.", (*path, "within")
    )


def _quota(quota: Quota, codes: dict[int, frozenset[int]], path: Path) -> Iterator[Finding]:
    for at, member in enumerate(quota.members):
        if member.code not in codes.get(member.key, frozenset()):
            yield Finding(
                "Diese Bedingung nennt eine Antwort, die es nicht gibt.", (*path, "members", at)
            )
