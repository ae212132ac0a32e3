"""Mails of the outbox as the administration shows them: a list, one of them, and what it says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kern.db import db
from kern.errors import NotFound
from kern.i18n import _, _l
from kern.mail import Mail, kinds
from kern.outbox import OutboxEntry, State

PER_PAGE = 50
STATES: Mapping[State, tuple[Any, str]] = {
    State.DEAD: (_l("Nicht zustellbar"), "danger"),
    State.UNCLEAR: (_l("Unklar"), "warning"),
    State.HELD: (_l("Wartet auf einen Mailserver"), "info"),
    State.OPEN: (_l("Wird verschickt"), "info"),
    State.RUNNING: (_l("Wird gerade verschickt"), "info"),
    State.DONE: (_l("Verschickt"), "success"),
    State.SKIPPED: (_l("Nicht verschickt"), "info"),
}
_TOKEN = re.compile(r"\b\d+[./][0-9a-f]{40,64}\b")  # of logins, and of a contribution's author


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail as it would be written now. `has_links`: links in it still open doors."""

    mail: Mail | None
    text: str
    fault: bool = False
    has_links: bool = True


def list_mails(state: State | None, before: int | None) -> tuple[Sequence[OutboxEntry], int | None]:
    """Newest first; the second value leads to the next page."""
    query = select(OutboxEntry).where(OutboxEntry.kind == "mail")
    if state is not None:
        query = query.where(OutboxEntry.state == state)
    if before is not None:
        query = query.where(OutboxEntry.id < before)
    found = db.session.scalars(query.order_by(OutboxEntry.id.desc()).limit(PER_PAGE + 1)).all()
    page = found[:PER_PAGE]
    return page, page[-1].id if len(found) > PER_PAGE else None


def get_mail(entry_id: int) -> OutboxEntry:
    entry = db.session.get(OutboxEntry, entry_id)
    if entry is None or entry.kind != "mail":
        raise NotFound("Diese Mail gibt es nicht mehr.")
    return entry


def label_of(entry: OutboxEntry) -> str:
    kind = kinds().get(entry.name)
    return str(kind.label) if kind else entry.name


def show(entry: OutboxEntry) -> Shown:
    """Only a mail that nobody gets otherwise is shown with its links: whoever reads a link to log
    in could come in as somebody else."""
    kind = kinds().get(entry.name)
    if kind is None:
        return Shown(None, "", fault=True)
    try:
        mail = kind.build(entry.payload)
    except (LookupError, TypeError, ValueError):
        return Shown(None, "", fault=True)
    if mail is None:
        return Shown(None, "")
    if entry.state == State.HELD:
        return Shown(mail, mail.text)
    return Shown(mail, _TOKEN.sub("…", mail.text), has_links=False)


def say_reason(reason: str | None) -> str:
    """The worker's short code as a sentence."""
    if not reason:
        return ""
    kind, _space, more = reason.partition(" ")
    sentences = {
        "smtp": _("Der Mailserver hat abgelehnt (Code %(code)s).", code=more),
        "unreachable": _("Der Mailserver antwortet nicht."),
        "lost": _("Die Verbindung riss ab, während die Mail verschickt wurde."),
        "login": _("Der Mailserver nimmt Benutzername und Passwort nicht an."),
        "tls": _("Die verschlüsselte Verbindung zum Mailserver kam nicht zustande."),
        "unsupported": _("Der Mailserver kann die eingestellte Verschlüsselung nicht."),
        "address": _("Die Adresse ist keine gültige E-Mail-Adresse."),
        "header": _("Die Mail enthält unerlaubte Angaben."),
        "template": _("Diese Art von Mail kennt das Programm nicht mehr."),
        "write": _("Die Mail ließ sich nicht schreiben (%(fault)s).", fault=more),
        "crash": _("Der Betrieb brach ab, während die Mail verschickt wurde."),
        "pointless": _("Sie war nicht mehr nötig, als sie an der Reihe war."),
        "bounced": _("Mails an diese Adresse kommen zurück."),
        "attempts": _("Auch viele Versuche haben nicht geholfen."),
    }
    return sentences.get(kind, reason)


def say_code(code: str) -> str:
    """What a mail server meant by "5.1.1" (RFC 3463)."""
    if code.startswith(("5.1.", "5.2.1")):
        return _("Diese Adresse gibt es nicht (mehr).")
    if code.startswith(("5.2.2", "4.2.2")):
        return _("Das Postfach ist voll.")
    if code.startswith(("5.7", "4.7")):
        return _("Der Mailserver der Adresse nimmt unsere Mails nicht an.")
    return _("Die Mails ließen sich nicht zustellen.")
