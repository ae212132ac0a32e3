"""Many cases at once: mark them in the list, release or reject them, take it back."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.content import DeskItem
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.i18n import _, say
from kern.ids import parse_id
from kern.moderation import decisions, desk, queue, recent
from kern.moderation.decisions import Bulk
from kern.moderation.filters import Filters
from kern.moderation.models import CaseState
from kern.moderation.paging import parse_stamp
from kern.web import commits, notice, shows_again
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.forms import FILL, ReasonForm
from portal.moderation.views.case import case_url, late_page
from portal.moderation.views.queue import frame_of

MOST = 200  # at once; more go in several steps, each with its texts in sight

Marked = Sequence[tuple[int, int]]


def _pair(value: str) -> tuple[int, int] | None:
    """`12:3` is case 12 as it was shown, in wording 3."""
    number, _colon, revision = value.partition(":")
    case_id, wording = parse_id(number), parse_id(revision)
    return None if case_id is None or wording is None else (case_id, wording)


def _marked(values: Sequence[str]) -> Marked:
    pairs = (_pair(value) for value in values[:MOST])
    return [pair for pair in pairs if pair is not None]


def _filters() -> Filters:
    return words.filters_of(request.args)


def _list_url() -> str:
    return url_for(".overview", **words.args_of(_filters()), seite=request.args.get("seite"))


@blueprint.post("/auswahl")
@commits
def decide_many() -> ResponseReturnValue:
    """From the list: one line with its own button, or all that are marked."""
    actor = moderator()
    one = request.form.get("eines")
    marked = _marked([one] if one else request.form.getlist("fall"))
    if not marked:
        return _nothing_marked()
    if one is None and request.form.get("tun") == "ablehnen":
        values = [f"{number}:{revision}" for number, revision in marked]
        args = {**words.args_of(_filters()), "seite": request.args.get("seite")}
        return redirect(url_for(".ask_many", fall=values, tun="ablehnen", **args), code=303)
    return _done(_release(actor, marked))


@dataclass(frozen=True, slots=True)
class Selection:
    """What will be decided together, as it is shown before."""

    marked: Marked
    items: Sequence[DeskItem]
    more: int  # that match as well, and wait for the next step

    @property
    def values(self) -> Sequence[str]:
        return [f"{number}:{revision}" for number, revision in self.marked]


@blueprint.get("/auswahl")
def ask_many() -> ResponseReturnValue:
    """Everything one is about to decide: what was marked, or all that the filters let through."""
    actor = moderator()
    marked = _marked(request.args.getlist("fall"))
    selection = _of_marked(actor, marked) if marked else _of_filters(actor)
    return _page(selection, ReasonForm(formdata=None), rejects=_rejects(request.args.get("tun")))


def _rejects(act: str | None) -> bool:
    return act == "ablehnen"


def _of_marked(actor: Actor, marked: Marked) -> Selection:
    wordings = dict(marked)
    cases = [
        case
        for case in desk.get_cases_for(actor, list(wordings))
        if case.state == CaseState.OPEN and words.can_be_marked(case)
    ]
    items = queue.items_of(cases)
    shown = [case for case in cases if queue.ref_of(case) in items]
    return Selection(
        [(case.id, wordings[case.id]) for case in shown],
        [items[queue.ref_of(case)] for case in shown],
        0,
    )


def _of_filters(actor: Actor) -> Selection:
    found = queue.list_all(actor, _filters(), MOST)
    lines = [(case, item) for case, item in found.lines if words.can_be_marked(case)]
    return Selection(
        [(case.id, item.revision) for case, item in lines],
        [item for _case, item in lines],
        found.more,
    )


def _page(selection: Selection, form: ReasonForm, *, rejects: bool) -> str:
    return render_template(
        "portal/moderation/many.html",
        form=form,
        selection=selection,
        rejects=rejects,
        back=_list_url(),
        **frame_of(moderator(), _filters()),
    )


@blueprint.post("/auswahl/entscheiden")
@shows_again
@commits
def decide_selection() -> ResponseReturnValue:
    actor, form = moderator(), ReasonForm()
    marked, act = _marked(request.form.getlist("fall")), request.form.get("tun")
    if not marked:
        return _nothing_marked()
    if act == FILL:
        form.fill_in()
        return _page(_of_marked(actor, marked), form, rejects=True)
    rejects = _rejects(act)
    if not form.is_ok():
        return _page(_of_marked(actor, marked), form, rejects=rejects), 422
    try:
        done = _reject(actor, marked, form) if rejects else _release(actor, marked)
    except Invalid as error:
        form.blame(error)
        return _page(_of_marked(actor, marked), form, rejects=rejects), 422
    return _done(done)


def _release(actor: Actor, marked: Marked) -> Bulk:
    return decisions.decide_many(actor, marked, accept=True)


def _reject(actor: Actor, marked: Marked, form: ReasonForm) -> Bulk:
    text, law = form.text.data or "", form.law.data or ""
    return decisions.decide_many(actor, marked, accept=False, rule=form.number, text=text, law=law)


def _nothing_marked() -> ResponseReturnValue:
    notice(_("Bitte markieren Sie zuerst, worum es geht."), "info")
    return redirect(_list_url(), code=303)


def _done(bulk: Bulk) -> ResponseReturnValue:
    """What was done stands in the bar that takes it back."""
    if bulk.skipped:
        sentence = _(
            "%(n)s haben wir ausgelassen: Dort war schon entschieden oder der Text ist neu.",
            n=bulk.skipped,
        )
        notice(sentence, "warning")
    return redirect(_list_url(), code=303)


@blueprint.post("/zuruecknehmen")
@commits
def take_back_many() -> ResponseReturnValue:
    """What was decided together at one moment; `zu` says where one wants to be then."""
    actor = moderator()
    at = parse_stamp(request.form.get("stand", ""))
    ids = recent.list_done(actor, at) if at is not None else ()
    if len(ids) == 1:
        return _take_back_one(actor, ids[0])
    bulk = decisions.take_back_many(actor, ids)
    if bulk.done:
        sentence = _("%(n)s zurückgenommen. Alles ist wie vorher.", n=len(bulk.done))
        notice(sentence, "info")
    if bulk.skipped or not ids:
        notice(_("%(n)s ließen sich nicht mehr zurücknehmen.", n=bulk.skipped or 1), "warning")
    return redirect(_list_url(), code=303)


def _take_back_one(actor: Actor, case_id: int) -> ResponseReturnValue:
    try:
        case = decisions.take_back(actor, case_id)
    except Conflict as error:
        db.session.rollback()
        return late_page(actor, case_id, say(error)), 409
    notice(_("Zurückgenommen. Alles ist wie vorher."), "info")
    to_list = request.form.get("zu") == "liste"
    return redirect(_list_url() if to_list else case_url(case.id, _filters()), code=303)
