"""Answers of a survey, read for counting: without a filter or weights from tallies alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import Margin, Response, ResponseStatus, Survey, Tally
from umfragen.results.counts import Counts
from umfragen.results.course import Marks
from umfragen.results.selecting import Answer, Filter, codes_in, count, count_by, cross
from umfragen.statistics.weights import Weighting, rake
from umfragen.store.cells import TOTAL, head_of
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

    def counts(self) -> Counts:
        if not self.wanted and self.weighting is None and self.marks is None:
            return whole_counts(self.survey)
        return count(self.plan.items, self.answers())

    def by(self, item: int) -> Mapping[int, Counts]:
        """One for each code of an item; who gave several is in each."""
        return count_by(
            self.plan.items,
            self.answers(),
            lambda answer: codes_in(answer.row, answer.head, item),
        )

    def cross(self, down: int, across: int) -> tuple[dict[tuple[int, int], float], float]:
        return cross(self.answers(), down, across)

    @property
    def effect(self) -> float:
        """Real answers that count as one (Kish); 1 without weights."""
        if self.weighting is None or not self.weighting.weights:
            return 1.0
        return len(self.weighting.weights) / max(self.weighting.n_effective, 1e-9)


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
