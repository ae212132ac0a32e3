"""Answers of a survey, read for counting: without a filter or weights from tallies alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import select

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import Margin, Response, ResponseStatus, Survey, Tally
from umfragen.results.counts import Counts
from umfragen.results.course import Marks
from umfragen.results.selecting import Answer, Filter, codes_in, count, count_by, cross
from umfragen.statistics.weights import Weighting, rake
from umfragen.store.cells import (
    ANSWERED,
    DAY,
    LANGUAGE,
    LARGEST,
    SOURCE,
    TOTAL,
    head_of,
)
from umfragen.store.columns import RKEY, number_parts
from umfragen.store.frame import Condition, Frame, Mask
from umfragen.store.tallies import number_tallies

CHUNK = 2_000


def whole_counts(survey: Survey) -> Counts:
    """Two queries, however many answered."""
    query = select(Tally.item_key, Tally.code, Tally.n, Tally.keys).where(
        Tally.survey_id == survey.id, Tally.n > 0
    )
    codes: dict[int, dict[int, float]] = {}
    keys: dict[int, dict[int, int]] = {}
    for item, code, n, key in db.session.execute(query):
        codes.setdefault(item, {})[code] = n
        keys.setdefault(item, {})[code] = key
    every = codes.get(TOTAL, {}).get(0, 0)
    return Counts(every, codes, number_tallies(survey.id), keys)


def answers(survey: Survey) -> Iterator[Answer]:
    """All that count, one after the other."""
    query = (
        select(
            Response.answers,
            Response.rkey,
            Response.day,
            Response.language,
            Response.source,
            Response.version,
        )
        .where(Response.survey_id == survey.id, Response.status == ResponseStatus.OK)
        .order_by(Response.id)
        .execution_options(yield_per=CHUNK)
    )
    for row, rkey, day, language, source, version in db.session.execute(query):
        head = head_of(day, language, source, version, survey.languages)
        yield Answer(row, head, rkey)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which answers a report is about. `weights`: one for each, in the order of `answers`."""

    survey: Survey
    plan: Plan
    wanted: Filter
    weighting: Weighting | None = None
    marks: Marks | None = None  # with it, answers that have a mark are left out

    def answers(self) -> Iterator[Answer]:
        every = answers(self.survey)
        if self.weighting is not None:
            every = (
                replace(answer, weight=weight)
                for answer, weight in zip(every, self.weighting.weights, strict=True)
            )
        for answer in every:
            is_wanted = self.wanted.holds(answer.row, answer.head)
            if is_wanted and not (self.marks and self.marks.of(answer.row)):
                yield answer

    @property
    def is_plain(self) -> bool:
        """Every answer counts once: columns of bytes will do."""
        return self.weighting is None and self.marks is None

    def counts(self) -> Counts:
        if not self.is_plain:
            return count(self.plan.items, self.answers())
        if not self.wanted:
            return whole_counts(self.survey)
        frame = Frame(self.survey, self.plan)
        return counts_in(self.plan, frame, self._mask(frame))

    def by(self, item: int) -> Mapping[int, Counts]:
        """One for each code of an item; who gave several is in each."""
        if not self.is_plain:
            groups = partial(_group_of, item)
            return count_by(self.plan.items, self.answers(), groups)
        frame = Frame(self.survey, self.plan)
        within = self._mask(frame)
        masks = {code: within & frame.with_code(item, code) for code in options_in(frame, item)}
        return {code: counts_in(self.plan, frame, mask) for code, mask in masks.items() if mask}

    def cross(self, down: int, across: int) -> tuple[dict[tuple[int, int], float], float]:
        """How many gave both codes, and how many answered both questions."""
        if not self.is_plain:
            return cross(self.answers(), down, across)
        frame = Frame(self.survey, self.plan)
        within = self._mask(frame)
        base = within & _answered(frame, down) & _answered(frame, across)
        cells = {
            (one, other): float((within & mask & frame.with_code(across, other)).bit_count())
            for one in options_in(frame, down)
            for mask in (frame.with_code(down, one),)
            for other in options_in(frame, across)
        }
        return {cell: n for cell, n in cells.items() if n}, float(base.bit_count())

    def _mask(self, frame: Frame) -> Mask:
        return frame.mask(
            Condition(item=item, codes=codes) for item, codes in self.wanted.wanted.items()
        )

    @property
    def effect(self) -> float:
        """Real answers that count as one (Kish); 1 without weights."""
        if self.weighting is None or not self.weighting.weights:
            return 1.0
        return len(self.weighting.weights) / max(self.weighting.n_effective, 1e-9)


def _group_of(item: int, answer: Answer) -> frozenset[int]:
    return codes_in(answer.row, answer.head, item)


def options_in(frame: Frame, item: int) -> list[int]:
    """Codes of what can be chosen, without those that say how an item stands as a whole."""
    return [code for code in frame.codes(item) if item < 0 or code <= LARGEST]


def _answered(frame: Frame, item: int) -> Mask:
    return frame.everybody if item < 0 else frame.with_code(item, ANSWERED)


def counts_in(plan: Plan, frame: Frame, mask: Mask, *, with_keys: bool = False) -> Counts:
    """What the tallies would say if there were no others than those in the mask."""
    frame.read((RKEY, DAY, LANGUAGE, SOURCE, *plan.items))
    codes: dict[int, dict[int, float]] = {}
    keys: dict[int, dict[int, int]] = {}
    for item in (TOTAL, DAY, LANGUAGE, SOURCE, *plan.items):
        found = frame.counts(item, mask)
        codes[item] = {code: float(n) for code, n in found.items()}
        if with_keys and item >= 0:
            keys[item] = {code: frame.keys(mask & frame.with_code(item, code)) for code in found}
    return Counts(mask.bit_count(), codes, numbers_in(plan, frame, mask), keys)


def numbers_in(plan: Plan, frame: Frame, mask: Mask) -> dict[tuple[int, int], Mapping[float, int]]:
    found = {}
    for item in plan.items.values():
        for part in number_parts(item):
            found[item.key, part] = frame.numbers(item.key, part, mask)
    return {at: values for at, values in found.items() if values}


def split_in(plan: Plan, frame: Frame, item: int, rest: int) -> dict[int, Counts]:
    """Everybody by the code of an item that holds one, with the keys of all cells; `rest` is the
    group of those who gave none."""
    masks = {code: frame.with_code(item, code) for code in options_in(frame, item)}
    left = frame.everybody & ~_answered(frame, item)
    groups = {**masks, rest: left}
    return {
        code: counts_in(plan, frame, mask, with_keys=True) for code, mask in groups.items() if mask
    }


def margins_of(survey: Survey) -> dict[int, dict[int, float]]:
    """People by item and code, as imported."""
    query = select(Margin.item_key, Margin.code, Margin.people).where(Margin.survey_id == survey.id)
    found: dict[int, dict[int, float]] = {}
    for item, code, people in db.session.execute(query):
        found.setdefault(item, {})[code] = people
    return found


def weighting_of(survey: Survey) -> Weighting | None:
    """By all margins there are; None without one, or without answers."""
    margins = margins_of(survey)
    columns: dict[int, list[int | None]] = {item: [] for item in margins}
    for answer in answers(survey):
        for item, column in columns.items():
            codes = codes_in(answer.row, answer.head, item)
            column.append(min(codes) if codes else None)
    if not columns or not next(iter(columns.values())):
        return None
    return rake(list(columns.values()), list(margins.values()))
