"""Many cases at once: mark them in the list, release or reject them, take it back."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.errors import Invalid
from kern.i18n import _
from kern.ids import parse_id
from kern.moderation import decisions, desk, queue
from kern.moderation.decisions import Bulk
from kern.moderation.models import CaseState
from kern.moderation.paging import PAGE
from kern.web import commits, notice, shows_again
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.forms import FILL, ReasonForm
from portal.moderation.views.queue import frame_of

Marked = Sequence[tuple[int, int]]


def _marked(values: Sequence[str]) -> Marked:
    """`fall=12:3` is case 12 as it was shown, in wording 3. Never more than a page holds."""
    found = []
    for value in values[:PAGE]:
        number, _colon, revision = value.partition(":")
        case_id, wording = parse_id(number), parse_id(revision)
        if case_id is not None and wording is not None:
            found.append((case_id, wording))
    return found


@blueprint.post("/auswahl")
@commits
def decide_many() -> ResponseReturnValue:
    actor, filters = moderator(), words.filters_of(request.args)
    marked = _marked(request.form.getlist("fall"))
    if not marked:
        return _nothing_marked()
    if request.form.get("tun") == "ablehnen":
        values = [f"{number}:{revision}" for number, revision in marked]
        return redirect(
            url_for(".reason_for_many", fall=values, **words.args_of(filters)), code=303
        )
    done = decisions.decide_many(actor, marked, accept=True, rule=None, text="")
    return _done(done)


@blueprint.get("/auswahl")
def reason_for_many() -> ResponseReturnValue:
    """The one reason for all that are marked."""
    actor = moderator()
    return _reason_page(actor, _marked(request.args.getlist("fall")), ReasonForm(formdata=None))


@blueprint.post("/auswahl/ablehnen")
@shows_again
@commits
def reject_many() -> ResponseReturnValue:
    actor, form = moderator(), ReasonForm()
    marked = _marked(request.form.getlist("fall"))
    if not marked:
        return _nothing_marked()
    if request.form.get("tun") == FILL:
        form.fill_in()
        return _reason_page(actor, marked, form)
    if not form.is_ok():
        return _reason_page(actor, marked, form), 422
    try:
        text = form.text.data or ""
        done = decisions.decide_many(actor, marked, accept=False, rule=form.number, text=text)
    except Invalid as error:
        form.blame(error)
        return _reason_page(actor, marked, form), 422
    return _done(done)


def _nothing_marked() -> ResponseReturnValue:
    notice(_("Bitte markieren Sie zuerst, worum es geht."), "info")
    args = words.args_of(words.filters_of(request.args))
    return redirect(url_for(".overview", **args), code=303)


def _reason_page(actor: Actor, marked: Marked, form: ReasonForm) -> str:
    cases = [desk.get_case_for(actor, number) for number, _revision in marked]
    waiting = [case for case in cases if case.state == CaseState.OPEN]
    return render_template(
        "portal/moderation/reject_many.html",
        form=form,
        marked=[f"{number}:{revision}" for number, revision in marked],
        items=list(queue.items_of(waiting).values()),
        **frame_of(words.filters_of(request.args)),
    )


def _done(bulk: Bulk) -> ResponseReturnValue:
    args = words.args_of(words.filters_of(request.args))
    if bulk.done:
        ids = ",".join(str(number) for number in bulk.done)
        undo = url_for(".take_back_many", faelle=ids, **args)
        notice(_("%(n)s entschieden.", n=len(bulk.done)), undo=undo)
    if bulk.skipped:
        sentence = _(
            "%(n)s haben wir ausgelassen: Dort war schon entschieden oder der Text ist neu.",
            n=bulk.skipped,
        )
        notice(sentence, "warning")
    return redirect(url_for(".overview", **args), code=303)


@blueprint.post("/zuruecknehmen")
@commits
def take_back_many() -> ResponseReturnValue:
    actor = moderator()
    numbers = [parse_id(one) for one in request.args.get("faelle", "").split(",")[:PAGE]]
    bulk = decisions.take_back_many(actor, [one for one in numbers if one is not None])
    if bulk.done:
        notice(_("%(n)s zurückgenommen. Alles ist wie vorher.", n=len(bulk.done)), "info")
    if bulk.skipped:
        notice(_("%(n)s ließen sich nicht mehr zurücknehmen.", n=bulk.skipped), "warning")
    args = words.args_of(words.filters_of(request.args))
    return redirect(url_for(".overview", **args), code=303)
