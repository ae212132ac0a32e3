"""Conditions as people build them, „Anzeigen, wenn … und … oder …“, and as expressions. Pure.

A condition is a list of groups: all comparisons of one group, or all of another. What cannot be
said that way stays an expression, and the editor shows it as one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from umfragen.definition import Definition, Text
from umfragen.definition.questions import (
    AnyQuestion,
    Clock,
    Computed,
    Files,
    Info,
    Multiple,
    Place,
    When,
)
from umfragen.engine.variables import Reads, Type, Variable, choices_of, collect_names
from umfragen.words import Words


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    HAS = "has"
    HAS_NOT = "has_not"
    MORE = "more"
    AT_LEAST = "at_least"
    LESS = "less"
    AT_MOST = "at_most"
    ANSWERED = "answered"
    EMPTY = "empty"


class Kind(StrEnum):
    """Which operators make sense, and what one compares with."""

    CHOICE = "choice"
    PICKS = "picks"
    NUMBER = "number"
    TEXT = "text"
    MOMENT = "moment"
    PRESENCE = "presence"


PRESENCE = (Operator.ANSWERED, Operator.EMPTY)
SIZES = (Operator.MORE, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST)
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    Kind.CHOICE: (Operator.IS, Operator.IS_NOT, *PRESENCE),
    Kind.PICKS: (Operator.HAS, Operator.HAS_NOT, *PRESENCE),
    Kind.NUMBER: (Operator.IS, Operator.IS_NOT, *SIZES, *PRESENCE),
    Kind.TEXT: (Operator.HAS, Operator.HAS_NOT, Operator.IS, Operator.IS_NOT, *PRESENCE),
    Kind.MOMENT: (Operator.IS, *SIZES, *PRESENCE),
    Kind.PRESENCE: PRESENCE,
}
SIGNS = {
    Operator.IS: "==",
    Operator.IS_NOT: "!=",
    Operator.MORE: ">",
    Operator.AT_LEAST: ">=",
    Operator.LESS: "<",
    Operator.AT_MOST: "<=",
}
OF_SIGN = {sign: operator for operator, sign in SIGNS.items()}
OTHER = "-oth-"
MAX_COMPARISONS = 20
OWN_WORDS = Text.of({"de": "eigene Worte", "en": "own words"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """`subject`: name of a variable, or of a multiple choice. `value`: name of an option, a
    number or a text as the editor wrote it."""

    subject: str
    operator: Operator
    value: str = ""


Group = tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Nothing in it: always shown."""

    groups: tuple[Group, ...] = ()

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        return tuple(comparison for group in self.groups for comparison in group)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something one can ask about: `part` says which row, field or rank of the question."""

    name: str
    question: AnyQuestion
    kind: Kind
    part: Text | int | None = None
    choices: Mapping[str, Text] | None = None
    clock: Clock | None = None

    @property
    def operators(self) -> tuple[Operator, ...]:
        return OPERATORS[self.kind]


def subjects_before(definition: Definition, key: int) -> tuple[Subject, ...]:
    """What a condition of this question, page or part may ask about: all that stands before."""
    names = collect_names(definition)
    found: list[Subject] = []
    for page in definition.pages:
        if page.key == key:
            break
        for question in page.questions:
            if question.key == key:
                return tuple(found)
            if not question.retired:
                found += _subjects(question, names.by_question[question.key])
    return tuple(found)


def _subjects(question: AnyQuestion, variables: tuple[Variable, ...]) -> Iterator[Subject]:
    if isinstance(question, Info):
        return
    if isinstance(question, Multiple):
        picks = _named_choices(question)
        yield Subject(question.name, question, Kind.PICKS, choices=picks)
        variables = tuple(one for one in variables if one.reads is not Reads.TICK)
    if isinstance(question, Files):
        variables = variables[:1]
    for variable in variables:
        kind = _kind(question, variable)
        choices = _choices(variable) if kind is Kind.CHOICE else None
        clock = question.clock if isinstance(question, When) else None
        part = _part(question, variable)
        yield Subject(variable.name, question, kind, part, choices, clock)


def _kind(question: AnyQuestion, variable: Variable) -> Kind:
    if isinstance(question, Place | Files):
        return Kind.PRESENCE
    if isinstance(question, When):
        return Kind.MOMENT
    if isinstance(question, Computed) or variable.type is Type.NUMBER:
        return Kind.NUMBER
    if variable.choices is not None:
        return Kind.CHOICE
    return Kind.TEXT


def _named_choices(question: AnyQuestion) -> dict[str, Text]:
    return {choice.name: choice.text for choice in choices_of(question).values()}


def _choices(variable: Variable) -> dict[str, Text]:
    return {choice.name: choice.text for choice in (variable.choices or {}).values()}


def _part(question: AnyQuestion, variable: Variable) -> Text | int | None:
    if variable.reads is Reads.RANK:
        return variable.part
    return _part_texts(question).get(variable.name.removeprefix(f"{question.name}_"))


def _part_texts(question: AnyQuestion) -> dict[str, Text]:
    """By what stands behind the name of the question in the name of a variable."""
    found: dict[str, Text] = {}
    rows, columns = getattr(question, "rows", ()), getattr(question, "columns", ())
    for row in rows:
        found[row.name] = row.text
        for column in columns:
            both = f"{row.text.say('de')}, {column.text.say('de')}"
            found[f"{row.name}_{column.name}"] = Text.of(both)
    for option in getattr(question, "options", ()):
        found[f"{option.name}comment"] = option.text
    for suffix, line in (("other", "other"), ("comment", "remark")):
        free = getattr(question, line, None)
        if free is not None:
            found[suffix] = free.text or OWN_WORDS
    return found


OPERATOR_WORDS: Mapping[Operator, Words] = {
    Operator.IS: Words("ist"),
    Operator.IS_NOT: Words("ist nicht"),
    Operator.HAS: Words("enthält"),
    Operator.HAS_NOT: Words("enthält nicht"),
    Operator.MORE: Words("ist größer als"),
    Operator.AT_LEAST: Words("ist mindestens"),
    Operator.LESS: Words("ist kleiner als"),
    Operator.AT_MOST: Words("ist höchstens"),
    Operator.ANSWERED: Words("ist beantwortet"),
    Operator.EMPTY: Words("ist nicht beantwortet"),
}
MOMENT_WORDS: Mapping[Operator, Words] = {
    **OPERATOR_WORDS,
    Operator.MORE: Words("ist später als"),
    Operator.AT_LEAST: Words("ist frühestens"),
    Operator.LESS: Words("ist früher als"),
    Operator.AT_MOST: Words("ist spätestens"),
}


def operator_words(kind: Kind) -> Mapping[Operator, Words]:
    return MOMENT_WORDS if kind is Kind.MOMENT else OPERATOR_WORDS
