"""Many cases at once: marked in the list, or a whole group; release or reject, take it back."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.i18n import _, grouped, say
from kern.ids import parse_id
from kern.moderation import decisions, desk, recent
from kern.moderation.decisions import Claimed, Decision, JointVerdict
from kern.moderation.filters import Filters
from kern.moderation.paging import parse_stamp
from kern.web import commits, notice, shows_again
from portal.moderation import selection, words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.forms import FILL, ReasonForm
from portal.moderation.selection import Selection
from portal.moderation.views.case import case_url, late_page
from portal.moderation.views.queue import frame_of


def _filters() -> Filters:
    return words.filters_of(request.args)


def _list_url(*, but: str = "") -> str:
    """The list as it was; `but` is a filter that it did not have."""
    filters = words.filters_of(request.args, but=but)
    return url_for(".overview", **words.args_of(filters), seite=request.args.get("seite"))


@blueprint.post("/auswahl")
@commits
def decide_many() -> ResponseReturnValue:
    """From the list: one line with its own button, or all that are marked."""
    actor = moderator()
    one = request.form.get("eines")
    marked = selection.marked_in([one] if one else request.form.getlist("fall"))
    if not marked:
        return _nothing_marked()
    if one is not None:
        return _release_one(actor, *marked[0])
    if request.form.get("tun") == "ablehnen":
        args = {**words.args_of(_filters()), "seite": request.args.get("seite")}
        return redirect(
            url_for(".ask_many", **selection.args_of(marked), tun="ablehnen", **args), code=303
        )
    return _claimed(decisions.decide_marked(actor, marked, JointVerdict(accepts=True)))


def _release_one(actor: Actor, case_id: int, revision: int) -> ResponseReturnValue:
    """At once, as from its own page."""
    case = desk.get_case_for(actor, case_id)
    if not words.can_be_marked(case):
        return _nothing_marked()
    try:
        decisions.decide(actor, case_id, Decision(decisions.yes_for(case), revision))
    except Conflict as error:
        db.session.rollback()
        notice(say(error), "warning")
    return redirect(_list_url(), code=303)


@blueprint.get("/auswahl")
def ask_many() -> ResponseReturnValue:
    """Everything one is about to decide: what was marked, a group, or all that the filters let
    through."""
    actor, filters = moderator(), _filters()
    marked = selection.marked_in(request.args.getlist("fall"))
    if marked:
        found = selection.of_marked(actor, marked)
    elif filters.group_id is not None:
        found = selection.of_group(actor, filters, selection.group_in(request.args))
    else:
        found = selection.of_filters(actor, filters)
    return _page(found, ReasonForm(formdata=None), rejects=_rejects(request.args.get("tun")))


def _rejects(act: str | None) -> bool:
    return act in {"ablehnen", "ausblenden"}


def _page(found: Selection, form: ReasonForm, *, rejects: bool) -> str:
    return render_template(
        "portal/moderation/many.html",
        form=form,
        selection=found,
        rejects=rejects,
        back=_list_url(but="gruppe"),
        **frame_of(moderator(), _filters()),
    )


@blueprint.post("/auswahl/entscheiden")
@shows_again
@commits
def decide_selection() -> ResponseReturnValue:
    actor, form, act = moderator(), ReasonForm(), request.form.get("tun", "")
    is_shown_again = act == FILL or act.startswith(selection.TURN)
    rejects = _rejects(request.args.get("tun") if is_shown_again else act)
    if "bis" not in request.form and not request.form.getlist("fall"):
        return _nothing_marked()
    if act == FILL:
        form.fill_in()
    if is_shown_again:
        return _again(actor, form, rejects=rejects)
    if not form.is_ok():
        return _again(actor, form, rejects=rejects), 422
    verdict = JointVerdict(
        accepts=not rejects, rule=form.number, text=form.text.data or "", law=form.law.data or ""
    )
    try:
        claimed = selection.decide(actor, _filters(), request.form, verdict)
    except Invalid as error:
        form.blame(error)
        return _again(actor, form, rejects=rejects), 422
    except Conflict as error:
        db.session.rollback()
        notice(say(error), "warning")
        return redirect(_list_url(but="gruppe"), code=303)
    return _claimed(claimed, but="gruppe")


def _again(actor: Actor, form: ReasonForm, *, rejects: bool) -> str:
    return _page(selection.shown_in(actor, _filters(), request.form), form, rejects=rejects)


def _nothing_marked() -> ResponseReturnValue:
    notice(_("Bitte markieren Sie zuerst, worum es geht."), "info")
    return redirect(_list_url(), code=303)


def _claimed(claimed: Claimed, *, but: str = "") -> ResponseReturnValue:
    """What was decided stands in the bar that takes it back."""
    if claimed.skipped:
        sentence = _(
            "%(n)s haben wir ausgelassen: Dort war schon entschieden oder der Text ist neu.",
            n=grouped(claimed.skipped),
        )
        notice(sentence, "warning")
    return redirect(_list_url(but=but), code=303)


@blueprint.post("/zuruecknehmen")
@commits
def take_back_many() -> ResponseReturnValue:
    """What was decided at one moment, or together; `zu` says where one wants to be then."""
    actor = moderator()
    joint_id = parse_id(request.form.get("gemeinsam"))
    if joint_id is not None:
        return _take_back_joint(actor, joint_id)
    at = parse_stamp(request.form.get("stand", ""))
    case_id = recent.find_done(actor, at) if at is not None else None
    if case_id is None:
        notice(_("Das ließ sich nicht mehr zurücknehmen."), "warning")
        return redirect(_list_url(), code=303)
    return _take_back_one(actor, case_id)


def _take_back_joint(actor: Actor, joint_id: int) -> ResponseReturnValue:
    try:
        count = decisions.take_back_joint(actor, joint_id)
    except Conflict as error:
        db.session.rollback()
        notice(say(error), "warning")
    else:
        notice(_("%(n)s zurückgenommen. Alles ist wie vorher.", n=grouped(count)), "info")
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
