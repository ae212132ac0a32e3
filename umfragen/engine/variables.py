"""What expressions may look at: every name of a survey, and how its value comes from answers.

Names are LimeSurvey's: `Q` for one answer, `Q_part` for options of multiple choice, for rows and
ranks, `Q_row_column` for cells, `Q_other`, `Q_comment`. They lead to item keys, so an expression
keeps its meaning when a question gets another name or another wording.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from umfragen.definition.items import AGREED, NO, YES
from umfragen.definition.model import Definition
from umfragen.definition.parts import OTHER_CODE, Option
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Computed,
    Consent,
    Files,
    Info,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Place,
    Ranking,
    Scale,
    Single,
    Slider,
    YesNo,
)
from umfragen.definition.texts import Text

OTHER_NAME = "-oth-"
TICKED = "Y"

YES_TEXT = Text.of({"de": "Ja", "en": "Yes"})
NO_TEXT = Text.of({"de": "Nein", "en": "No"})
OTHER_TEXT = Text.of({"de": "Andere", "en": "Other"})


class Reads(StrEnum):
    """How a value comes from an answer."""

    CODE = "code"  # the option's name
    TICK = "tick"  # Y where the option is among those picked
    PLAIN = "plain"  # number or text as it is
    CELL = "cell"  # of a row of numbers or texts
    RANK = "rank"  # name of the option at this rank
    SIZE = "size"  # how many files
    PLACE = "place"  # "latitude;longitude", points apart by blanks


class Type(StrEnum):
    """What values a variable can have, for checks while writing."""

    NAME = "name"  # one of a few names
    NUMBER = "number"
    TEXT = "text"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Choice:
    """A code with its name in expressions, its words and its points."""

    name: str
    text: Text
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """`id` is stable: key of the item, with `.` and code, column or rank where it needs one."""

    id: str
    name: str
    question: int
    item: int
    reads: Reads
    type: Type
    part: int = 0
    choices: Mapping[int, Choice] | None = None
    is_remark: bool = False


def variables_of(question: AnyQuestion) -> Iterator[Variable]:  # noqa: C901, PLR0912 - one case per kind
    match question:
        case Info():
            return
        case Single():
            yield _coded(question, question.key, "", choices_of(question))
            yield from _free_lines(question)
        case Multiple():
            for option in question.options:
                yield _tick(question, question.key, option, option.name)
            yield from _free_lines(question)
        case YesNo() | Consent():
            yield _coded(question, question.key, "", choices_of(question))
        case Matrix():
            yield from _matrix(question)
        case Ranking():
            yield from _ranks(question)
        case NumberList():
            for row in question.rows:
                yield _plain(question, row.key, row.name, Type.NUMBER)
        case Files():
            for part in ("", "filecount"):
                yield _one(question, part, Reads.SIZE, Type.NUMBER)
        case Place():
            yield _one(question, "", Reads.PLACE, Type.TEXT)
        case _:
            yield _one(question, "", Reads.PLAIN, _type(question))


def choices_of(question: AnyQuestion) -> Mapping[int, Choice]:
    """Every code the question knows, the retired ones too."""
    match question:
        case YesNo():
            yes, no = question.yes_text or YES_TEXT, question.no_text or NO_TEXT
            return {YES: Choice("Y", yes), NO: Choice("N", no)}
        case Consent():
            return {AGREED: Choice(TICKED, YES_TEXT)}
        case Single() | Multiple():
            found = _choices(question.options)
            if question.other:
                found[OTHER_CODE] = Choice(OTHER_NAME, question.other.text or OTHER_TEXT)
            return found
        case Ranking():
            return _choices(question.options)
        case Matrix():
            return _choices(question.columns)
    return {}


def _choices(options: tuple[Option, ...]) -> dict[int, Choice]:
    return {option.code: Choice(option.name, option.text, option.score) for option in options}


def _name(question: AnyQuestion, part: str) -> str:
    return f"{question.name}_{part}" if part else question.name


def _one(question: AnyQuestion, part: str, reads: Reads, kind: Type) -> Variable:
    return Variable(
        str(question.key), _name(question, part), question.key, question.key, reads, kind
    )


def _type(question: AnyQuestion) -> Type:
    if isinstance(question, Computed):
        return Type.ANY
    return Type.NUMBER if isinstance(question, Number | Slider | Scale) else Type.TEXT


def _coded(question: AnyQuestion, item: int, part: str, choices: Mapping[int, Choice]) -> Variable:
    name = _name(question, part)
    return Variable(str(item), name, question.key, item, Reads.CODE, Type.NAME, choices=choices)


def _plain(
    question: AnyQuestion, item: int, part: str, kind: Type = Type.TEXT, *, is_remark: bool = False
) -> Variable:
    return Variable(
        str(item),
        _name(question, part),
        question.key,
        item,
        Reads.PLAIN,
        kind,
        is_remark=is_remark,
    )


def _tick(question: AnyQuestion, item: int, option: Option, part: str) -> Variable:
    return Variable(
        f"{item}.{option.code}",
        _name(question, part),
        question.key,
        item,
        Reads.TICK,
        Type.NAME,
        option.code,
        {option.code: Choice(TICKED, option.text, option.score)},
    )


def _free_lines(question: Single | Multiple) -> Iterator[Variable]:
    if question.other:
        yield _plain(question, question.other.key, "other")
    if question.remark:
        yield _plain(question, question.remark.key, "comment", is_remark=True)
    for option in question.options:
        if option.remark:
            yield _plain(question, option.remark, f"{option.name}comment", is_remark=True)


def _matrix(question: Matrix) -> Iterator[Variable]:
    choices = choices_of(question)
    for row in question.rows:
        if question.cell is Cell.SINGLE:
            yield _coded(question, row.key, row.name, choices)
            continue
        for column in question.columns:
            part = f"{row.name}_{column.name}"
            if question.cell is Cell.MULTIPLE:
                yield _tick(question, row.key, column, part)
            else:
                kind = Type.NUMBER if question.cell is Cell.NUMBER else Type.TEXT
                yield Variable(
                    f"{row.key}.{column.code}",
                    _name(question, part),
                    question.key,
                    row.key,
                    Reads.CELL,
                    kind,
                    column.code,
                )


def _ranks(question: Ranking) -> Iterator[Variable]:
    choices = choices_of(question)
    for rank in range(1, min(question.most or len(choices), len(choices)) + 1):
        yield Variable(
            f"{question.key}.{rank}",
            _name(question, str(rank)),
            question.key,
            question.key,
            Reads.RANK,
            Type.NAME,
            rank,
            choices,
        )


@dataclass(frozen=True, slots=True)
class Names:
    """Variables by name and by id, and those of each question by its key."""

    by_name: Mapping[str, Variable]
    by_id: Mapping[str, Variable]
    by_question: Mapping[int, tuple[Variable, ...]]
    questions: Mapping[str, AnyQuestion]


def collect_names(definition: Definition) -> Names:
    """Of two things with one name the first is meant; `checks` says that there are two."""
    by_name: dict[str, Variable] = {}
    by_id: dict[str, Variable] = {}
    by_question: dict[int, tuple[Variable, ...]] = {}
    questions: dict[str, AnyQuestion] = {}
    for question in definition.questions():
        questions.setdefault(question.name, question)
        by_question[question.key] = tuple(variables_of(question))
        for variable in by_question[question.key]:
            by_name.setdefault(variable.name, variable)
            by_id.setdefault(variable.id, variable)
    return Names(by_name, by_id, by_question, questions)
