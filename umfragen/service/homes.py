"""Where somebody may make surveys: the town as a whole, and projects."""

from collections.abc import Sequence

from sqlalchemy import select

from kern.actor import Actor
from kern.db import db
from kern.scope import Scope, town_scope
from kern.scope.rules import readable
from umfragen.rules import EDIT


def list_homes(actor: Actor) -> Sequence[Scope]:
    """The town first, then by title."""
    town = town_scope()
    found = db.session.scalars(select(Scope).where(readable(actor)).order_by(Scope.title)).all()
    may = [scope for scope in found if actor.may(EDIT, scope.id)]
    return sorted(may, key=lambda scope: scope.id != town.id)
