"""What people without a login propose once their address is confirmed.

Days may lie between: by then the page may be protected, gone, or a space for others only.
"""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from kern.accounts.models import Party
from kern.accounts.pending import PendingKind
from kern.accounts.sessions import guest
from kern.content import Ref
from kern.errors import NotFound
from kern.i18n import _, _l
from kern.moderation.hints import note_typing
from kern.scope.rules import may_read
from kern.text import excerpt
from wiki import service
from wiki.models import PROPOSAL_KEY, Kind, Page, Space
from wiki.service import Wording
from wiki.service.own_links import link_path
from wiki.service.rendering import preview
from wiki.service.spaces import get_space

ACT = "wiki.vorschlag"
SHOWN = 6_000  # characters of the text on the page that confirms


def payload_of(
    space: Space, page: Page | None, wording: Wording, base_id: int | None, typed_ms: int | None
) -> dict[str, Any]:
    """As JSON keeps it until the mail is answered."""
    return {
        "space": space.scope_id,
        "page": page.id if page is not None else None,
        "base": base_id,
        "title": wording.title,
        "text": wording.source,
        "tags": list(wording.tags),
        "parent": wording.parent_id,
        "place": dict(wording.place) if wording.place else None,
        "files": [dict(file) for file in wording.files],
        "summary": wording.summary,
        "minor": wording.minor,
        "kind": str(wording.kind),
        "typed_ms": typed_ms,
    }


def _wording(payload: Mapping[str, Any]) -> Wording:
    return Wording(
        str(payload["title"]),
        str(payload["text"]),
        tuple(payload["tags"]),
        payload["parent"],
        payload["place"],
        tuple(payload["files"]),
        str(payload["summary"]),
        bool(payload["minor"]),
        Kind(payload["kind"]),
    )


def _find(payload: Mapping[str, Any]) -> tuple[Space, Page | None]:
    """Through the gate of strangers. Raises NotFound."""
    space = get_space(int(payload["space"]))
    if not may_read(guest(), space.scope):
        raise NotFound("Diesen Bereich des Wikis gibt es nicht.")
    page = service.get_page(int(payload["page"])) if payload["page"] else None
    return space, page


def _show(payload: Mapping[str, Any]) -> Markup:
    space, page = _find(payload)
    source = str(payload["text"])
    made = preview(space, source[:SHOWN], payload["files"], page)
    more = Markup("<p>{}</p>").format(_("Der Text geht noch weiter.")) if source[SHOWN:] else ""
    heading = Markup("<p><b>{}</b></p>").format(escape(str(payload["title"])))
    if payload["summary"]:
        heading += Markup("<p>{}</p>").format(excerpt(str(payload["summary"]), 300))
    return heading + Markup(made.html) + more  # noqa: S704 - kern.text has sanitised it


def _perform(party: Party, payload: Mapping[str, Any]) -> tuple[str, str]:
    space, page = _find(payload)
    proposal = service.propose_confirmed(space, page, _wording(payload), payload["base"], party.id)
    note_typing(Ref(PROPOSAL_KEY, proposal.id), payload.get("typed_ms"))
    sentence = _(
        "Danke! Ihr Vorschlag hat die Nummer %(number)s. Er erscheint, sobald ihn jemand geprüft "
        "hat.",
        number=proposal.receipt,
    )
    return link_path(proposal), sentence


def _back(payload: Mapping[str, Any]) -> str:
    try:
        space, page = _find(payload)
    except NotFound:
        return "/wiki/"
    return space.scope.path if page is None else service.page_path(page)


PROPOSAL = PendingKind(
    ACT,
    _l("Ihr Vorschlag für das Wiki"),
    _show,
    _perform,
    _back,
    lambda _payload: _("Dann wird er geprüft. Bis dahin sehen ihn nur Sie und die Prüfenden."),
)
