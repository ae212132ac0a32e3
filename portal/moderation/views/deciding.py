"""Decide about one case, or decide anew from the log."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.content import DeskItem
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
from portal.moderation.forms import FILL, ReasonForm, RedactForm
from portal.moderation.panels import REDACT, Panel, Preview, preview_of
from portal.moderation.views.case import case_page, case_url, filters_for, late_page

Decide = Callable[[Actor, int, Decision], Case]
PREVIEW = "vorschau"


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
    act = request.form.get("tun", "")
    opened = request.args.get("tun") or words.no_act(found)
    if REDACT in {act, opened if act in {FILL, PREVIEW} else ""}:
        return _redact(actor, found, act)
    form = ReasonForm()
    if act == FILL:
        form.fill_in()
        return case_page(actor, found, Panel(opened, form))
    if act not in words.ACTS:
        raise Conflict(decisions.NOT_HERE)
    decision = _decision(words.ACTS[act], form)
    if decision.needs_sentence and not form.is_ok():
        return case_page(actor, found, Panel(act, form)), 422
    return _carry_out(actor, found, decision, Panel(act, form), by)


def _decision(verdict: CaseVerdict, form: ReasonForm) -> Decision:
    revision = parse_id(form.fassung.data) or 0
    return Decision(verdict, revision, form.number, form.text.data or "", form.law.data or "")


def _redact(actor: Actor, found: Case, act: str) -> ResponseReturnValue:
    """Nothing goes before the moderator has seen how it reads then."""
    form = RedactForm()
    item = queue.items_of([found]).get(queue.ref_of(found))
    if item is None:
        return late_page(actor, found.id, say(Conflict("Davon ist nichts mehr da."))), 409
    if act == FILL:
        form.fill_in()
    preview = _preview(form, item)
    panel = Panel(REDACT, form, preview)
    if preview is None or (act == REDACT and not form.is_ok()):
        return case_page(actor, found, panel), 422
    if act != REDACT or form.seen.data != preview.digest:
        return case_page(actor, found, panel)
    wording = form.redaction(item)
    revision = parse_id(form.fassung.data) or 0
    decision = Decision(
        CaseVerdict.REDACT,
        revision,
        form.number,
        form.text.data or "",
        form.law.data or "",
        wording,
    )
    return _carry_out(actor, found, decision, panel, decisions.decide)


def _preview(form: RedactForm, item: DeskItem) -> Preview | None:
    try:
        return preview_of(item, form.redaction(item))
    except Invalid as error:
        form.blame(error)
        return None


def _carry_out(
    actor: Actor, found: Case, decision: Decision, panel: Panel, by: Decide
) -> ResponseReturnValue:
    filters = filters_for(found)
    try:
        decided = by(actor, found.id, decision)
    except Invalid as error:
        db.session.rollback()
        panel.form.blame(error)
        return case_page(actor, found, panel), 422
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
