"""Sessions are rows: made at login, listed, ended one by one or all at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, Row, bindparam, delete, select, update

from kern.accounts.glance import glance
from kern.accounts.models import Account, AccountState, Grant, LoginSession, Party
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import AccountId, Actor, PartyId
from kern.clock import now
from kern.db import Quick, db, inserting
from kern.errors import NotFound
from kern.ids import hash_token, new_token

SEEN_EVERY = timedelta(hours=1)
FRESH_FOR = timedelta(minutes=10)
_OPENED = inserting(
    LoginSession,
    *("account_id", "token_hash", "agent", "expires_at"),
    *("created_at", "seen_on", "confirmed_at"),
)
_GUEST = Actor(permissions=BY_ROLE[Role.GUEST])


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a logged-in person: who, by which session, and how fresh their proof is."""

    actor: Actor
    session_id: int
    confirmed_at: datetime
    is_renewed: bool  # once an hour: the cookie should get its full life again

    @property
    def is_fresh(self) -> bool:
        return now() - self.confirmed_at < FRESH_FOR


def guest() -> Actor:
    return _GUEST


def open_session(account: Account, agent: str, days: int) -> str:
    """A new session; the returned token goes into the cookie, only its hash stays here."""
    token, at = new_token(), now()
    row = {
        "account_id": account.id,
        "token_hash": hash_token(token),
        "agent": agent[:80],
        "expires_at": at + timedelta(days=days),
    }
    _OPENED.send({**row, **dict.fromkeys(("created_at", "seen_on", "confirmed_at"), at)})
    return token


def visit(token: str, days: int = 30, *, production: bool = False) -> Visit | None:
    """Who comes with this cookie; None when the session ended or the account may not come in."""
    with glance() as connection:
        known = {"token": hash_token(token), "now": now()}
        rows = [_Row(*one) for one in _query(production=production).on(connection, known)]
        if not rows:
            return None
        row = rows[0]
        is_renewed = now() - row.seen_on > SEEN_EVERY
        if is_renewed:
            seen = update(LoginSession).where(LoginSession.id == row.session_id)
            until = now() + timedelta(days=days)
            connection.execute(seen.values(seen_on=now(), expires_at=until))
    actor = _actor(row, [(one.role, one.scope_id) for one in rows if one.role is not None])
    return Visit(actor, row.session_id, row.confirmed_at, is_renewed)


class _Row(NamedTuple):
    """A session with one of the grants of its account, if any."""

    session_id: int
    seen_on: datetime
    confirmed_at: datetime
    account_id: int
    party_id: int
    name: str | None
    has_bar: bool
    role: str | None
    scope_id: int | None


@cache
def _query(*, production: bool) -> Quick:
    """A row for each grant, or one without: the whole visitor in one query."""
    query = (
        select(
            LoginSession.id.label("session_id"),
            LoginSession.seen_on,
            LoginSession.confirmed_at,
            Account.id.label("account_id"),
            Account.party_id,
            Party.name,
            Party.has_bar,
            Grant.role,
            Grant.scope_id,
        )
        .join(Account, Account.id == LoginSession.account_id)
        .join(Party, Party.id == Account.party_id)
        .outerjoin(Grant, Grant.account_id == Account.id)
        .where(
            LoginSession.token_hash == bindparam("token"),
            LoginSession.expires_at > bindparam("now"),
            Account.state == AccountState.ACTIVE,
        )
    )
    return Quick(query.where(Account.is_demo.is_(False)) if production else query)


def _actor(row: Row[Any] | _Row, grants: Iterable[tuple[str, int | None]]) -> Actor:
    held, scoped = permissions_of(grants)
    account, party = AccountId(row.account_id), PartyId(row.party_id)
    return Actor(account, party, row.name or "", held, scoped, has_bar=row.has_bar)


def actor_of(token: str) -> Actor:
    """The actor behind a cookie, or a guest."""
    found = visit(token)
    return _GUEST if found is None else found.actor


def actor_of_party(party_id: int) -> Actor:
    """Who somebody is when they are written to; without an account a guest with that party."""
    query = (
        select(Account.id.label("account_id"), Account.party_id, Party.name, Party.has_bar)
        .add_columns(Grant.role, Grant.scope_id)
        .join(Party, Party.id == Account.party_id)
        .outerjoin(Grant, Grant.account_id == Account.id)
        .where(Account.party_id == party_id, Account.state == AccountState.ACTIVE)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return replace(_GUEST, party_id=PartyId(party_id))
    return _actor(rows[0], [(row.role, row.scope_id) for row in rows if row.role is not None])


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


def confirm(session_id: int) -> None:
    """The person has just proved again who they are: step-up pages open for ten minutes."""
    query = update(LoginSession).where(LoginSession.id == session_id)
    db.session.execute(query.values(confirmed_at=now()))


def end_session(token: str) -> None:
    db.session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def end_one(account_id: int, session_id: int) -> None:
    """One of the person's own sessions; raises NotFound for anybody else's."""
    query = delete(LoginSession).where(
        LoginSession.id == session_id, LoginSession.account_id == account_id
    )
    if cast("CursorResult[Any]", db.session.execute(query)).rowcount != 1:
        raise NotFound("Diese Anmeldung ist schon beendet.")


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
