"""A statement of reasons for the one person it is about, and their objection. No login needed."""

from flask import Blueprint, Response, redirect, render_template
from flask.typing import ResponseReturnValue

from kern.clock import now
from kern.content import registry
from kern.errors import Invalid, TooMany
from kern.i18n import _
from kern.moderation import objections, statements
from kern.moderation.explaining import explain
from kern.moderation.models import Statement
from kern.web import commits, limit_network, notice, shows_again
from kern.web.age import opened_field, require_read
from kern.web.headers import keep_private
from portal.begruendung.forms import ObjectionForm

blueprint = Blueprint("begruendung", __name__, url_prefix="/begruendung")

READ_AN_HOUR = 120  # from one network
OBJECT_AN_HOUR = 20


@blueprint.after_request
def keep_to_ourselves(response: Response) -> Response:
    """Whoever has the address acts as the person."""
    response.headers["X-Robots-Tag"] = "noindex"
    return keep_private(response)


@blueprint.get("/<int:statement_id>/<signature>")
def page(statement_id: int, signature: str) -> ResponseReturnValue:
    limit_network("statement.read", READ_AN_HOUR)
    statement = statements.get_by_link(statement_id, signature)
    return _page(statement, ObjectionForm(formdata=None))


@blueprint.post("/<int:statement_id>/<signature>")
@shows_again
@commits
def submit(statement_id: int, signature: str) -> ResponseReturnValue:
    statement = statements.get_by_link(statement_id, signature)
    form = ObjectionForm()
    if not form.is_ok() or not require_read(form, statements.path_of(statement)):
        return _page(statement, form), 422
    try:
        limit_network("objection", OBJECT_AN_HOUR)
        objections.submit(statement, form.text.data or "")
    except (Invalid, TooMany) as error:
        form.blame(error)
        return _page(statement, form), error.status
    notice(_("Ihr Einspruch ist da. Wir haben Ihnen das auch gemailt."))
    return redirect(f"{statements.path_of(statement)}#einspruch", code=303)


def _page(statement: Statement, form: ObjectionForm) -> str:
    at, objection = now(), objections.find(statement)
    return render_template(
        "portal/begruendung/page.html",
        statement=statement,
        explained=explain(statement, is_objected=objection is not None),
        form=form,
        objection=objection,
        words=objections.words_of(objection) if objection is not None else "",
        outcome=objections.outcome_of(objection, at) if objection is not None else None,
        may_object=objection is None and objections.may_object(statement, at),
        own_path=_own_path(statement),
        opened=opened_field(statements.path_of(statement)),
        together=statements.list_together(statement),
        path_of=statements.path_of,
    )


def _own_path(statement: Statement) -> str:
    """Where the person may change the text; empty where there is nothing to change."""
    case = statement.case
    type_ = registry().get(case.content_key)
    if type_ is None or type_.own_paths is None:
        return ""
    return type_.own_paths([case.content_id]).get(case.content_id, "")
