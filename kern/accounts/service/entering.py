"""Sign up and log in: by a link in a mail, or by a password. Nobody learns which addresses exist.

Asking for a link does the same work for every address: one waiting row, one token, one mail. What
the mail says is decided when it is written, and only its reader gets to know.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Select, delete, select

from kern import outbox
from kern.accounts import tokens
from kern.accounts.glance import glance
from kern.accounts.models import Account, AccountState, Identity, Pending
from kern.accounts.parties import MAIL, find_account
from kern.accounts.passwords import hash_password, needs_rehash, verify
from kern.accounts.pending import find_subject, keep
from kern.accounts.service.creating import give_name, new_account
from kern.accounts.sessions import open_session
from kern.actor import Actor
from kern.db import db

LINK = "konto.link"  # the act, the token's purpose
LINK_LIFETIME = timedelta(minutes=30)
LINK_MAIL = "konto.anmelden"


class Door(StrEnum):
    """What a confirmed address finds here."""

    LOGIN = "login"
    SIGN_UP = "sign_up"
    INVITED = "invited"  # only the invitation's own link opens
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Proof:
    """A password that was right, checked before the transaction began."""

    account_id: int
    password_hash: str
    fresh_hash: str | None  # when the strength of hashing has changed since


def request_link(email: str, language: str, way_back: str) -> None:
    """`email` comes from `fold_email`, `way_back` is a path of this site."""
    pending = keep(LINK, email, {"weiter": way_back}, language, LINK_LIFETIME)
    token = tokens.issue(LINK, f"pending:{pending.id}", LINK_LIFETIME)
    outbox.mail(LINK_MAIL, f"pending:{pending.id}", event=f"link:{token.id}", token=token.id)


def door_of(email: str, *, production: bool) -> tuple[Door, Account | None]:
    account = find_account(email)
    if account is None:
        return Door.SIGN_UP, None
    if account.state == AccountState.INVITED:
        return Door.INVITED, account
    if account.state != AccountState.ACTIVE or (account.is_demo and production):
        return Door.CLOSED, account
    return Door.LOGIN, account


def look_at_link(token_text: str, *, production: bool) -> tuple[Pending, Account | None]:
    """The request behind a link and the account it opens; None when one is to be made.

    Raises Spent for everything else, an invitation that is waiting or has expired included.
    """
    pending = find_subject(tokens.look(token_text, LINK).subject, LINK)
    if pending is None:
        raise tokens.Spent
    door, account = door_of(pending.email, production=production)
    if door not in {Door.LOGIN, Door.SIGN_UP}:
        raise tokens.Spent
    return pending, account


def enter_by_link(
    token_text: str, name: str, agent: str, days: int, *, production: bool
) -> tuple[str, str]:
    """Spend the link; returns the session's token and the path to go on to.

    `name` is used when the account is made now. Raises Spent, or Invalid for `name`.
    """
    pending, account = look_at_link(token_text, production=production)
    tokens.consume(token_text, LINK)
    if account is None:
        account = new_account(pending.email, AccountState.ACTIVE, language=pending.language)
        give_name(account, name, staff=False)
    way_back = str(pending.payload.get("weiter", "/"))
    forget_links(pending.email)
    return open_session(account, agent, days), way_back


def forget_links(email: str) -> None:
    """Links that are still on their way to this address open nothing any more."""
    db.session.execute(delete(Pending).where(Pending.act == LINK, Pending.email == email))


def check_password(email: str, password: str, memory_kib: int, *, production: bool) -> Proof | None:
    """Before the transaction, with the same work for every address. None: it does not fit."""
    query = (
        _active_accounts()
        .join(Identity, Identity.account_id == Account.id)
        .where(Identity.kind == MAIL, Identity.subject == email)
    )
    if production:
        query = query.where(Account.is_demo.is_(False))
    return _prove(query, password, memory_kib)


def check_own_password(actor: Actor, password: str, memory_kib: int) -> Proof | None:
    """The same for somebody who is logged in and shows once more who they are."""
    return _prove(_active_accounts().where(Account.id == actor.account_id), password, memory_kib)


def _active_accounts() -> Select[int, str | None]:
    return select(Account.id, Account.password_hash).where(Account.state == AccountState.ACTIVE)


def _prove(query: Select[int, str | None], password: str, memory_kib: int) -> Proof | None:
    with glance() as connection:
        row = connection.execute(query).first()
    stored = row.password_hash if row is not None else None
    if not verify(stored, password, memory_kib) or row is None or stored is None:
        return None
    fresh = hash_password(password, memory_kib) if needs_rehash(stored, memory_kib) else None
    return Proof(row.id, stored, fresh)


def enter_by_password(proof: Proof, agent: str, days: int) -> str | None:
    """A session's token; None when the account changed while the password was checked."""
    account = db.session.get(Account, proof.account_id)
    if account is None or account.state != AccountState.ACTIVE:
        return None
    if account.password_hash != proof.password_hash:
        return None
    account.password_hash = proof.fresh_hash or account.password_hash
    return open_session(account, agent, days)
