"""Who may read what belongs to a scope. Pure, and said a second time in SQL for lists."""

from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_, true

from kern.actor import Actor
from kern.errors import LoginRequired, NotAllowed
from kern.scope.models import UNSHOWN, Moderation, Scope, ScopeState, Visibility

READ_INVITED = "scope.read_invited"
EDIT = "project.edit"
DECIDE = "moderation.decide"


def require_may(actor: Actor, permission: str, scope_id: int | None = None) -> None:
    """Raises LoginRequired for people without a login, NotAllowed for everybody else."""
    if actor.may(permission, scope_id):
        return
    if not actor.is_authenticated:
        raise LoginRequired("Bitte melden Sie sich an.")
    raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")


class Readable(Protocol):
    """A scope, or as much of one as was read."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> ScopeState: ...
    @property
    def visibility(self) -> Visibility: ...


class Moderated(Protocol):
    """A scope, or what it says of who reads a text first."""

    @property
    def id(self) -> int: ...
    @property
    def moderation(self) -> Moderation: ...
    @property
    def trust_after(self) -> int: ...
    @property
    def trust_days(self) -> int: ...


def may_read(actor: Actor, scope: Readable) -> bool:
    """Drafts are for those who edit; what waits for release or was hidden also for those who
    decide; invited scopes for staff and whoever holds a grant there."""
    if scope.state in UNSHOWN:
        decides = scope.state != ScopeState.DRAFT and actor.may(DECIDE, scope.id)
        return decides or actor.may(EDIT, scope.id)
    if scope.visibility == Visibility.PUBLIC:
        return True
    return actor.may(READ_INVITED) or scope.id in actor.scoped or actor.system


def shown() -> ColumnElement[bool]:
    """What people outside the office read, as far as its visibility lets them."""
    return and_(*(Scope.state != state for state in sorted(UNSHOWN)))


def reads_what_all_read(actor: Actor) -> bool:
    """Strangers, and everybody who holds nothing that lets them read more."""
    more = actor.system or actor.scoped
    return not more and not any(actor.may(one) for one in (READ_INVITED, EDIT, DECIDE))


def readable(actor: Actor) -> ColumnElement[bool]:
    """`may_read`, said in SQL over the Scope table; a test holds the two together."""
    if actor.system:
        return true()
    public = and_(shown(), Scope.visibility == Visibility.PUBLIC)
    if reads_what_all_read(actor):
        return public
    invited = true() if actor.may(READ_INVITED) else Scope.id.in_(set(actor.scoped))
    edited = and_(Scope.state.in_(UNSHOWN), _where(actor, EDIT))
    decided = and_(Scope.state.in_(UNSHOWN - {ScopeState.DRAFT}), _where(actor, DECIDE))
    return or_(public, and_(shown(), invited), edited, decided)


def _where(actor: Actor, permission: str) -> ColumnElement[bool]:
    return true() if actor.may(permission) else Scope.id.in_(actor.scopes_with(permission))


def audience(scope: Scope) -> str:
    """The search audience of what belongs to this scope."""
    return audience_of(scope.id, scope.visibility)


def audience_of(scope_id: int, visibility: str) -> str:
    return "public" if visibility == Visibility.PUBLIC else f"scope:{scope_id}"
