"""What questions are made of: options, rows, and the bounds every field keeps."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from umfragen.definition.codec import Chars, Many, Matching, Within
from umfragen.definition.texts import NOTHING, Text
from umfragen.words import Words

LARGEST_KEY = 1_000_000
LARGEST_CODE = 250
OTHER_CODE = 251
"""Stored for „Andere“. 254 and 255 mean not shown and not answered where answers are bytes."""

MAX_OPTIONS = LARGEST_CODE + 1
MAX_ROWS = 100
MAX_COLUMNS = 50
MAX_EXPRESSION = 2_000

Key = Annotated[int, Within(1, LARGEST_KEY)]
"""Number of an item, one count for the whole survey, never given out twice."""

Code = Annotated[int, Within(0, LARGEST_CODE)]
"""Number of an option within its question, never given out twice. Answers are stored as codes."""

Source = Annotated[str, Chars(MAX_EXPRESSION)]
"""An expression as the editor wrote it."""

Title = Annotated[Text, Chars(300, lines=False)]
Label = Annotated[Text, Chars(500, lines=False)]
Body = Annotated[Text, Chars(10_000)]
Message = Annotated[Text, Chars(500, lines=False)]

Name = Annotated[
    str,
    Chars(40, lines=False),
    Matching(
        re.compile(r"[A-Za-z][A-Za-z0-9_]*"),
        Words(
            "Ein Kürzel beginnt mit einem Buchstaben und besteht aus Buchstaben ohne Umlaute,"
            " Ziffern und Unterstrichen."
        ),
    ),
]
"""What expressions call a question."""

PartName = Annotated[
    str,
    Chars(40, lines=False),
    Matching(
        re.compile(r"-?[A-Za-z0-9_]+"),
        Words("Ein Kürzel besteht aus Buchstaben ohne Umlaute, Ziffern und Unterstrichen."),
    ),
]
"""What expressions call an option, a row or a column. LimeSurvey has `-9` for a refused answer."""


class Required(StrEnum):
    NO = "no"
    SOFT = "soft"  # asks once whether the gap is meant
    YES = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`stays`: keeps its place when the others are shuffled. `retired`: shown in results only."""

    code: Code
    name: PartName
    text: Label = NOTHING
    show_if: Source = ""
    exclusive: bool = False
    stays: bool = False
    score: float | None = None
    image: Annotated[str, Chars(200, lines=False)] = ""
    remark: Key | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a matrix or of a list of numbers; it keeps its own answers."""

    key: Key
    name: PartName
    text: Label = NOTHING
    show_if: Source = ""
    stays: bool = False
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """The option „Andere“ with a line to fill in."""

    key: Key
    text: Label = NOTHING
    text_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A free line beside a choice."""

    key: Key
    text: Label = NOTHING
    required: bool = False


Options = Annotated[tuple[Option, ...], Many(MAX_OPTIONS, least=1)]
Columns = Annotated[tuple[Option, ...], Many(MAX_COLUMNS, least=1)]
Rows = Annotated[tuple[Row, ...], Many(MAX_ROWS, least=1)]
