"""Answers as a flat table: one column for everything that can be told apart, named as expressions
name it. „Andere“ has its tick or code, and its words in a column of their own.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kern.text import render
from umfragen.definition import Definition, Text
from umfragen.definition.items import Holds, Item, Part, items_of
from umfragen.definition.parts import OTHER_CODE
from umfragen.definition.questions import (
    AnyQuestion,
    Clock,
    Matrix,
    NumberList,
    Ranking,
    Scale,
    When,
)
from umfragen.engine.piping import Place, pieces_of
from umfragen.engine.variables import OTHER_NAME, Choice, choices_of

MAX_LABEL = 250
REMARK_TEXT = Text.of({"de": "Bemerkung", "en": "Remark"})

Answers = Mapping[str, Any]


class Holding(StrEnum):
    """What a column holds."""

    CODE = "code"
    TICK = "tick"  # 1 or 0
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Stored:
    """A row as the store keeps it: answers by item key as text, the day as `2026-03-05` or ""."""

    answers: Answers
    day: str = ""
    language: str = ""
    source: str = "web"
    version: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """`labels`: words by code, for columns of codes and ticks. `width`: characters at most."""

    name: str
    label: str
    holding: Holding
    item: int = 0
    labels: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    width: int = 0
    question: str = ""

    @property
    def is_free(self) -> bool:
        """Whether people write into it what they like."""
        return self.holding is Holding.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """`about`: day, language and so on stand before the answers."""

    definition: Definition
    language: str
    columns: tuple[Column, ...]
    items: tuple[Item, ...]
    about: bool = True

    @property
    def title(self) -> str:
        return self.definition.title.say(self.language, self.definition.language)


ABOUT = (
    Column("tag", "Tag der Antwort", Holding.DAY),
    Column("sprache", "Sprache", Holding.TEXT, width=20),
    Column("quelle", "Weg der Antwort", Holding.TEXT, width=10),
)


def make_table(definition: Definition, *, language: str = "") -> Table:
    """Everything, the retired questions too."""
    return _table(definition, language or definition.language, lambda _item: True, about=True)


def open_table(definition: Definition, *, language: str = "") -> Table:
    """Without anything people wrote, drew or uploaded, and without day and way: for everybody."""
    closed = {Holds.TEXT, Holds.TEXTS, Holds.TOKENS, Holds.GEOMETRY, Holds.RESULT}
    return _table(
        definition,
        language or definition.language,
        lambda item: item.holds not in closed,
        about=False,
    )


def _table(
    definition: Definition, language: str, wanted: Callable[[Item], bool], *, about: bool
) -> Table:
    columns: list[Column] = list(ABOUT) if about else []
    items = []
    for question in definition.questions():
        describe = Describing(definition, question, language)
        for item in items_of(question):
            if wanted(item):
                items.append(item)
                columns += describe.columns(item)
    return Table(definition, language, _named_apart(columns), tuple(items), about)


def _named_apart(columns: Sequence[Column]) -> tuple[Column, ...]:
    """No name twice, large and small letters being the same, for SPSS and datasets."""
    seen: set[str] = set()
    found = []
    for column in columns:
        name, at = column.name[:60], 1
        while name.casefold() in seen:
            at += 1
            name = f"{column.name[:56]}_{at}"
        seen.add(name.casefold())
        found.append(column if name == column.name else _renamed(column, name))
    return tuple(found)


def _renamed(column: Column, name: str) -> Column:
    return Column(
        name, column.label, column.holding, column.item, column.labels, column.names,
        column.width, column.question,
    )  # fmt: skip


# What there is


class Describing:
    """The columns of one question."""

    def __init__(self, definition: Definition, question: AnyQuestion, language: str) -> None:
        self.definition = definition
        self.question = question
        self.language = language
        self.asked = self.words(question.text) or question.name
        self.choices = all_choices(question)

    def words(self, text: Text) -> str:
        return label_of(text, self.language, self.definition.language)

    def column(self, suffix: str, label: str, holding: Holding, item: Item, **more: Any) -> Column:
        name = f"{self.question.name}_{suffix}" if suffix else self.question.name
        said = f"{self.asked} [{label}]" if label else self.asked
        return Column(
            name, said[:MAX_LABEL], holding, item.key, question=self.question.name, **more
        )

    def columns(self, item: Item) -> Iterator[Column]:
        suffix, label = self.place(item)
        match item.holds:
            case Holds.CODE:
                yield self.column(suffix, label, Holding.CODE, item, **self.coded())
            case Holds.CODES:
                yield from self.ticks(item, suffix, label)
            case Holds.ORDER:
                for rank in range(1, ranks_of(self.question) + 1):
                    yield self.column(str(rank), f"{rank}.", Holding.CODE, item, **self.coded())
            case Holds.NUMBERS | Holds.TEXTS:
                yield from self.cells(item, suffix, label)
            case Holds.NUMBER:
                yield self.column(suffix, label, Holding.NUMBER, item)
            case _:
                yield self.column(suffix, label, self.written(item), item, width=self.width(item))

    def place(self, item: Item) -> tuple[str, str]:
        """Suffix of the name and words for the part that an item is."""
        question = self.question
        if item.part is Part.ROW and isinstance(question, Matrix | NumberList):
            row = next(row for row in question.rows if row.key == item.key)
            return row.name, self.words(row.text) or row.name
        if item.part is Part.OTHER:
            return "other", self.choices[OTHER_CODE].text.say(self.language, "de")
        if item.part is Part.REMARK and item.option is not None:
            choice = self.choices[item.option]
            return f"{choice.name}comment", self.words(choice.text) or choice.name
        if item.part is Part.REMARK:
            return "comment", REMARK_TEXT.say(self.language, "de")
        return "", ""

    def coded(self) -> dict[str, Any]:
        labels = {
            code: self.words(choice.text) or choice.name for code, choice in self.choices.items()
        }
        return {
            "labels": labels,
            "names": {c: name_of(choice) for c, choice in self.choices.items()},
        }

    def ticks(self, item: Item, suffix: str, label: str) -> Iterator[Column]:
        for code in sorted(item.codes):
            choice = self.choices[code]
            words = self.words(choice.text) or choice.name
            part = name_of(choice) if code != OTHER_CODE else "andere"
            yield self.column(
                f"{suffix}_{part}" if suffix else part,
                f"{label}: {words}" if label else words,
                Holding.TICK,
                item,
                labels={1: words, 0: ""},
            )

    def cells(self, item: Item, suffix: str, label: str) -> Iterator[Column]:
        holding = Holding.NUMBER if item.holds is Holds.NUMBERS else Holding.TEXT
        for code in sorted(item.codes):
            choice = self.choices[code]
            words = self.words(choice.text) or choice.name
            yield self.column(
                f"{suffix}_{choice.name}", f"{label}: {words}", holding, item, width=1_000
            )

    def written(self, item: Item) -> Holding:
        if isinstance(self.question, When) and item.part is Part.WHOLE:
            return {Clock.DATE: Holding.DAY, Clock.BOTH: Holding.MOMENT}.get(
                self.question.clock, Holding.TEXT
            )
        return Holding.TEXT

    def width(self, item: Item) -> int:
        whole = item.part is Part.WHOLE
        return int(getattr(self.question, "max_length", 1_000)) if whole else 1_000


def all_choices(question: AnyQuestion) -> Mapping[int, Choice]:
    """Also the steps of a scale, with the words at its ends."""
    if not isinstance(question, Scale):
        return choices_of(question)
    ends = {question.low: question.low_text, question.high: question.high_text}
    found = {}
    for step in range(question.low, question.high + 1):
        words = {language: f"{step} – {said}" for language, said in ends.get(step, Text())}
        found[step] = Choice(str(step), Text.of(words or str(step)))
    return found


def ranks_of(question: AnyQuestion) -> int:
    if not isinstance(question, Ranking):
        return 0
    return min(question.most or len(question.options), len(question.options))


def name_of(choice: Choice) -> str:
    """`-oth-` would look like a formula in a table."""
    return "other" if choice.name == OTHER_NAME else choice.name


def label_of(text: Text, language: str, default: str) -> str:
    """A text on one line, without formatting, with dots where an answer is put in."""
    said = text.say(language, default)
    plain = "".join("…" if isinstance(piece, Place) else piece for piece in pieces_of(said))
    if re.search(r"[\\*_`\[\]<>#]|\n", plain):
        plain = render(plain).plain
    return " ".join(plain.split())[:MAX_LABEL]
