"""Besides deciding: claim a case, put it aside, split, move or close what it is about."""

from collections.abc import Callable

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.i18n import _, say
from kern.ids import parse_id
from kern.moderation import desk, handling, queue
from kern.moderation.handling import Handle
from kern.web import commits, notice, shows_again
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.forms import LockForm, MoveForm, SplitForm
from portal.moderation.panels import Panel, move_panel
from portal.moderation.views.case import case_page, case_url, filters_for, late_page


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


@blueprint.post("/fall/<int:case_id>/teilen")
@shows_again
@commits
def split(case_id: int) -> ResponseReturnValue:
    actor, form = moderator(), SplitForm()

    def act() -> None:
        revision = parse_id(form.fassung.data) or 0
        handling.split(actor, case_id, revision, form.first.data or "", form.second.data or "")

    said = _("Geteilt. Beide Teile warten jetzt einzeln; der zweite steht hinter diesem.")
    return _handle(actor, case_id, Panel(Handle.SPLIT, form), act, said)


@blueprint.post("/fall/<int:case_id>/verschieben")
@shows_again
@commits
def move(case_id: int) -> ResponseReturnValue:
    actor, form = moderator(), MoveForm()
    panel = move_panel(actor, desk.get_case_for(actor, case_id), form)
    said = _("Verschoben. Alte Adressen führen an den neuen Platz.")
    return _handle(
        actor, case_id, panel, lambda: handling.move(actor, case_id, form.target.data or ""), said
    )


@blueprint.post("/fall/<int:case_id>/schliessen")
@shows_again
@commits
def lock(case_id: int) -> ResponseReturnValue:
    actor, form = moderator(), LockForm()
    said = _("Geschlossen. Lesen können es weiterhin alle.")

    def act() -> None:
        handling.lock(actor, case_id, locked=True, reason=form.reason.data or "")

    return _handle(actor, case_id, Panel(Handle.LOCK, form), act, said)


@blueprint.post("/fall/<int:case_id>/oeffnen")
@shows_again
@commits
def unlock(case_id: int) -> ResponseReturnValue:
    actor, said = moderator(), _("Wieder offen.")

    def act() -> None:
        handling.lock(actor, case_id, locked=False, reason="")

    return _handle(actor, case_id, Panel(Handle.UNLOCK, LockForm()), act, said)


def _handle(
    actor: Actor, case_id: int, panel: Panel, act: Callable[[], None], said: str
) -> ResponseReturnValue:
    """Stays at the case: nothing is decided about it yet."""
    found = desk.get_case_for(actor, case_id)
    if not panel.form.is_ok():
        return case_page(actor, found, panel), 422
    try:
        act()
    except Invalid as error:
        db.session.rollback()
        panel.form.blame(error)
        return case_page(actor, found, panel), 422
    except Conflict as error:
        db.session.rollback()
        return late_page(actor, case_id, say(error)), 409
    notice(said)
    return redirect(case_url(case_id, filters_for(found)), code=303)
