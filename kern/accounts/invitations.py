"""Invite staff by mail: the account waits with its rights, and only this link opens it."""

from datetime import timedelta

from sqlalchemy import delete

from kern import audit, outbox
from kern.accounts import tokens
from kern.accounts.emails import fold_email
from kern.accounts.grants import give, require_may_give
from kern.accounts.models import Account, AccountState, Party, Token
from kern.accounts.parties import find_account
from kern.accounts.service.creating import give_name, new_account
from kern.accounts.sessions import open_session
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, NotFound

LIFETIME = timedelta(days=7)
PURPOSE = "konto.einladung"
MAIL = "konto.einladung"
GRANTED_MAIL = "konto.recht"


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
        raise Conflict("Dieses Konto ist gesperrt.")
    grant = give(actor, account.id, role, scope_id)
    if account.state == AccountState.ACTIVE:
        outbox.mail(GRANTED_MAIL, f"account:{account.id}", event=f"grant:{grant.id}")
        return account
    _send(actor, account)
    return account


def _send(actor: Actor, account: Account) -> None:
    subject = f"account:{account.id}"
    db.session.execute(delete(Token).where(Token.purpose == PURPOSE, Token.subject == subject))
    token = tokens.issue(PURPOSE, subject, LIFETIME)
    audit.record(actor, "account.invite", subject)
    outbox.mail(MAIL, subject, event=f"invite:{token.id}", token=token.id)


def look(token_text: str) -> Account:
    """The account that waits behind the link; raises NotFound when it does so no more."""
    subject = tokens.look(token_text, PURPOSE).subject
    account = db.session.get(Account, int(subject.partition(":")[2]))
    if account is None or account.state != AccountState.INVITED:
        raise NotFound(tokens.SPENT)
    return account


def accept(token_text: str, name: str, password_hash: str | None, agent: str, days: int) -> str:
    """The account is open from now on; returns the token of its first session."""
    account = look(token_text)
    tokens.consume(token_text, PURPOSE)
    account.state = AccountState.ACTIVE
    account.password_hash = password_hash
    party = db.session.get_one(Party, account.party_id)
    party.confirmed_at = party.confirmed_at or now()
    give_name(account, name, staff=True)
    audit.record(Actor(), "account.accept", f"account:{account.id}")
    return open_session(account, agent, days)
