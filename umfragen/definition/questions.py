"""Every kind of question there is, as immutable data. What a kind means is said by the engine."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from umfragen.definition.codec import Chars, Many, Matching, Within
from umfragen.definition.parts import (
    Body,
    Columns,
    Key,
    Label,
    Message,
    Name,
    Options,
    Other,
    Remark,
    Required,
    Rows,
    Source,
)
from umfragen.definition.texts import NOTHING
from umfragen.words import Words

MAX_SHORT_TEXT = 1_000
MAX_LONG_TEXT = 20_000
MAX_SCALE = 20
MAX_FILES = 10
MAX_DECIMALS = 6

Decimals = Annotated[int, Within(0, MAX_DECIMALS)]
Moment = Annotated[
    str,
    Chars(16, lines=False),
    Matching(
        re.compile(r"|\d{4}-\d\d-\d\d|\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d"),
        Words("Bitte schreiben Sie das Datum wie 2026-12-24, die Uhrzeit wie 18:30."),
    ),
]
Degrees = Annotated[float, Within(-180, 180)]


class Display(StrEnum):
    LIST = "list"
    DROPDOWN = "dropdown"
    IMAGES = "images"


class Look(StrEnum):
    """How a scale is drawn. A net promoter score always runs from 0 to 10."""

    NUMBERS = "numbers"
    STARS = "stars"
    FACES = "faces"
    NPS = "nps"


class Cell(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    TEXT = "text"


class TotalRule(StrEnum):
    EXACT = "exact"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class Clock(StrEnum):
    DATE = "date"
    TIME = "time"
    BOTH = "both"


class Format(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    PATTERN = "pattern"


class Shape(StrEnum):
    POINT = "point"
    LINE = "line"
    AREA = "area"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What all kinds share. `check` is an expression that must hold for an answer to be valid."""

    KIND: ClassVar[str]

    key: Key
    name: Name
    text: Body = NOTHING
    help: Body = NOTHING
    required: Required = Required.NO
    show_if: Source = ""
    check: Source = ""
    check_text: Message = NOTHING
    required_text: Message = NOTHING
    invalid_text: Message = NOTHING
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(Question):
    KIND = "single"
    options: Options
    display: Display = Display.LIST
    shuffle: bool = False
    other: Other | None = None
    remark: Remark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple(Question):
    """`least` and `most` count picks; an exclusive option stands alone and satisfies `least`."""

    KIND = "multiple"
    options: Options
    display: Display = Display.LIST
    shuffle: bool = False
    least: Annotated[int, Within(0, 250)] = 0
    most: Annotated[int, Within(1, 251)] | None = None
    other: Other | None = None
    remark: Remark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo(Question):
    """Stored as 1 and 2; expressions see Y and N."""

    KIND = "yes_no"
    yes_text: Label = NOTHING
    no_text: Label = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Question):
    """Whole steps from `low` to `high`; the step is the code."""

    KIND = "scale"
    low: Annotated[int, Within(0, 1)] = 1
    high: Annotated[int, Within(2, MAX_SCALE)] = 5
    look: Look = Look.NUMBERS
    low_text: Label = NOTHING
    middle_text: Label = NOTHING
    high_text: Label = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix(Question):
    """Bounds, decimals and length hold for cells of numbers and of text."""

    KIND = "matrix"
    rows: Rows
    columns: Columns
    cell: Cell = Cell.SINGLE
    shuffle: bool = False
    low: float | None = None
    high: float | None = None
    decimals: Decimals = 0
    max_length: Annotated[int, Within(1, MAX_SHORT_TEXT)] = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking(Question):
    KIND = "ranking"
    options: Options
    shuffle: bool = False
    least: Annotated[int, Within(0, 250)] = 0
    most: Annotated[int, Within(1, 250)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Question):
    KIND = "number"
    low: float | None = None
    high: float | None = None
    decimals: Decimals = 0
    unit: Label = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberList(Question):
    """Several numbers; with `total` a budget to share out."""

    KIND = "number_list"
    rows: Rows
    low: float | None = None
    high: float | None = None
    decimals: Decimals = 0
    unit: Label = NOTHING
    total: float | None = None
    total_rule: TotalRule = TotalRule.EXACT
    shuffle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider(Question):
    KIND = "slider"
    low: float = 0
    high: float = 100
    step: Annotated[float, Within(0.000001, 1e9)] = 1
    unit: Label = NOTHING
    low_text: Label = NOTHING
    high_text: Label = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class When(Question):
    """A date, a time of day or both, on the wall clock of the town."""

    KIND = "when"
    clock: Clock = Clock.DATE
    earliest: Moment = ""
    latest: Moment = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText(Question):
    KIND = "short_text"
    max_length: Annotated[int, Within(1, MAX_SHORT_TEXT)] = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class LongText(Question):
    KIND = "long_text"
    max_length: Annotated[int, Within(1, MAX_LONG_TEXT)] = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Question):
    """An address or a line of a given form; `pattern` is a regular expression (see `patterns`)."""

    KIND = "contact"
    format: Format = Format.EMAIL
    pattern: Annotated[str, Chars(500, lines=False)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files(Question):
    """Answers are the tokens of uploads kept elsewhere."""

    KIND = "files"
    most: Annotated[int, Within(1, MAX_FILES)] = 1
    megabytes: Annotated[int, Within(1, 100)] = 10
    extensions: Annotated[
        tuple[
            Annotated[
                str,
                Chars(8, lines=False),
                Matching(
                    re.compile(r"[a-z0-9]+"), Words("Hier steht eine Dateiendung wie pdf oder jpg.")
                ),
            ],
            ...,
        ],
        Many(20),
    ] = ("pdf", "jpg", "png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Question):
    """A point, line or area on the map. `within`: west, south, east, north in degrees."""

    KIND = "place"
    shape: Shape = Shape.POINT
    within: Annotated[tuple[Degrees, ...], Many(4)] = ()
    zoom: Annotated[int, Within(1, 19)] = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Question):
    """`text` is what people agree to; stored as 1."""

    KIND = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Info(Question):
    """Text between questions."""

    KIND = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed(Question):
    """A value from other answers, kept with them; people see it only when `shown`."""

    KIND = "computed"
    formula: Source
    shown: bool = False


Choice = Single | Multiple | Ranking
AnyQuestion = (
    Single | Multiple | YesNo | Scale | Matrix | Ranking | Number | NumberList | Slider | When
    | ShortText | LongText | Contact | Files | Place | Consent | Info | Computed
)  # fmt: skip
KINDS: dict[str, type[Question]] = {kind.KIND: kind for kind in AnyQuestion.__args__}
