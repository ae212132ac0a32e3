"""Make accounts, and give them names that nobody else has."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kern.accounts.emails import fold_email
from kern.accounts.models import Account, AccountState, Grant, Identity, Party
from kern.accounts.names import bare_skeleton, check_name
from kern.accounts.parties import MAIL, find_account, find_guest
from kern.accounts.passwords import hash_password
from kern.accounts.permissions import Role
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, Invalid, NotFound
from kern.settings import town_settings

TAKEN = "Diesen Namen gibt es hier schon. Bitte wählen Sie einen anderen."


def get_account(account_id: int | None) -> Account:
    account = db.session.get(Account, account_id) if account_id is not None else None
    if account is None or account.state == AccountState.DELETED:
        raise NotFound("Dieses Konto gibt es nicht.")
    return account


def create_account(
    email: str,
    name: str,
    password: str | None = None,
    roles: Iterable[Role] = (),
    *,
    is_demo: bool = False,
    memory_kib: int = 19456,
) -> Account:
    """An active account without a mail, for commands and the demo town. Raises Conflict if known.

    Hashes inside the caller's transaction, which is why no page uses it.
    """
    given = tuple(roles)
    account = new_account(fold_email(email), AccountState.ACTIVE, is_demo=is_demo)
    if password is not None:
        account.password_hash = hash_password(password, memory_kib)
    for role in given:
        db.session.add(Grant(account_id=account.id, role=role))
    give_name(account, name, staff=bool(given))
    return account


def new_account(
    email: str, state: AccountState, *, language: str = "de", is_demo: bool = False
) -> Account:
    """An account for a folded address; whoever wrote without one from there becomes its party."""
    if find_account(email) is not None:
        raise Conflict("Zu dieser Adresse gibt es schon ein Konto.")
    at = now()
    party = find_guest(email)
    if party is None:
        party = Party(email=email, language=language, created_at=at)
        db.session.add(party)
        db.session.flush()
    if state == AccountState.ACTIVE:
        party.confirmed_at = party.confirmed_at or at
    account = Account(party_id=party.id, state=state, is_demo=is_demo, created_at=at)
    db.session.add(account)
    db.session.flush()
    db.session.add(Identity(account_id=account.id, kind=MAIL, subject=email))
    db.session.flush()
    return account


def give_name(account: Account, name: str, *, staff: bool) -> None:
    """Raises Invalid for the field `name`; of two at once the database lets one have it."""
    town_name = town_settings().name
    shown, skeleton = check_name(name, town_name=town_name, is_staff=staff)
    if not staff and bare_skeleton(shown) in _staff_skeletons(account.id):
        raise Invalid(TAKEN, field="name")
    party = db.session.get_one(Party, account.party_id)
    try:
        with db.session.begin_nested():
            account.name_skeleton = skeleton
            party.name = shown
            db.session.flush()
    except IntegrityError:
        raise Invalid(TAKEN, field="name") from None


def is_staff(account_id: int) -> bool:
    """Somebody who was only invited to a project that is not public is no staff."""
    query = select(Grant.id).where(Grant.account_id == account_id, Grant.role != Role.CITIZEN)
    return db.session.scalar(query.limit(1)) is not None


def _staff_skeletons(except_id: int) -> set[str]:
    query = (
        select(Party.name)
        .join(Account, Account.party_id == Party.id)
        .where(
            Account.id.in_(select(Grant.account_id).where(Grant.role != Role.CITIZEN)),
            Account.id != except_id,
            Party.name.is_not(None),
        )
    )
    return {bare_skeleton(name) for name in db.session.scalars(query) if name}
