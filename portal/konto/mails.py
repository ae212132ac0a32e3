"""The mails of accounts: each is written when sent, and not at all once it has become pointless."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kern.accounts import service
from kern.accounts.models import Grant
from kern.accounts.parties import find_account
from kern.accounts.pending import find_subject, kind_of
from kern.accounts.permissions import ROLE_LABELS, Role
from kern.accounts.service import Door
from kern.db import db
from kern.i18n import _, _l, speaking
from kern.mail import Mail, MailKind
from kern.mail.compose import Recipient, link_of, recipient_of, write
from kern.settings import town_settings
from kern.town import current_town
from kern.web.identity import settings

Payload = Mapping[str, Any]

_BY_DOOR = {
    Door.LOGIN: "konto/anmelden",
    Door.SIGN_UP: "konto/anlegen",
    Door.INVITED: "konto/eingeladen",
}


def _login(payload: Payload) -> Mail | None:
    """One kind for every address: what it opens is said only here."""
    recipient = recipient_of(payload["recipient"])
    link = link_of(payload, "/konto/link")
    if recipient is None or link is None:
        return None
    door, account = service.door_of(recipient.address, production=settings().production)
    if door is Door.CLOSED:
        return None
    if account is not None:
        known = recipient_of(f"party:{account.party_id}")
        name = known.name if known is not None else ""
        recipient = Recipient(recipient.address, recipient.language, name)
    return write(_BY_DOOR[door], recipient, link=link)


def _confirm(payload: Payload) -> Mail | None:
    recipient = recipient_of(payload["recipient"])
    link = link_of(payload, "/konto/bestaetigen")
    pending = find_subject(payload["recipient"])
    if recipient is None or link is None or pending is None:
        return None
    with speaking(recipient.language):
        kind = kind_of(pending)
        title, then = str(kind.title), kind.next(pending.payload)
    return write("konto/bestaetigen", recipient, link=link, title=title, then=then)


def _invitation(payload: Payload) -> Mail | None:
    recipient = recipient_of(payload["recipient"])
    link = link_of(payload, "/konto/einladung")
    if recipient is None or link is None:
        return None
    return write("konto/einladung", recipient, link=link, role=_roles(payload, recipient))


def _granted(payload: Payload) -> Mail | None:
    recipient = recipient_of(payload["recipient"])
    if recipient is None:
        return None
    link = f"{current_town().address}/"
    return write("konto/recht", recipient, link=link, role=_roles(payload, recipient))


def _roles(payload: Payload, recipient: Recipient) -> str:
    account_id = int(payload["recipient"].partition(":")[2])
    query = select(Grant.role).where(Grant.account_id == account_id).order_by(Grant.id)
    with speaking(recipient.language):
        labels = [str(ROLE_LABELS[Role(role)]) for role in db.session.scalars(query)]
    return ", ".join(dict.fromkeys(labels))


def _new_address(payload: Payload) -> Mail | None:
    recipient = recipient_of(payload["recipient"])
    link = link_of(payload, "/konto/mail")
    if recipient is None or link is None:
        return None
    if find_account(recipient.address) is not None:
        login = f"{current_town().address}/konto/anmelden"
        return write("konto/adresse_vergeben", recipient, link=login)
    return write("konto/adresse_bestaetigen", recipient, link=link)


def _old_address(payload: Payload) -> Mail | None:
    return _told("konto/adresse_geaendert", payload)


def _password(payload: Payload) -> Mail | None:
    return _told("konto/passwort_geaendert", payload)


def _deleted(payload: Payload) -> Mail | None:
    return _told("konto/geloescht", payload)


def _told(template: str, payload: Payload) -> Mail | None:
    recipient = recipient_of(payload["recipient"])
    if recipient is None:
        return None
    with speaking(recipient.language):
        contact = _contact()
    return write(template, recipient, contact=contact)


def _contact() -> str:
    """ ": 04555 01 20 oder mitreden@..." as far as the town has said it."""
    town = town_settings()
    ways = [way for way in (town.phone, town.email) if way]
    return ": " + _(" oder ").join(ways) if ways else ""


MAIL_KINDS = (
    MailKind("konto.anmelden", _l("Link zum Anmelden"), _login, asked=True),
    MailKind("konto.bestaetigen", _l("Bestätigen ohne Konto"), _confirm, asked=True),
    MailKind("konto.einladung", _l("Einladung"), _invitation, asked=True),
    MailKind("konto.recht", _l("Neue Aufgabe"), _granted),
    MailKind("konto.adresse_bestaetigen", _l("Neue Adresse bestätigen"), _new_address, asked=True),
    MailKind("konto.adresse_geaendert", _l("Hinweis an die alte Adresse"), _old_address),
    MailKind("konto.passwort_geaendert", _l("Passwort geändert"), _password),
    MailKind("konto.geloescht", _l("Konto gelöscht"), _deleted),
)
