"""A survey at the desk: its opening approved or refused by a second person, hidden, restored."""

from kern.actor import Actor
from kern.clock import now
from kern.content import Verdict
from kern.db import db
from kern.errors import Conflict
from kern.moderation.desk import Reason, reason_for
from kern.outbox import Fact
from umfragen import rules
from umfragen.models import State, Survey
from umfragen.service import telling
from umfragen.service.changes import announce_readers, ref_of
from umfragen.service.states import enter, open_now, require_complete

MOVED_ON = "Inzwischen gibt es eine neuere Fassung. Bitte lesen Sie zuerst diese."


def decide(survey: Survey, revision: int, actor: Actor, verdict: Verdict) -> None:
    """About the survey as it was read. Raises Conflict when it was changed since, NotAllowed for
    whoever asked for the opening."""
    rules.require_may_decide(actor, survey)
    if survey.state != State.SUBMITTED or revision != survey.revision:
        raise Conflict(MOVED_ON)
    rules.require_second_person(actor, survey)
    if verdict is Verdict.REJECT:
        enter(actor, survey, State.DRAFT, "survey.reject")
        return
    require_complete(survey)
    open_now(actor, survey)
    telling.tell_released(survey)


def reopen(survey: Survey, revision: int, actor: Actor) -> None:
    """Take the decision back, unless somebody has answered: it waits again."""
    rules.require_may_decide(actor, survey)
    db.session.refresh(survey, ["has_answers", "state"], with_for_update=True)
    if revision != survey.revision:
        raise Conflict(MOVED_ON)
    if survey.has_answers:
        raise Conflict("Es gibt schon Antworten. Bitte unterbrechen Sie die Umfrage stattdessen.")
    survey.opened_at = None
    enter(actor, survey, State.SUBMITTED, "survey.undecide", Fact.HIDDEN)
    telling.take_back_release(survey)


def hide(survey: Survey, actor: Actor, rule: int | None) -> None:
    """With its results and texts; a tombstone says why. It takes no answers meanwhile."""
    rules.require_may_hide(actor, survey)
    rules.require_transition(survey.state, State.HIDDEN)
    survey.hidden_from, survey.hidden_at, survey.hidden_rule = survey.state, now(), rule
    enter(actor, survey, State.HIDDEN, "survey.hide", Fact.HIDDEN)
    announce_readers(survey)


def restore(survey: Survey, actor: Actor) -> None:
    """As it was before, whether it ran or was over."""
    rules.require_may_hide(actor, survey)
    if survey.state != State.HIDDEN:
        raise Conflict("Das ist nicht ausgeblendet.")
    state = survey.hidden_from or State.CLOSED
    survey.hidden_from = survey.hidden_at = survey.hidden_rule = None
    enter(actor, survey, State(state), "survey.restore")
    announce_readers(survey)


def reason_of(survey: Survey) -> Reason | None:
    """Why it was refused or hidden, for those who edit it; None when it was neither."""
    if survey.state not in {State.DRAFT, State.HIDDEN}:
        return None
    return reason_for(ref_of(survey))
