"""Who works here: give and take roles, invite staff by mail."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kern.accounts import grants, invitations
from kern.accounts.models import Grant
from kern.accounts.permissions import ROLE_LABELS, STAFF_ROLES, Role
from kern.db import db
from kern.errors import Invalid, NotFound
from kern.i18n import _, language
from kern.scope import Scope
from kern.web import commits, limit, notice, require, shows_again
from portal.verwaltung.blueprint import blueprint
from portal.verwaltung.forms import GrantForm, InviteForm

RIGHT = "admin.grants"
PAGE = "/verwaltung/menschen/"


@blueprint.get("/menschen/")
def people() -> ResponseReturnValue:
    require(RIGHT)
    return _page(InviteForm())


@blueprint.post("/menschen/einladen")
@shows_again
@commits
def invite() -> ResponseReturnValue:
    actor = require(RIGHT)
    form = InviteForm()
    form.offer(_scopes())
    if form.is_ok():
        email = form.email.data or ""
        limit("invite", 50, 3600, str(actor.account_id))
        try:
            invitations.invite(actor, email, form.role.data, form.scope_id, language())
        except Invalid as error:
            form.blame(error)
        else:
            notice(_("%(email)s ist eingeladen. Die Mail geht jetzt raus.", email=email))
            return redirect(PAGE, code=303)
    return _page(form), 422


@blueprint.post("/menschen/<int:account_id>/geben")
@commits
def give(account_id: int) -> ResponseReturnValue:
    actor = require(RIGHT)
    form = GrantForm(prefix=f"p{account_id}")
    form.offer(_scopes())
    if not form.is_ok():
        raise Invalid("Bitte wählen Sie eine Aufgabe und einen Bereich.")
    grants.give(actor, account_id, form.role.data, form.scope_id)
    notice(_("Das Recht ist gegeben und gilt sofort."))
    return redirect(PAGE, code=303)


@blueprint.post("/menschen/<int:account_id>/geben/<role>/<int:scope_id>")
@commits
def give_back(account_id: int, role: str, scope_id: int) -> ResponseReturnValue:
    """Takes "genommen" back; 0 is the whole town."""
    actor = require(RIGHT)
    grants.give(actor, account_id, role, scope_id or None)
    notice(_("Das Recht gilt wieder."))
    return redirect(PAGE, code=303)


@blueprint.post("/menschen/rechte/<int:grant_id>/nehmen")
@commits
def take(grant_id: int) -> ResponseReturnValue:
    actor = require(RIGHT)
    grant = db.session.get(Grant, grant_id)
    if grant is None or grant.role not in STAFF_ROLES:
        raise NotFound("Dieses Recht gibt es nicht mehr.")
    undo = url_for(
        "verwaltung.give_back",
        account_id=grant.account_id,
        role=grant.role,
        scope_id=grant.scope_id or 0,
    )
    grants.take(actor, grant_id)
    notice(_("Das Recht ist genommen und gilt sofort nicht mehr."), undo=undo)
    return redirect(PAGE, code=303)


def _scopes() -> list[tuple[int, str]]:
    query = select(Scope.id, Scope.title).where(Scope.kind != "town").order_by(Scope.title)
    return [(0, _("im ganzen Ort")), *((row.id, row.title) for row in db.session.execute(query))]


def _page(form: InviteForm) -> str:
    scopes = _scopes()
    form.offer(scopes)
    staff = [
        member
        for member in grants.list_staff()
        if any(grant.role in STAFF_ROLES for grant in member.grants)
    ]
    forms = {member.account.id: _grant_form(member.account.id, scopes) for member in staff}
    return render_template(
        "portal/verwaltung/people.html",
        form=form,
        forms=forms,
        staff=staff,
        titles=dict(scopes),
        labels={role.value: ROLE_LABELS[role] for role in Role},
        staff_roles=STAFF_ROLES,
    )


def _grant_form(account_id: int, scopes: list[tuple[int, str]]) -> GrantForm:
    form = GrantForm(formdata=None, prefix=f"p{account_id}")
    form.offer(scopes)
    return form
