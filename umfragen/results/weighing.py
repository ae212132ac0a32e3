"""Figures of the population: taken in from a file, shown beside the answers, removed."""

from collections.abc import Iterator

from sqlalchemy import delete

from kern import audit
from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid, NotFound
from umfragen import rules
from umfragen.definition.questions import AnyQuestion
from umfragen.models import Margin, Survey
from umfragen.results.gathering import margins_of
from umfragen.results.margins import Read, can_weigh, read_margin
from umfragen.results.wording import Wording
from umfragen.service.changes import ref_of
from umfragen.store.plans import plan_of

MOST = 2


def offered(survey: Survey) -> Iterator[AnyQuestion]:
    """Questions that answers can be weighted by."""
    return (one for one in plan_of(survey).questions.values() if can_weigh(one))


def take_in(actor: Actor, survey: Survey, item: int, data: bytes, wording: Wording) -> Read:
    """Replaces what was there for this question. Raises Invalid at "file" or "item"."""
    rules.require_may_see_results(actor, survey)
    question = next((one for one in offered(survey) if one.key == item), None)
    if question is None:
        raise Invalid("Bitte wählen Sie eine Frage.", field="item")
    others = margins_of(survey).keys() - {item}
    if len(others) >= MOST:
        raise Conflict("Gewichtet wird nach höchstens zwei Fragen. Bitte entfernen Sie erst eine.")
    found = read_margin(data, question, wording)
    _clear(survey, item)
    db.session.add_all(
        Margin(survey_id=survey.id, item_key=item, code=code, people=people)
        for code, people in found.people.items()
    )
    db.session.flush()
    audit.record(actor, "survey.margin.add", str(ref_of(survey)))
    return found


def remove(actor: Actor, survey: Survey, item: int) -> None:
    rules.require_may_see_results(actor, survey)
    if item not in margins_of(survey):
        raise NotFound("Diese Zahlen gibt es nicht mehr.")
    _clear(survey, item)
    audit.record(actor, "survey.margin.remove", str(ref_of(survey)))


def _clear(survey: Survey, item: int) -> None:
    db.session.execute(delete(Margin).where(Margin.survey_id == survey.id, Margin.item_key == item))
