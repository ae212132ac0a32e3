"""One person at the desk: what they wrote, and warning, barring, lifting."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.clock import now
from kern.errors import Conflict, Invalid
from kern.i18n import _
from kern.ids import parse_id
from kern.moderation import bars, decisions, record, statements
from kern.moderation.models import Statement
from kern.web import commits, notice, shows_again
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.person_forms import PersonForm


@blueprint.get("/person/<int:party_id>")
def person(party_id: int) -> ResponseReturnValue:
    actor = moderator()
    return _page(actor, party_id, PersonForm(record.list_scopes(actor), formdata=None))


@blueprint.post("/person/<int:party_id>")
@shows_again
@commits
def act_on_person(party_id: int) -> ResponseReturnValue:
    """Warn or bar, in one form: both say which rule and why."""
    actor = moderator()
    form = PersonForm(record.list_scopes(actor))
    record.require_person(actor, party_id)
    if not form.is_ok():
        return _page(actor, party_id, form), 422
    try:
        statement = _act(actor, party_id, form)
    except (Invalid, Conflict) as error:
        form.blame(error)
        return _page(actor, party_id, form), error.status
    notice(_said(statement), undo=_undo(statement.case_id, party_id))
    return redirect(url_for(".person", party_id=party_id), code=303)


def _act(actor: Actor, party_id: int, form: PersonForm) -> Statement:
    if form.is_warning:
        return bars.warn(actor, party_id, form.scope_id, form.ground)
    return bars.bar(actor, party_id, form.scope_id, form.ground, until=form.end())


def _said(statement: Statement) -> str:
    if statement.measure == "warned":
        return _("Verwarnt. Die Begründung geht gleich an die Person.")
    return _("Gesperrt. Die Begründung geht gleich an die Person.")


def _undo(case_id: int, party_id: int) -> str:
    return url_for(".take_back_person", party_id=party_id, case_id=case_id)


@blueprint.post("/person/<int:party_id>/aufheben/<int:statement_id>")
@commits
def lift_bar(party_id: int, statement_id: int) -> ResponseReturnValue:
    actor = moderator()
    record.require_person(actor, party_id)
    case = bars.lift(actor, statement_id)
    notice(_("Die Sperre ist aufgehoben."), undo=_undo(case.id, party_id))
    return redirect(url_for(".person", party_id=party_id), code=303)


@blueprint.post("/person/<int:party_id>/zuruecknehmen/<int:case_id>")
@commits
def take_back_person(party_id: int, case_id: int) -> ResponseReturnValue:
    decisions.take_back(moderator(), case_id)
    notice(_("Zurückgenommen. Alles ist wie vorher."), "info")
    return redirect(url_for(".person", party_id=party_id), code=303)


def _page(actor: Actor, party_id: int, form: PersonForm) -> str:
    at = now()
    found = record.get_person_for(actor, party_id, at, parse_id(request.args.get("vor")))
    return render_template(
        "portal/moderation/person.html",
        person=found,
        form=form,
        may_act=bool(form.scope.choices),
        path_of=statements.path_of,
        words=words,
        at=at,
    )
