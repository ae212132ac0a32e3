"""The blueprint of all pages of the wiki, and the way to a page or a space through the gate."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from kern.accounts.models import Party
from kern.actor import Actor
from kern.i18n import _
from kern.moderation.persons import shown_name
from kern.web import current_actor
from kern.web.headers import keep_signed_private
from wiki import service
from wiki.models import Kind, Page, ProposalState, Space
from wiki.service import Moved
from wiki.service.reading import Person

blueprint = Blueprint("wiki", __name__, url_prefix="/wiki")
blueprint.after_request(keep_signed_private)


@blueprint.errorhandler(Moved)
def moved(error: Moved) -> ResponseReturnValue:
    """For good, with what stood behind the address: /geschichte, ?abschnitt=2. What was typed is
    sent again, to the new address."""
    rest = request.path.split("/", 4)[4:]
    path = "/".join([error.path, *rest])
    query = request.query_string.decode("ascii", "replace")
    code = 301 if request.method in {"GET", "HEAD"} else 308
    return redirect(f"{path}?{query}" if query else path, code=code)


def to_space(slug: str) -> tuple[Actor, Space]:
    actor = current_actor()
    return actor, service.get_space_for(actor, slug)


def to_page(space: str, slug: str) -> tuple[Actor, Page]:
    actor = current_actor()
    return actor, service.get_page_for(actor, space, slug)


def name_of(party: Party | Person | None, *, is_hidden: bool = False) -> str:
    if party is None or is_hidden:
        return _("nicht genannt")
    return shown_name(party)


def kind_words() -> dict[Kind, str]:
    return {
        Kind.CREATE: _("Neue Seite"),
        Kind.EDIT: _("Text geändert"),
        Kind.RENAME: _("Umbenannt"),
        Kind.MOVE: _("Verschoben"),
        Kind.DELETE: _("Gelöscht"),
        Kind.UNDELETE: _("Wiederhergestellt"),
        Kind.TAG: _("Schlagwörter geändert"),
        Kind.UPLOAD: _("Datei hinzugefügt"),
        Kind.REVERT: _("Auf eine frühere Fassung gesetzt"),
    }


def state_words() -> dict[ProposalState, tuple[str, str]]:
    """What it is called, and the kind of KERN badge."""
    return {
        ProposalState.SUBMITTED: (_("Wird geprüft"), "info"),
        ProposalState.CHANGES_REQUESTED: (_("Bitte überarbeiten"), "warning"),
        ProposalState.APPROVED: (_("Angenommen"), "success"),
        ProposalState.REJECTED: (_("Nicht angenommen"), "danger"),
        ProposalState.WITHDRAWN: (_("Zurückgezogen"), "info"),
        ProposalState.EXPIRED: (_("Abgelaufen"), "warning"),
    }
