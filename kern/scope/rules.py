"""Who may read what belongs to a scope. Pure, and said a second time in SQL for lists."""

from sqlalchemy import ColumnElement, and_, or_, true

from kern.actor import Actor
from kern.scope.models import Scope, ScopeState, Visibility

READ_INVITED = "scope.read_invited"
EDIT = "project.edit"


def may_read(actor: Actor, scope: Scope) -> bool:
    """Drafts are for those who edit; invited scopes for staff and whoever holds a grant there."""
    if scope.state == ScopeState.DRAFT:
        return actor.may(EDIT, scope.id)
    if scope.visibility == Visibility.PUBLIC:
        return True
    return actor.may(READ_INVITED) or scope.id in actor.scoped or actor.system


def readable(actor: Actor) -> ColumnElement[bool]:
    """`may_read`, said in SQL over the Scope table; a test holds the two together."""
    if actor.system:
        return true()
    shown = Scope.state != ScopeState.DRAFT
    public = and_(shown, Scope.visibility == Visibility.PUBLIC)
    invited = shown if actor.may(READ_INVITED) else and_(shown, Scope.id.in_(set(actor.scoped)))
    drafts = Scope.state == ScopeState.DRAFT
    if not actor.may(EDIT):
        drafts = and_(drafts, Scope.id.in_(actor.scopes_with(EDIT)))
    return or_(public, invited, drafts)


def audience(scope: Scope) -> str:
    """The search audience of what belongs to this scope."""
    return "public" if scope.visibility == Visibility.PUBLIC else f"scope:{scope.id}"
