"""GET /suche: the one page of the search, as a feed, as data, and kept for later."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from kern import search
from kern.i18n import _
from kern.web import commits, current_actor, notice, require_login
from kern.web.headers import keep_private
from kern.web.limit import limit_network
from portal.suche import other, saving
from portal.suche.asked import PATH
from portal.suche.page import asked_by, describe, read

SAVED = f"{PATH}/gespeichert"
SUGGESTIONS = 3_000  # an hour, of one network: a school class may sit there and type
blueprint = Blueprint("suche", __name__)


@blueprint.get(PATH)
def find() -> ResponseReturnValue:
    page = read(current_actor(), request.args)
    name = "portal/suche/start.html" if page.result.query.is_empty else "portal/suche/hits.html"
    is_saved = saving.is_saved(current_actor().party_id, page.asked)
    shown = render_template(
        name, page=page, asked=page.asked, result=page.result, is_saved=is_saved
    )
    return shown, 422 if page.asked.errors else 200


@blueprint.get(other.FEED)
def feed() -> Response:
    return other.feed(request.args)


@blueprint.get(other.DATA)
def data() -> ResponseReturnValue:
    """The same as the page, with the rights of whoever asks."""
    page = read(current_actor(), request.args)
    return jsonify(other.as_data(page)), 422 if page.asked.errors else 200


@blueprint.get(f"{PATH}/vorschlaege")
def suggest() -> ResponseReturnValue:
    """Public titles for what is being typed; the same for everybody."""
    limit_network("suggest.network", SUGGESTIONS)
    return jsonify(titles=search.suggest(request.args.get("q", "")))


@blueprint.get(SAVED)
@require_login
def saved() -> ResponseReturnValue:
    kept = saving.list_saved(int(current_actor().party_id or 0))
    shown = render_template("portal/suche/saved.html", kept=kept, describe=describe)
    return keep_private(Response(shown))


@blueprint.get(f"{PATH}/speichern")
@require_login
def ask_to_save() -> ResponseReturnValue:
    """Where somebody lands who had to log in first: the search, with its button."""
    return redirect(asked_by(current_actor(), request.args).url(), code=303)


@blueprint.post(f"{PATH}/speichern")
@require_login
@commits
def save() -> ResponseReturnValue:
    actor = current_actor()
    saving.save(int(actor.party_id or 0), asked_by(actor, request.form))
    notice(_("Gespeichert. Sie hören, wenn etwas Neues dazu erscheint."))
    return redirect(SAVED, code=303)


@blueprint.post(f"{SAVED}/<int:saved_id>/loeschen")
@require_login
@commits
def remove(saved_id: int) -> ResponseReturnValue:
    saving.remove(int(current_actor().party_id or 0), saved_id)
    notice(_("Gelöscht. Davon hören Sie nichts mehr."))
    return redirect(SAVED, code=303)
