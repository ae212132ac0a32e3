"""Published places of surveys, for the map of the project they belong to: what the result shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kern.db import db
from umfragen.definition.questions import AnyQuestion
from umfragen.models import PublishedQuestion, Snapshot, Survey
from umfragen.store.plans import plan_of


@dataclass(frozen=True, slots=True)
class Places:
    """Hexagons of one question, no fuller than the snapshot tells."""

    survey: Survey
    question: AnyQuestion
    shapes: Mapping[str, Any]


def places_of(listed: Iterable[Survey]) -> Iterator[Places]:
    """Two queries where one of these surveys has results, else none."""
    surveys = {one.id: one for one in listed if one.results_at is not None}
    if not surveys:
        return
    shown = _published(surveys)
    for snapshot in _latest(surveys):
        plan = plan_of(surveys[snapshot.survey_id], snapshot.data["version"])
        for name, shapes in snapshot.data["places"].items():
            question = plan.questions.get(int(name))
            if question and (snapshot.survey_id, question.key) in shown:
                yield Places(surveys[snapshot.survey_id], question, shapes)


def _published(surveys: Mapping[int, Survey]) -> set[tuple[int, int]]:
    query = select(PublishedQuestion.survey_id, PublishedQuestion.question_key)
    found = db.session.execute(query.where(PublishedQuestion.survey_id.in_(surveys)))
    return {(row[0], row[1]) for row in found}


def _latest(surveys: Mapping[int, Survey]) -> Iterator[Snapshot]:
    newest = select(func.max(Snapshot.id)).where(Snapshot.survey_id.in_(surveys))
    query = select(Snapshot).where(Snapshot.id.in_(newest.group_by(Snapshot.survey_id)))
    yield from db.session.scalars(query.order_by(Snapshot.survey_id))
