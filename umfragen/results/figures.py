"""A question as figures, without words: the same for the office and, protected, for everybody.

Every share has its base: those who were shown the question and answered it. Pure.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from umfragen.definition import OTHER_CODE, Definition
from umfragen.definition.items import AGREED, NO, YES
from umfragen.definition.parts import Option
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
    When,
    YesNo,
)
from umfragen.results.counts import Counts
from umfragen.results.spans import Span, spans_of, spans_of_moments
from umfragen.statistics.describing import summarise
from umfragen.store.cells import ANSWERED, MISSING, PLACE


class Shape(StrEnum):
    CHOICE = "choice"  # one of several: the lines add up to the base
    PICKS = "picks"  # several of several: shares of people, more than 100 % together
    SCALE = "scale"
    RANKING = "ranking"
    NUMBERS = "numbers"
    TEXTS = "texts"
    PLACES = "places"
    FILES = "files"


class Line(NamedTuple):
    code: int
    n: float


class Middle(NamedTuple):
    """`mean` is None where one person could be read out of it."""

    mean: float | None
    median: float
    lower: float
    upper: float
    deviation: float | None = None


class Rank(NamedTuple):
    """`points`: Borda points per person who ranked. `mean`: place, 1 is best."""

    code: int
    mean: float | None
    points: float
    first: float | None  # how many put it first


@dataclass(frozen=True, slots=True)
class Block:
    """One item: a question, a row of a matrix, a cell of numbers.

    `rest`: how many gave one of `merged`, small options that are counted together. `hidden`:
    options whose count is not told. `spans`: what the codes of lines of numbers stand for.
    """

    item: int
    part: int = 0
    base: float = 0
    missing: float | None = None
    lines: tuple[Line, ...] = ()
    rest: float | None = None
    merged: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    spans: tuple[Span, ...] = ()
    middle: Middle | None = None
    is_withheld: bool = False  # too few answers to tell anything

    def share(self, n: float) -> float:
        return min(1.0, n / self.base) if self.base else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """`ranks`: of a ranking. `texts`: items of people's own words, with how many there are."""

    key: int
    shape: Shape
    blocks: tuple[Block, ...]
    ranks: tuple[Rank, ...] = ()
    texts: tuple[tuple[int, float], ...] = ()

    @property
    def base(self) -> float:
        return max((block.base for block in self.blocks), default=0)


def figures_of(definition: Definition, counts: Counts) -> list[Figure]:
    """Of all questions that take answers, in their order, the retired ones that have some too."""
    found = (figure_of(question, counts) for question in definition.questions())
    return [figure for figure in found if figure]


def figure_of(question: AnyQuestion, counts: Counts) -> Figure | None:
    if isinstance(question, Info):
        return None
    blocks = tuple(_blocks(question, counts))
    if question.retired and not any(block.base for block in blocks):
        return None
    ranks = tuple(_ranks(question, counts)) if isinstance(question, Ranking) else ()
    return Figure(question.key, shape_of(question), blocks, ranks, tuple(_texts(question, counts)))


def shape_of(question: AnyQuestion) -> Shape:
    if isinstance(question, Matrix):
        return _MATRIX[question.cell]
    return _SHAPES.get(type(question), Shape.TEXTS)


_SHAPES: Mapping[type, Shape] = {
    Single: Shape.CHOICE,
    YesNo: Shape.CHOICE,
    Multiple: Shape.PICKS,
    Consent: Shape.PICKS,
    Scale: Shape.SCALE,
    Ranking: Shape.RANKING,
    Number: Shape.NUMBERS,
    NumberList: Shape.NUMBERS,
    Slider: Shape.NUMBERS,
    Computed: Shape.NUMBERS,
    When: Shape.NUMBERS,
    Place: Shape.PLACES,
    Files: Shape.FILES,
}
_MATRIX = {
    Cell.SINGLE: Shape.CHOICE,
    Cell.MULTIPLE: Shape.PICKS,
    Cell.NUMBER: Shape.NUMBERS,
    Cell.TEXT: Shape.TEXTS,
}


def codes_of(question: AnyQuestion) -> list[int]:
    """Of what can be chosen, in the order of the question; „Andere“ last."""
    match question:
        case YesNo():
            return [YES, NO]
        case Consent():
            return [AGREED]
        case Scale():
            return list(range(question.low, question.high + 1))
    others = [OTHER_CODE] if isinstance(question, Single | Multiple) and question.other else []
    return [option.code for option in options_of(question)] + others


def options_of(question: AnyQuestion) -> Sequence[Option]:
    """Columns of a matrix too."""
    if isinstance(question, Single | Multiple | Ranking):
        return question.options
    return question.columns if isinstance(question, Matrix) else ()


def _blocks(question: AnyQuestion, counts: Counts) -> Iterator[Block]:
    shape = shape_of(question)
    if isinstance(question, Matrix):
        parts = [column.code for column in question.columns]
        for row in question.rows:
            if row.retired and not counts.of(row.key).get(ANSWERED):
                continue
            if shape is Shape.NUMBERS:
                yield from (_numbers(question, row.key, part, counts) for part in parts)
            else:
                yield _counted(question, row.key, counts)
    elif isinstance(question, NumberList):
        yield from (_numbers(question, row.key, 0, counts) for row in question.rows)
    elif shape is Shape.NUMBERS:
        yield _numbers(question, question.key, 0, counts)
    else:
        yield _counted(question, question.key, counts)


def _counted(question: AnyQuestion, item: int, counts: Counts) -> Block:
    found = counts.of(item)
    retired = {option.code for option in options_of(question) if option.retired}
    lines = tuple(
        Line(code, found.get(code, 0))
        for code in ([] if isinstance(question, Ranking) else codes_of(question))
        if found.get(code) or code not in retired
    )
    middle = None
    if isinstance(question, Scale):
        middle = middle_of({code: n for code, n in lines if n})
    return Block(item, 0, found.get(ANSWERED, 0), found.get(MISSING, 0), lines, middle=middle)


def _numbers(question: AnyQuestion, item: int, part: int, counts: Counts) -> Block:
    """Dates have classes of their own, and no mean."""
    values = counts.numbers.get((item, part), {})
    is_moment = isinstance(question, When)
    spans = spans_of_moments(question, values) if isinstance(question, When) else spans_of(values)
    lines = tuple(
        Line(place, math.fsum(n for value, n in values.items() if span.holds(value)))
        for place, span in enumerate(spans)
    )
    base = math.fsum(values.values())
    return Block(
        item,
        part,
        base,
        counts.of(item).get(MISSING, 0),
        lines,
        spans=spans,
        middle=None if is_moment else middle_of(values),
    )


def middle_of(values: Mapping[int, float] | Mapping[float, float]) -> Middle | None:
    found = summarise(values)
    if not found:
        return None
    return Middle(found.mean, found.median, found.lower, found.upper, found.deviation)


def _ranks(question: Ranking, counts: Counts) -> Iterator[Rank]:
    """Mean place, Borda points and first choices, all from how often an option had a place."""
    found = counts.of(question.key)
    base = found.get(ANSWERED, 0)
    if not base:
        return
    held = dict.fromkeys(codes_of(question), 0.0)
    sums = dict(held)
    for place, code, n in _placed(found, held):
        held[code] += n
        sums[code] += place * n
    points = borda(held, sums, base)
    for code in sorted(points, key=lambda code: -points[code]):
        mean = sums[code] / held[code] if held[code] else None
        yield Rank(code, mean, points[code], found.get(PLACE + code, 0))


def borda(held: Mapping[int, float], sums: Mapping[int, float], base: float) -> dict[int, float]:
    """Points per person. Points that people who ranked fewer options have left are shared by the
    options left out, by how often they were: counts do not tell who left out what."""
    m = len(held)
    given = {code: m * held[code] - sums[code] for code in held}
    all_points = base * m * (m - 1) / 2
    left = all_points - math.fsum(given.values())
    out = {code: base - held[code] for code in held}
    total_out = math.fsum(out.values())
    return {
        code: (given[code] + (left * out[code] / total_out if total_out else 0)) / base
        for code in held
    }


def _placed(found: Mapping[int, float], codes: Iterable[int]) -> Iterator[tuple[int, int, float]]:
    known = set(codes)
    for cell, n in found.items():
        place, code = divmod(cell, PLACE)
        if place and code in known:
            yield place, code, n


def _texts(question: AnyQuestion, counts: Counts) -> Iterator[tuple[int, float]]:
    for item in text_items(question):
        n = counts.of(item).get(ANSWERED, 0)
        if n:
            yield item, n


def text_items(question: AnyQuestion) -> Iterator[int]:
    """Items in people's own words: the question itself, „Andere“, remarks, rows of a matrix."""
    if isinstance(question, Matrix):
        if question.cell is Cell.TEXT:
            yield from (row.key for row in question.rows)
    elif isinstance(question, Single | Multiple):
        if question.other:
            yield question.other.key
        if question.remark:
            yield question.remark.key
        yield from (option.remark for option in question.options if option.remark)
    elif shape_of(question) is Shape.TEXTS:
        yield question.key
