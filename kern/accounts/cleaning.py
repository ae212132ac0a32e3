"""Forget what has run out: links, unconfirmed texts, sessions, invitations nobody took up."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import IntegrityError

from kern.accounts.invitations import PURPOSE as INVITATION
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
from kern.db import db


def clean(at: datetime) -> int:
    """Returns how many rows went. The caller commits."""
    count = 0
    for table in (Token, Pending, LoginSession):
        query = delete(table).where(table.expires_at <= at)
        count += cast("CursorResult[Any]", db.session.execute(query)).rowcount
    return count + _invitations()


def _invitations() -> int:
    """Invited accounts without a living link; one that was accepted is no such account."""
    living = set(db.session.scalars(select(Token.subject).where(Token.purpose == INVITATION)))
    waiting = db.session.scalars(select(Account).where(Account.state == AccountState.INVITED))
    expired = [account for account in waiting if f"account:{account.id}" not in living]
    for account in expired:
        party = db.session.get_one(Party, account.party_id)
        for table in (Identity, Grant):
            db.session.execute(delete(table).where(table.account_id == account.id))
        was_made_for_it = party.confirmed_at is None and party.created_at == account.created_at
        db.session.delete(account)
        db.session.flush()
        if was_made_for_it:
            _forget(party)
    return len(expired)


def _forget(party: Party) -> None:
    """Made for the invitation and never confirmed; if something hangs on it, only the address."""
    try:
        with db.session.begin_nested():
            db.session.delete(party)
    except IntegrityError:
        party.email = None
