"""Delete one's own account: what goes, what stays, and the choice about one's posts."""

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from kern.accounts import service
from kern.errors import Conflict
from kern.i18n import _
from kern.web import commits, current_actor, notice, require_fresh, shows_again
from kern.web.identity import forget
from portal.konto.blueprint import blueprint
from portal.konto.forms import DeleteForm


@blueprint.get("/loeschen")
@require_fresh
def delete() -> ResponseReturnValue:
    return _page(DeleteForm(posts="keep"))


@blueprint.post("/loeschen")
@shows_again
@require_fresh
@commits
def delete_now() -> ResponseReturnValue:
    form = DeleteForm()
    if form.is_ok():
        try:
            service.delete_account(current_actor(), keep_posts=form.posts.data == "keep")
        except Conflict as error:
            form.blame(error)
            return _page(form), 409
        notice(_("Ihr Konto ist gelöscht. Vielen Dank, dass Sie dabei waren."))
        return forget(redirect("/", code=303))
    return _page(form), 422


def _page(form: DeleteForm) -> str:
    email = service.own_address(current_actor())
    return render_template("portal/konto/delete.html", form=form, email=email)
