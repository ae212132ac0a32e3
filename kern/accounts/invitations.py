"""Invite people by mail: the account waits with its rights, and only this link opens it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from kern import audit, outbox
from kern.accounts import tokens
from kern.accounts.emails import fold_email
from kern.accounts.grants import give, require_may_give
from kern.accounts.models import Account, AccountState, Grant, Party, Token
from kern.accounts.parties import find_account
from kern.accounts.permissions import Role
from kern.accounts.service.creating import give_name, is_staff, new_account
from kern.accounts.sessions import open_session
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict
from kern.scope import Scope

LIFETIME = timedelta(days=7)
PURPOSE = "konto.einladung"
MAIL = "konto.einladung"
GRANTED_MAIL = "konto.recht"
BARRED = "Dieses Konto ist gesperrt."


@dataclass(frozen=True, slots=True)
class Invited:
    """`token_id` is that of the link to accept with; None for an account that is open already."""

    account_id: int
    grant_id: int
    token_id: int | None


def invite(
    actor: Actor, email: str, role: str, scope_id: int | None = None, language: str = "de"
) -> Account:
    """Somebody with an account gets the role at once. Inviting again sends a new link, the old
    ones end. Raises Invalid for `email` or `role`, NotAllowed, Conflict for a barred account."""
    address = fold_email(email)
    require_may_give(actor, role, scope_id)
    account = find_account(address)
    if account is None:
        account = new_account(address, AccountState.INVITED, language=language)
    if account.state == AccountState.BARRED:
        raise Conflict(BARRED)
    grant = give(actor, account.id, role, scope_id)
    if account.state == AccountState.ACTIVE:
        outbox.mail(GRANTED_MAIL, f"account:{account.id}", event=f"grant:{grant.id}")
        return account
    _send(actor, account)
    return account


def invite_citizen(actor: Actor, email: str, scope_id: int, language: str = "de") -> Invited:
    """Somebody may read and take part in one scope that is not public. The room that owns the
    scope has checked that `actor` may ask them in, and writes the mail. Raises Invalid, Conflict.
    """
    address = fold_email(email)
    account = find_account(address)
    if account is None:
        account = new_account(address, AccountState.INVITED, language=language)
    if account.state == AccountState.BARRED:
        raise Conflict(BARRED)
    mine = (Grant.account_id == account.id, Grant.scope_id == scope_id)
    grant = db.session.scalar(select(Grant).where(*mine, Grant.role == Role.CITIZEN))
    if grant is None:
        grant = Grant(
            account_id=account.id, role=Role.CITIZEN, scope_id=scope_id, given_by=actor.account_id
        )
        db.session.add(grant)
        db.session.flush()
    is_open = account.state == AccountState.ACTIVE
    return Invited(account.id, grant.id, None if is_open else _new_link(actor, account).id)


def _send(actor: Actor, account: Account) -> None:
    token = _new_link(actor, account)
    outbox.mail(MAIL, f"account:{account.id}", event=f"invite:{token.id}", token=token.id)


def _new_link(actor: Actor, account: Account) -> Token:
    """The old ones end."""
    subject = f"account:{account.id}"
    db.session.execute(delete(Token).where(Token.purpose == PURPOSE, Token.subject == subject))
    audit.record(actor, "account.invite", subject)
    return tokens.issue(PURPOSE, subject, LIFETIME)


def look(token_text: str) -> Account:
    """The account that waits behind the link; raises Spent when it does so no more."""
    subject = tokens.look(token_text, PURPOSE).subject
    account = db.session.get(Account, int(subject.partition(":")[2]))
    if account is None or account.state != AccountState.INVITED:
        raise tokens.Spent
    return account


def asked_into(account_id: int) -> Scope | None:
    """Where a citizen was asked in, the newest; None for staff and for those with nothing left."""
    query = (
        select(Scope)
        .join(Grant, Grant.scope_id == Scope.id)
        .where(Grant.account_id == account_id, Grant.role == Role.CITIZEN)
        .order_by(Grant.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def accept(token_text: str, name: str, password_hash: str | None, agent: str, days: int) -> str:
    """The account is open from now on; returns the token of its first session."""
    account = look(token_text)
    tokens.consume(token_text, PURPOSE)
    account.state = AccountState.ACTIVE
    account.password_hash = password_hash
    party = db.session.get_one(Party, account.party_id)
    party.confirmed_at = party.confirmed_at or now()
    give_name(account, name, staff=is_staff(account.id))
    audit.record(Actor(), "account.accept", f"account:{account.id}")
    return open_session(account, agent, days)
