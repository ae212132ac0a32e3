"""Answers of a survey, read for counting: without a filter or weights from tallies alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sqlalchemy import select

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import Margin, Survey, Tally
from umfragen.results.counts import Counts, times, together
from umfragen.results.marking import marked
from umfragen.results.selecting import Filter
from umfragen.statistics.hexagons import Point
from umfragen.statistics.weights import Weighting, rake
from umfragen.store.cells import (
    ANSWERED,
    LANGUAGE,
    LARGEST,
    SOURCE,
    TOTAL,
)
from umfragen.store.columns import RKEY, number_parts
from umfragen.store.frame import Condition, Frame, Mask
from umfragen.store.tallies import number_tallies


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


@dataclass(frozen=True, slots=True)
class Cells:
    """Weights by what was answered to the questions that are weighted by: answers alike weigh the
    same. `codes`: one by item, None where somebody did not say; in the order of the weights."""

    items: tuple[int, ...]
    codes: tuple[tuple[int | None, ...], ...]
    weighting: Weighting


@dataclass(frozen=True, slots=True)
class Selection:
    """Which answers a report is about, and how much each counts."""

    survey: Survey
    plan: Plan
    wanted: Filter
    cells: Cells | None = None
    without_marks: bool = False  # answers that look careless are left out

    def counts(self) -> Counts:
        if not self.wanted and self.cells is None and not self.without_marks:
            return whole_counts(self.survey)
        frame = Frame(self.survey, self.plan)
        return self._counted(frame, self._mask(frame))

    def by(self, item: int) -> Mapping[int, Counts]:
        """One for each code of an item; who gave several is in each."""
        frame = Frame(self.survey, self.plan)
        within = self._mask(frame)
        masks = {code: within & frame.with_code(item, code) for code in options_in(frame, item)}
        return {code: self._counted(frame, mask) for code, mask in masks.items() if mask}

    def cross(self, down: int, across: int) -> tuple[dict[tuple[int, int], float], float]:
        """How many gave both codes, and how many answered both questions."""
        frame = Frame(self.survey, self.plan)
        within = self._mask(frame) & _answered(frame, down) & _answered(frame, across)
        found: dict[tuple[int, int], float] = {}
        base = 0.0
        for weight, part in self._parts(frame, within):
            base += weight * part.bit_count()
            for one in options_in(frame, down):
                line = part & frame.with_code(down, one)
                for other in options_in(frame, across):
                    n = (line & frame.with_code(across, other)).bit_count()
                    if n:
                        found[one, other] = found.get((one, other), 0) + weight * n
        return found, base

    def points(self, item: int) -> list[Point]:
        """Where people put something on the map."""
        frame = Frame(self.survey, self.plan)
        return list(frame.points(item, self._mask(frame)))

    def _counted(self, frame: Frame, mask: Mask) -> Counts:
        if self.cells is None:
            return counts_in(self.plan, frame, mask)
        parts = self._parts(frame, mask)
        return together(times(counts_in(self.plan, frame, part), weight) for weight, part in parts)

    def _parts(self, frame: Frame, mask: Mask) -> Iterator[tuple[float, Mask]]:
        if self.cells is None:
            yield 1.0, mask
            return
        for codes, weight in zip(self.cells.codes, self.cells.weighting.weights, strict=True):
            part = mask & _of_cell(frame, self.cells.items, codes)
            if part:
                yield weight, part

    def _mask(self, frame: Frame) -> Mask:
        found = frame.mask(
            Condition(item=item, codes=codes) for item, codes in self.wanted.wanted.items()
        )
        return found & ~marked(self.survey, self.plan, frame) if self.without_marks else found

    @property
    def effect(self) -> float:
        """Real answers that count as one (Kish); 1 without weights."""
        if self.cells is None or not self.cells.weighting.n:
            return 1.0
        return self.cells.weighting.n / max(self.cells.weighting.n_effective, 1e-9)


def options_in(frame: Frame, item: int) -> list[int]:
    """Codes of what can be chosen, without those that say how an item stands as a whole."""
    return [code for code in frame.codes(item) if item < 0 or code <= LARGEST]


def _answered(frame: Frame, item: int) -> Mask:
    return frame.everybody if item < 0 else frame.with_code(item, ANSWERED)


def counts_in(plan: Plan, frame: Frame, mask: Mask, *, with_keys: bool = False) -> Counts:
    """What the tallies would say of those in the mask alone, but for the days."""
    frame.read((RKEY, LANGUAGE, SOURCE, *plan.items))
    codes: dict[int, dict[int, float]] = {}
    keys: dict[int, dict[int, int]] = {}
    for item in (TOTAL, LANGUAGE, SOURCE, *plan.items):
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


def weights_of(survey: Survey, plan: Plan) -> Cells | None:
    """By all margins there are; None without one, or without answers."""
    margins = margins_of(survey)
    if not margins:
        return None
    frame, items = Frame(survey, plan), tuple(margins)
    found = {codes: mask.bit_count() for codes, mask in _cells(frame, items)}
    if not found:
        return None
    columns = [list(column) for column in zip(*found, strict=True)]
    weighting = rake(columns, list(margins.values()), counts=list(found.values()))
    return Cells(items, tuple(found), weighting)


def _cells(frame: Frame, items: Sequence[int]) -> Iterator[tuple[tuple[int | None, ...], Mask]]:
    choices = [[*options_in(frame, item), None] for item in items]
    for codes in product(*choices):
        mask = _of_cell(frame, items, codes)
        if mask:
            yield codes, mask


def _of_cell(frame: Frame, items: Sequence[int], codes: Sequence[int | None]) -> Mask:
    found = frame.everybody
    for item, code in zip(items, codes, strict=True):
        said = _answered(frame, item) if code is None else frame.with_code(item, code)
        found &= ~said if code is None else said
    return found
