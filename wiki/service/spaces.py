"""Spaces of the wiki: found through the gate, kept by staff."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from kern import audit, outbox, text
from kern.actor import Actor
from kern.db import db
from kern.errors import Invalid, NotAllowed, NotFound
from kern.scope import Scope
from kern.scope.rules import may_read, readable
from wiki import rules
from wiki.models import SPACE_KIND, Protection, Review, Space

SPACES = "wiki"  # the revision key of everything that lists spaces
MAX_INTRO = 4_000


def list_spaces(actor: Actor) -> Sequence[Space]:
    query = select(Space).join(Scope, Scope.id == Space.scope_id).where(readable(actor))
    query = query.options(contains_eager(Space.scope)).order_by(Space.position, Space.scope_id)
    return db.session.scalars(query).all()


def find_space(slug: str) -> Space | None:
    """Behind no gate: for commands and migrations of content."""
    query = select(Space).join(Scope, Scope.id == Space.scope_id)
    query = query.where(Scope.kind == SPACE_KIND, Scope.slug == slug)
    return db.session.scalar(query.options(contains_eager(Space.scope)))


def get_space_for(actor: Actor, slug: str) -> Space:
    """The gate: a space this actor may read; else NotFound."""
    space = find_space(slug)
    if space is None or not may_read(actor, space.scope):
        raise NotFound("Diesen Bereich des Wikis gibt es nicht.")
    return space


def get_space(space_id: int) -> Space:
    query = select(Space).where(Space.scope_id == space_id).options(joinedload(Space.scope))
    return db.session.scalars(query).one()


def save_space(
    actor: Actor,
    space: Space,
    *,
    title: str,
    intro: str,
    licence: str,
    review: Review,
    four_eyes: bool,
    protection: Protection,
) -> None:
    """Raises Invalid at "title", "intro" or "licence"."""
    require_manager(actor, space)
    cleaned, licence = text.clean_line(title, 120), text.clean_line(licence, 60)
    if not cleaned:
        raise Invalid("Bitte geben Sie dem Bereich einen Namen.", field="title")
    if not licence:
        raise Invalid("Bitte nennen Sie die Lizenz, etwa „CC BY-SA 4.0“.", field="licence")
    if len(intro) > MAX_INTRO:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="intro", limit=MAX_INTRO)
    space.scope.title, space.intro, space.licence = cleaned, intro.strip(), licence
    space.review, space.four_eyes, space.protection = review, four_eyes, protection
    db.session.flush()
    audit.record(actor, "wiki.space", f"kern.scope:{space.scope_id}")
    outbox.bump(SPACES, f"scope:{space.scope_id}")


def require_manager(actor: Actor, space: Space) -> None:
    if not actor.may(rules.MANAGE, space.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
