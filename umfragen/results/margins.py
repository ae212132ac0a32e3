"""Figures of the population as the town's statistics office hands them out: a small CSV. Pure."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from kern.errors import Invalid
from umfragen.definition.questions import AnyQuestion
from umfragen.results.figures import Shape, codes_of, shape_of
from umfragen.results.wording import Wording

MAX_BYTES = 100_000
MAX_LINES = 500
COLUMNS = 2
BETWEEN_THOUSANDS = re.compile(r"[\s'’]")  # spaces that do not break among them
FIGURE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


@dataclass(frozen=True, slots=True)
class Read:
    """People by code. `unknown`: groups of the file that no option is called like."""

    people: Mapping[int, float]
    unknown: tuple[str, ...]
    missing: tuple[int, ...]


def can_weigh(question: AnyQuestion) -> bool:
    """Groups must exclude each other."""
    return shape_of(question) in {Shape.CHOICE, Shape.SCALE} and question.KIND != "matrix"


def read_margin(data: bytes, question: AnyQuestion, wording: Wording) -> Read:
    """Two columns: a group as the option is called (or its number), and how many people. A first
    line without a figure is a heading. Raises Invalid at "file" with the line it is about."""
    if len(data) > MAX_BYTES:
        raise Invalid(
            "Die Datei ist zu groß. Zwei Spalten mit Gruppe und Zahl genügen.", field="file"
        )
    codes = _names(question, wording)
    people: dict[int, float] = {}
    unknown = []
    for number, (group, figure) in _lines(data):
        count = _number(figure)
        if count is None and number == 1:
            continue
        if count is None:
            raise Invalid(
                "Zeile %(number)s: „%(figure)s“ ist keine Zahl von Menschen.",
                field="file", number=number, figure=figure[:40],
            )  # fmt: skip
        code = codes.get(_folded(group))
        if code is None:
            unknown.append(group)
        elif code in people:
            raise Invalid(
                "Zeile %(number)s: „%(group)s“ steht schon weiter oben.",
                field="file", number=number, group=group[:40],
            )  # fmt: skip
        else:
            people[code] = count
    if sum(1 for count in people.values() if count) < COLUMNS:
        raise Invalid(
            "Keine zwei Gruppen heißen wie Antworten dieser Frage. Bitte schreiben Sie"
            " die Gruppen so, wie sie in der Umfrage stehen.",
            field="file",
        )
    missing = tuple(code for code in codes_of(question) if code not in people)
    return Read(people, tuple(unknown), missing)


def _names(question: AnyQuestion, wording: Wording) -> dict[str, int]:
    codes = codes_of(question)
    return {str(code): code for code in codes} | {
        _folded(wording.label(question, code)): code for code in codes
    }


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())


def _lines(data: bytes) -> list[tuple[int, tuple[str, str]]]:
    text = _decoded(data)
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(";\t,", key=first.count)
    found = []
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if number > MAX_LINES:
            raise Invalid(
                "Die Datei hat mehr als %(most)s Zeilen. Eine je Gruppe genügt.",
                field="file", most=MAX_LINES,
            )  # fmt: skip
        is_torn = delimiter == "," and any(cells[COLUMNS:])  # „Bis 29,17,5“: a decimal comma
        if len(cells) < COLUMNS or is_torn:
            raise Invalid(
                "Zeile %(number)s: Erwartet sind zwei Spalten, Gruppe und Zahl.",
                field="file", number=number,
            )  # fmt: skip
        found.append((number, (cells[0], cells[1])))
    if not found:
        raise Invalid("Die Datei ist leer.", field="file")
    return found


def _decoded(data: bytes) -> str:
    """As Excel writes it, with or without a mark, or in the old code page."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _number(figure: str) -> float | None:
    """„12.345“, „12 345“, „12345“, „12,5“, „12,5 %“: only ratios count, shares do as well."""
    plain = BETWEEN_THOUSANDS.sub("", figure).removesuffix("%")
    head, _, tail = plain.rpartition(".")
    if head and len(tail) == 3 and tail.isdigit() and "," not in tail:  # noqa: PLR2004 - thousands
        plain = plain.replace(".", "")
    elif plain.count(",") == 1:
        plain = plain.replace(".", "").replace(",", ".")
    return float(plain) if FIGURE.fullmatch(plain) else None
