"""Give and take roles. Nobody gives more than they have, and the last administrator stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kern import audit
from kern.accounts.models import Account, AccountState, Grant, Party
from kern.accounts.parties import address_of_account
from kern.accounts.permissions import BY_ROLE, STAFF_ROLES, Role
from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.scope import Scope

GIVE = "admin.grants"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One line of the administration's list: who, how to reach them, what they may do where."""

    account: Account
    name: str
    email: str
    grants: tuple[Grant, ...]


def require_may_give(actor: Actor, role: str, scope_id: int | None) -> Role:
    """Pure. Raises Invalid for a role that cannot be given, NotAllowed for one beyond the own."""
    if role not in STAFF_ROLES:
        raise Invalid("Bitte wählen Sie eine Rolle.", field="role")
    wanted = Role(role)
    if not actor.may(GIVE, scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if not all(actor.may(permission, scope_id) for permission in BY_ROLE[wanted]):
        raise NotAllowed("Sie können nur Rechte vergeben, die Sie selbst haben.")
    return wanted


def give(actor: Actor, account_id: int, role: str, scope_id: int | None = None) -> Grant:
    """Giving twice changes nothing."""
    wanted = require_may_give(actor, role, scope_id)
    account = db.session.get(Account, account_id)
    if account is None or account.state not in {AccountState.ACTIVE, AccountState.INVITED}:
        raise NotFound("Dieses Konto gibt es nicht.")
    if scope_id is not None and db.session.get(Scope, scope_id) is None:
        raise NotFound("Diesen Bereich gibt es nicht.")
    in_scope = Grant.scope_id.is_(None) if scope_id is None else Grant.scope_id == scope_id
    query = select(Grant).where(Grant.account_id == account_id, Grant.role == wanted, in_scope)
    grant = db.session.scalar(query)
    if grant is not None:
        return grant
    grant = Grant(account_id=account_id, role=wanted, scope_id=scope_id, given_by=actor.account_id)
    db.session.add(grant)
    audit.record(actor, "grant.give", f"account:{account_id}", _detail(wanted, scope_id))
    db.session.flush()
    return grant


def take(actor: Actor, grant_id: int) -> None:
    """Works at the person's next click. Raises Conflict for the last administrator."""
    grant = db.session.get(Grant, grant_id)
    if grant is None:
        raise NotFound("Dieses Recht gibt es nicht mehr.")
    role = require_may_give(actor, grant.role, grant.scope_id)
    if role == Role.ADMINISTRATOR and grant.scope_id is None:
        require_other_administrator(grant.account_id)
    audit.record(actor, "grant.take", f"account:{grant.account_id}", _detail(role, grant.scope_id))
    db.session.delete(grant)
    db.session.flush()


def require_other_administrator(account_id: int) -> None:
    """Raises Conflict when without this account nobody could give rights any more.

    Locks the rows on PostgreSQL, where two administrators could else leave at the same moment.
    """
    query = (
        select(Grant.account_id)
        .join(Account, Account.id == Grant.account_id)
        .where(
            Grant.role == Role.ADMINISTRATOR,
            Grant.scope_id.is_(None),
            Account.state == AccountState.ACTIVE,
        )
        .with_for_update(of=Grant)
    )
    found = set(db.session.scalars(query))
    if found == {account_id}:
        raise Conflict(
            "Das ist das letzte Konto, das die Plattform verwalten kann. "
            "Bitte geben Sie dieses Recht zuerst einer anderen Person."
        )


def bar(actor: Actor, account_id: int) -> None:
    """Shut an account out, from the next click on; its posts stay."""
    _set_state(actor, account_id, AccountState.BARRED, "account.bar")


def unbar(actor: Actor, account_id: int) -> None:
    _set_state(actor, account_id, AccountState.ACTIVE, "account.unbar")


def _set_state(actor: Actor, account_id: int, state: AccountState, act: str) -> None:
    account = db.session.get(Account, account_id)
    if account is None or account.state not in {AccountState.ACTIVE, AccountState.BARRED}:
        raise NotFound("Dieses Konto gibt es nicht.")
    held = select(Grant).where(Grant.account_id == account_id, Grant.role.in_(STAFF_ROLES))
    for grant in db.session.scalars(held):
        require_may_give(actor, grant.role, grant.scope_id)
    if not actor.may(GIVE):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if state == AccountState.BARRED:
        require_other_administrator(account_id)
    account.state = state
    audit.record(actor, act, f"account:{account_id}")
    db.session.flush()


def list_staff() -> Sequence[StaffMember]:
    """Everybody with a role of staff, invited people included; by name."""
    query = (
        select(Grant, Account, Party)
        .join(Account, Account.id == Grant.account_id)
        .join(Party, Party.id == Account.party_id)
        .where(Grant.role.in_(STAFF_ROLES))
        .order_by(Party.name, Account.id, Grant.id)
    )
    found: dict[int, tuple[Account, str, list[Grant]]] = {}
    for grant, account, party in db.session.execute(query):
        found.setdefault(account.id, (account, party.name or "", []))[2].append(grant)
    return [
        StaffMember(account, name, address_of_account(account.id) or "", tuple(grants))
        for account, name, grants in found.values()
    ]


def _detail(role: Role, scope_id: int | None) -> str:
    return f"{role}@{'town' if scope_id is None else scope_id}"
