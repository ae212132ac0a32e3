"""Leave: everything personal goes; what was released stays without a name, or goes as well."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from kern import audit, outbox
from kern.accounts import keeping
from kern.accounts.grants import require_other_administrator
from kern.accounts.keeping import Person
from kern.accounts.models import (
    Account,
    AccountState,
    Grant,
    Identity,
    LoginSession,
    Party,
    Pending,
    Token,
)
from kern.accounts.parties import address_of_account, parties_of
from kern.accounts.service.creating import get_account
from kern.accounts.service.profile import PEOPLE, tell_old_address
from kern.actor import Actor
from kern.audit import AuditEntry
from kern.clock import now
from kern.content import registry
from kern.db import db

DELETED_MAIL = "konto.geloescht"


def delete_account(actor: Actor, *, keep_posts: bool) -> None:
    """Of the acting person. Raises Conflict for the last administrator."""
    account = get_account(actor.account_id)
    require_other_administrator(account.id)
    address = address_of_account(account.id)
    language = db.session.get_one(Party, account.party_id).language
    audit.record(actor, "account.delete", f"account:{account.id}", "keep" if keep_posts else "all")
    parties = parties_of(account)
    for type_ in registry().values():
        if type_.erase_author is not None:
            for party in parties:
                type_.erase_author(party.id, keep_posts)
    keeping.forget(_person(account, parties))
    for party in parties:
        _erase(party)
    _close(account, address)
    if address:
        tell_old_address(address, language, DELETED_MAIL)
    outbox.bump(PEOPLE)
    db.session.flush()


def _person(account: Account, parties: Sequence[Party]) -> Person:
    address = address_of_account(account.id)
    return Person(account.id, [party.id for party in parties], address or "")


def _erase(party: Party) -> None:
    party.name = party.office = party.email = party.external_key = None
    party.erased_at = now()


def _close(account: Account, address: str | None) -> None:
    account.state = AccountState.DELETED
    account.name_skeleton = account.password_hash = None
    waiting = select(Pending.id).where(Pending.email == (address or ""))
    subjects = [f"pending:{id_}" for id_ in db.session.scalars(waiting)]
    subjects += [f"account:{account.id}", f"party:{account.party_id}"]
    db.session.execute(delete(Token).where(Token.subject.in_(subjects)))
    db.session.execute(delete(Pending).where(Pending.email == (address or "")))
    for table in (Identity, LoginSession, Grant):
        db.session.execute(delete(table).where(table.account_id == account.id))


def export_account(account_id: int) -> dict[str, Any]:
    """Everything the town holds about this person (Art. 15 and 20 DSGVO), as plain values."""
    account = get_account(account_id)
    parties = parties_of(account)
    own = parties[0]
    return {
        "konto": {
            "name": own.name,
            "dienststelle": own.office,
            "e_mail": address_of_account(account.id),
            "sprache": own.language,
            "angelegt": account.created_at.isoformat(),
            "bestaetigt": own.confirmed_at.isoformat() if own.confirmed_at else None,
            "hat_passwort": account.password_hash is not None,
        },
        "anmeldungen": _sessions(account.id),
        "rechte": _grants(account.id),
        "wartet_auf_bestaetigung": _waiting(account.id),
        "beitraege": {
            str(type_.plural): [dict(row) for party in parties for row in type_.export(party.id)]
            for type_ in registry().values()
            if type_.export is not None
        },
        **keeping.export(_person(account, parties)),
        "protokoll": _acts(account.id),
    }


def _sessions(account_id: int) -> list[Mapping[str, Any]]:
    query = select(LoginSession).where(LoginSession.account_id == account_id)
    return [
        {
            "geraet": row.agent,
            "angemeldet": row.created_at.isoformat(),
            "zuletzt": row.seen_on.isoformat(),
        }
        for row in db.session.scalars(query.order_by(LoginSession.id))
    ]


def _grants(account_id: int) -> list[Mapping[str, Any]]:
    query = select(Grant).where(Grant.account_id == account_id).order_by(Grant.id)
    return [
        {"rolle": row.role, "bereich": row.scope_id, "seit": row.given_at.isoformat()}
        for row in db.session.scalars(query)
    ]


def _waiting(account_id: int) -> list[Mapping[str, Any]]:
    address = address_of_account(account_id) or ""
    query = select(Pending).where(Pending.email == address).order_by(Pending.id)
    return [
        {"art": row.act, "seit": row.created_at.isoformat(), "inhalt": row.payload}
        for row in db.session.scalars(query)
    ]


def _acts(account_id: int) -> list[Mapping[str, Any]]:
    """What the audit log knows this account did; on what may be about others."""
    query = select(AuditEntry.at, AuditEntry.act).where(AuditEntry.account_id == account_id)
    return [
        {"am": row.at.isoformat(), "was": row.act}
        for row in db.session.execute(query.order_by(AuditEntry.id))
    ]
