"""Decide about one case, take it back, put it aside, decide anew from the log."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.i18n import say
from kern.ids import parse_id
from kern.moderation import decisions, desk, queue
from kern.moderation.decisions import AlreadyDecided, Decision
from kern.moderation.models import Case, CaseVerdict
from kern.web import commits, shows_again
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.forms import FILL, ReasonForm
from portal.moderation.views.case import case_page, case_url, filters_for, late_page

Decide = Callable[[Actor, int, Decision], Case]


@blueprint.post("/fall/<int:case_id>")
@shows_again
@commits
def decide(case_id: int) -> ResponseReturnValue:
    return _decide(case_id, decisions.decide)


@blueprint.post("/fall/<int:case_id>/neu")
@shows_again
@commits
def decide_anew(case_id: int) -> ResponseReturnValue:
    """From the log: another decision about what was rejected, hidden or released."""
    return _decide(case_id, decisions.decide_anew)


def _decide(case_id: int, by: Decide) -> ResponseReturnValue:
    actor = moderator()
    found = desk.get_case_for(actor, case_id)
    form, act = ReasonForm(), request.form.get("tun", "")
    if act == FILL:
        form.fill_in()
        return case_page(actor, found, form, act=request.args.get("tun") or words.no_act(found))
    if act not in words.ACTS:
        raise Conflict(decisions.NOT_HERE)
    decision = _decision(words.ACTS[act], form)
    if decision.needs_sentence and not form.is_ok():
        return case_page(actor, found, form, act=act), 422
    return _carry_out(actor, found, decision, form, by)


def _decision(verdict: CaseVerdict, form: ReasonForm) -> Decision:
    revision = parse_id(form.fassung.data) or 0
    return Decision(verdict, revision, form.number, form.text.data or "")


def _carry_out(
    actor: Actor, found: Case, decision: Decision, form: ReasonForm, by: Decide
) -> ResponseReturnValue:
    filters = filters_for(found)
    try:
        decided = by(actor, found.id, decision)
    except Invalid as error:
        form.blame(error)
        return case_page(actor, found, form, act=words.name_of(decision.verdict)), 422
    except Conflict as error:
        number = error.case_id if isinstance(error, AlreadyDecided) else found.id
        db.session.rollback()
        return late_page(actor, number, say(error)), 409
    if by is decisions.decide_anew:
        return redirect(case_url(decided.id, filters), code=303)
    following = queue.find_next(actor, filters, found)
    if following is None:
        return redirect(url_for(".overview", **words.args_of(filters)), code=303)
    return redirect(case_url(following.id, filters), code=303)


@blueprint.post("/fall/<int:case_id>/uebernehmen")
@commits
def take_on(case_id: int) -> ResponseReturnValue:
    """Claim it until tomorrow, or give it up again, and stay."""
    actor = moderator()
    case = desk.get_case_for(actor, case_id)
    if case.claimed_by == actor.account_id and desk.is_taken_on(case):
        desk.put_back(actor, case)
    else:
        desk.take_on(actor, case)
    return redirect(case_url(case.id, filters_for(case)), code=303)


@blueprint.post("/fall/<int:case_id>/weglegen")
@commits
def put_back(case_id: int) -> ResponseReturnValue:
    """Give the claim up and go on with the next."""
    actor = moderator()
    case = desk.get_case_for(actor, case_id)
    desk.put_back(actor, case)
    filters = filters_for(case)
    following = queue.find_next(actor, filters, case)
    if following is None or following.id == case.id:
        return redirect(url_for(".overview", **words.args_of(filters)), code=303)
    return redirect(case_url(following.id, filters), code=303)
