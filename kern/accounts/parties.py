"""Who an address belongs to, and where a person can be reached.

The address of an account is its identity; `Party.email` is that of people without an account, and
of accounts as well unless somebody wrote without one from the same address before.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select

from kern.accounts.models import Account, AccountState, Identity, Party
from kern.clock import now
from kern.db import Quick, among, db
from kern.errors import NotAllowed

MAIL = "mail"


def find_account(email: str) -> Account | None:
    """The account behind a folded address, in whatever state it is."""
    query = (
        select(Account)
        .join(Identity, Identity.account_id == Account.id)
        .where(Identity.kind == MAIL, Identity.subject == email)
    )
    return db.session.scalar(query)


def find_party(party_id: int) -> Party | None:
    return db.session.get(Party, party_id)


def party_for_email(email: str) -> Party:
    """The person whose address was just confirmed; made when new. Raises NotAllowed if barred."""
    account = find_account(email)
    if account is not None and account.state == AccountState.BARRED:
        raise NotAllowed("Mit dieser Adresse können Sie gerade nicht teilnehmen.")
    if account is not None:
        party = db.session.get_one(Party, account.party_id)
    else:
        party = find_guest(email) or _new_guest(email)
    party.confirmed_at = party.confirmed_at or now()
    db.session.flush()
    return party


def find_guest(email: str) -> Party | None:
    """Somebody who wrote without an account from this address."""
    return db.session.scalar(select(Party).where(Party.email == email))


def _new_guest(email: str) -> Party:
    party = Party(email=email)
    db.session.add(party)
    return party


def address_of_account(account_id: int) -> str | None:
    query = select(Identity.subject).where(Identity.account_id == account_id, Identity.kind == MAIL)
    return db.session.scalar(query)


def address_of(party: Party) -> str | None:
    """Where this person can be reached, if at all."""
    if party.erased_at is not None:
        return None
    query = (
        select(Identity.subject)
        .join(Account, Account.id == Identity.account_id)
        .where(Account.party_id == party.id, Identity.kind == MAIL)
    )
    return db.session.scalar(query) or party.email


def person_behind(party_id: int) -> int:
    """Whoever wrote from an account's address without logging in is the account's own party."""
    return people_behind([party_id])[party_id]


def people_behind(party_ids: Iterable[int]) -> dict[int, int]:
    """The same for many; one query."""
    ids = list(party_ids)
    behind = {row.id: row.party_id for row in _BEHIND.typed(_Behind, {"ids": ids}, flush=True)}
    return {id_: behind.get(id_, id_) for id_ in ids}


class _Behind(NamedTuple):
    id: int
    party_id: int


_BEHIND = Quick(
    select(Party.id, Account.party_id)
    .join(Identity, Party.email == Identity.subject)
    .join(Account, Account.id == Identity.account_id)
    .where(among(Party.id, "ids"), Identity.kind == MAIL)
)


def parties_of(account: Account) -> Sequence[Party]:
    """The account's own party, and the one of what was written from its address without login."""
    parties = [db.session.get_one(Party, account.party_id)]
    address = address_of_account(account.id)
    guest = find_guest(address) if address else None
    if guest is not None and guest.id != account.party_id:
        parties.append(guest)
    return parties
