"""Sessions are rows: made at login, listed, ended one by one or all at once."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from kern.accounts.models import Account, AccountState, Grant, LoginSession, Party
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import AccountId, Actor, PartyId
from kern.clock import now
from kern.db import db, engine
from kern.ids import hash_token, new_token

SEEN_EVERY = timedelta(hours=1)
_GUEST = Actor(permissions=BY_ROLE[Role.GUEST])


def guest() -> Actor:
    return _GUEST


def open_session(account: Account, agent: str, days: int) -> str:
    """A new session; the returned token goes into the cookie, only its hash stays here."""
    token = new_token()
    db.session.add(
        LoginSession(
            account_id=account.id,
            token_hash=hash_token(token),
            agent=agent[:80],
            expires_at=now() + timedelta(days=days),
        )
    )
    db.session.flush()
    return token


def actor_of(token: str) -> Actor:
    """The actor behind a cookie; a guest when the session ended or the account may not come in.

    Runs on a connection of its own that commits by itself, so that looking never opens the
    request's transaction (a read before a write would make the write fail as "locked").
    """
    query = (
        select(
            LoginSession.id,
            LoginSession.seen_on,
            Account.id,
            Account.party_id,
            Party.name,
            Grant.role,
            Grant.scope_id,
        )
        .join(Account, Account.id == LoginSession.account_id)
        .join(Party, Party.id == Account.party_id)
        .outerjoin(Grant, Grant.account_id == Account.id)
        .where(
            LoginSession.token_hash == hash_token(token),
            LoginSession.expires_at > now(),
            Account.state == AccountState.ACTIVE,
        )
    )
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        rows = connection.execute(query).all()
        if not rows:
            return _GUEST
        session_id, seen_on, account_id, party_id, name = rows[0][:5]
        if now() - seen_on > SEEN_EVERY:
            seen = update(LoginSession).where(LoginSession.id == session_id)
            connection.execute(seen.values(seen_on=now()))
    held, scoped = permissions_of([(row[5], row[6]) for row in rows if row[5] is not None])
    return Actor(AccountId(account_id), PartyId(party_id), name or "", held, scoped)


def permissions_of(
    grants: Iterable[tuple[str, int | None]],
) -> tuple[frozenset[str], dict[int, frozenset[str]]]:
    """What a logged-in person with these (role, scope) grants may do: in the town, in scopes."""
    held = set(BY_ROLE[Role.CITIZEN])
    scoped: dict[int, set[str]] = {}
    for role, scope_id in grants:
        if scope_id is None:
            held |= BY_ROLE[Role(role)]
        else:
            scoped.setdefault(scope_id, set()).update(BY_ROLE[Role(role)])
    return frozenset(held), {key: frozenset(value) for key, value in scoped.items()}


def end_session(token: str) -> None:
    db.session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def end_all(account_id: int, except_token: str | None = None) -> int:
    """Log out everywhere (else); returns how many sessions ended."""
    query = delete(LoginSession).where(LoginSession.account_id == account_id)
    if except_token is not None:
        query = query.where(LoginSession.token_hash != hash_token(except_token))
    return int(cast("CursorResult[Any]", db.session.execute(query)).rowcount)


def list_sessions(account_id: int) -> Sequence[LoginSession]:
    query = select(LoginSession).where(
        LoginSession.account_id == account_id, LoginSession.expires_at > now()
    )
    return db.session.scalars(query.order_by(LoginSession.seen_on.desc())).all()
