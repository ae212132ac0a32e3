"""Who may read a project that is not public: people invited by mail, one grant each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.service.changes import ref_of
from kern import audit, outbox
from kern.accounts import invitations
from kern.accounts.models import Account, AccountState, Grant, Identity, Party
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.errors import DomainError, Invalid, NotFound
from kern.i18n import say

INVITATION_MAIL = "projekt.einladung"
MOST = 200  # addresses at once


@dataclass(frozen=True, slots=True)
class Guest:
    """`name` is the public name, or the address while the invitation waits."""

    grant_id: int
    name: str
    is_waiting: bool


def invite(actor: Actor, project: Project, addresses: Iterable[str]) -> int:
    """Returns how many were written to. Raises Invalid naming the addresses that are none; then
    nobody was invited."""
    rules.require_may_edit(actor, project.scope)
    wanted = list(dict.fromkeys(addresses))
    if len(wanted) > MOST:
        raise Invalid("Bitte höchstens %(n)s Adressen auf einmal.", field="emails", n=MOST)
    for address in wanted:
        try:
            _invite(actor, project, address)
        except DomainError as error:
            raise Invalid(
                "%(address)s: %(reason)s", field="emails", address=address, reason=say(error)
            ) from None
    audit.record(actor, "project.invite", str(ref_of(project)), str(len(wanted)))
    return len(wanted)


def _invite(actor: Actor, project: Project, address: str) -> None:
    invited = invitations.invite_citizen(actor, address, project.scope_id)
    outbox.mail(
        INVITATION_MAIL,
        f"account:{invited.account_id}",
        event=f"project-invite:{invited.token_id or invited.grant_id}",
        project=project.id,
        token=invited.token_id,
    )


def list_invited(project: Project) -> Sequence[Guest]:
    query = (
        select(Grant.id, Party.name, Account.state, Identity.subject)
        .join(Account, Account.id == Grant.account_id)
        .join(Party, Party.id == Account.party_id)
        .join(Identity, Identity.account_id == Account.id)
        .where(Grant.scope_id == project.scope_id, Grant.role == Role.CITIZEN)
        .where(Identity.kind == "mail")
        .order_by(Grant.id)
    )
    return [_guest(*row) for row in db.session.execute(query)]


def _guest(grant_id: int, name: str | None, state: str, address: str) -> Guest:
    is_waiting = state == AccountState.INVITED
    return Guest(grant_id, address if is_waiting or not name else name, is_waiting)


def take_back(actor: Actor, project: Project, grant_id: int) -> None:
    """Works at the person's next click; their posts stay."""
    rules.require_may_edit(actor, project.scope)
    query = select(Grant).where(
        Grant.id == grant_id, Grant.scope_id == project.scope_id, Grant.role == Role.CITIZEN
    )
    grant = db.session.scalar(query)
    if grant is None:
        raise NotFound("Diese Einladung gibt es nicht mehr.")
    audit.record(actor, "project.uninvite", str(ref_of(project)))
    db.session.delete(grant)
    db.session.flush()
