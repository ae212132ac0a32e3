"""What people change about their own account: name, password, address."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from kern import audit, outbox
from kern.accounts import tokens
from kern.accounts.glance import glance
from kern.accounts.models import Account, AccountState, Identity, Party, Pending
from kern.accounts.parties import MAIL, address_of_account, find_account, find_guest
from kern.accounts.pending import find_subject, keep
from kern.accounts.service.creating import get_account, give_name, is_staff
from kern.accounts.service.entering import forget_links
from kern.accounts.sessions import end_all
from kern.actor import Actor
from kern.db import db
from kern.ids import new_token
from kern.settings import Setting

CHANGE = "konto.adresse"  # the act, the token's purpose
CHANGE_LIFETIME = timedelta(minutes=30)
CHANGE_MAIL = "konto.adresse_bestaetigen"
CHANGED_MAIL = "konto.adresse_geaendert"
PASSWORD_MAIL = "konto.passwort_geaendert"  # noqa: S105 - the name of a mail
NOTICE = "konto.hinweis"  # keeps an address that is gone until it has been told
NOTICE_LIFETIME = timedelta(days=2)

PEOPLE = "people"  # the revision key of pages that show names


def change_name(actor: Actor, name: str) -> None:
    account = get_account(actor.account_id)
    give_name(account, name, staff=is_staff(account.id))
    outbox.bump(PEOPLE)


def set_password(actor: Actor, password_hash: str | None, keep_token: str) -> None:
    """None removes it: from then on only links let in. Every other session ends."""
    account = get_account(actor.account_id)
    account.password_hash = password_hash
    end_everything(account.id, except_token=keep_token)
    audit.record(actor, "account.password", f"account:{account.id}")
    outbox.mail(PASSWORD_MAIL, f"account:{account.id}", event=f"password:{new_token()}")


def end_everything(account_id: int, except_token: str | None = None) -> None:
    """Every (other) session, and a change of address that one of them may have asked for: who was
    here with somebody else's login must not take the account along."""
    end_all(account_id, except_token)
    asked_by = Pending.payload["account"].as_integer()
    db.session.execute(delete(Pending).where(Pending.act == CHANGE, asked_by == account_id))


def request_mail_change(actor: Actor, email: str, language: str) -> None:
    """A link goes to the new address; the same for an address that somebody else has."""
    account = get_account(actor.account_id)
    pending = keep(CHANGE, email, {"account": account.id}, language, CHANGE_LIFETIME)
    token = tokens.issue(CHANGE, f"pending:{pending.id}", CHANGE_LIFETIME)
    outbox.mail(CHANGE_MAIL, f"pending:{pending.id}", event=f"change:{token.id}", token=token.id)


def look_at_mail_change(token_text: str) -> tuple[Pending, Account]:
    """Raises Spent as well when the address has been taken by then."""
    pending = find_subject(tokens.look(token_text, CHANGE).subject, CHANGE)
    if pending is None or find_account(pending.email) is not None:
        raise tokens.Spent
    account = db.session.get(Account, int(pending.payload["account"]))
    if account is None or account.state != AccountState.ACTIVE:
        raise tokens.Spent
    return pending, account


def confirm_mail(token_text: str, keep_token: str) -> None:
    """The new address stands; the old one is told, and every other session ends."""
    pending, account = look_at_mail_change(token_text)
    tokens.consume(token_text, CHANGE)
    old, new = address_of_account(account.id), pending.email
    language = pending.language
    query = update(Identity).where(Identity.account_id == account.id, Identity.kind == MAIL)
    db.session.execute(query.values(subject=new))
    party = db.session.get_one(Party, account.party_id)
    party.email = new if find_guest(new) is None else None
    end_everything(account.id, except_token=keep_token)
    audit.record(Actor(account_id=None), "account.mail", f"account:{account.id}")
    if old:
        forget_links(old)
        tell_old_address(old, language, CHANGED_MAIL)
    db.session.flush()


def tell_old_address(email: str, language: str, template: str) -> None:
    """A notice to an address that no row names any more once this is committed."""
    pending = keep(NOTICE, email, {}, language, NOTICE_LIFETIME)
    outbox.mail(template, f"pending:{pending.id}", event=f"notice:{pending.id}")


def set_language(actor: Actor, language: str) -> None:
    """The language of mails to this person."""
    query = update(Party).where(Party.id == actor.party_id)
    db.session.execute(query.values(language=language))


def personal_words(account_id: int | None = None) -> list[str]:
    """What a password of this person must not be made of; asked before the transaction."""
    query = (
        select(Identity.subject, Party.name)
        .join(Account, Account.id == Identity.account_id)
        .join(Party, Party.id == Account.party_id)
        .where(Account.id == account_id)
    )
    with glance() as connection:
        row = connection.execute(query).first()
        town = connection.scalar(select(Setting.value).where(Setting.key == "name"))
    return [str(word) for word in [town, *(row or ())] if word]


def own_address(actor: Actor) -> str:
    """The address this person logs in with."""
    return address_of_account(get_account(actor.account_id).id) or ""


def has_password(actor: Actor) -> bool:
    query = select(Account.password_hash).where(Account.id == actor.account_id)
    return db.session.scalar(query) is not None
