"""Following without an account: begun by the link of a mail (double opt-in)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from kern.accounts.models import Party
from kern.accounts.pending import PendingKind
from kern.accounts.sessions import guest
from kern.content import Ref
from kern.i18n import _, _l
from kern.notify import follow
from kern.notify.following import get_followable


def _show(payload: Mapping[str, Any]) -> Markup:
    card = get_followable(guest(), Ref.parse(payload["ref"]))
    words = _("Sie möchten hören, was es hier Neues gibt:")
    return Markup("<p>{}</p><p><b>{}</b></p>").format(words, card.title)


def _perform(party: Party, payload: Mapping[str, Any]) -> tuple[str, str]:
    card = get_followable(guest(), Ref.parse(payload["ref"]))
    follow(party.id, card.ref, asked_at=datetime.fromisoformat(payload["asked"]), by_mail=True)
    return card.path, _("Sie folgen jetzt „%(title)s“. Neues kommt per Mail.", title=card.title)


FOLLOW = PendingKind(
    "mitteilungen.folgen",
    _l("Neuigkeiten per Mail"),
    _show,
    _perform,
    lambda payload: f"/mitteilungen/folgen/{payload['ref'].replace(':', '/')}",
)
