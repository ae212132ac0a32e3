"""Where somebody may make surveys: the town as a whole, and projects."""

from collections.abc import Sequence

from sqlalchemy import select

from kern.actor import Actor
from kern.db import db
from kern.scope import Scope, town_scope
from kern.scope.rules import readable
from umfragen.rules import EDIT

KINDS = ("town", "project")


def list_homes(actor: Actor) -> Sequence[Scope]:
    """The town first, then by title."""
    town = town_scope()
    query = select(Scope).where(Scope.kind.in_(KINDS), readable(actor)).order_by(Scope.title)
    found = db.session.scalars(query).all()
    may = [scope for scope in found if actor.may(EDIT, scope.id)]
    return sorted(may, key=lambda scope: scope.id != town.id)
