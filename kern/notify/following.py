"""Follow a thing, and end it. Who has no account confirms by a mail before this is called."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Table, delete, func, select, tuple_

from kern.accounts.parties import person_behind
from kern.actor import Actor
from kern.clock import now
from kern.content import Card, Ref, registry
from kern.db import db, insert_quietly
from kern.errors import NotFound
from kern.notify.models import Follow
from kern.scope import get_scope
from kern.scope.rules import may_read

GONE = "Das gibt es hier nicht, oder es ist nicht öffentlich."


def get_followable(actor: Actor, ref: Ref) -> Card:
    """The gate: what this actor may read in public; all else answers alike."""
    type_ = registry().get(ref.key)
    card = type_.cards([ref.id]).get(ref.id) if type_ is not None and type_.followed else None
    if card is None:
        raise NotFound(GONE)
    if card.scope_id is not None and not may_read(actor, get_scope(card.scope_id)):
        raise NotFound(GONE)
    return card


def follow(
    party_id: int, ref: Ref, *, asked_at: datetime | None = None, by_mail: bool = False
) -> bool:
    """Following twice changes nothing; says whether it is new."""
    values = {
        "party_id": person_behind(party_id),
        "content_key": ref.key,
        "content_id": ref.id,
        "asked_at": asked_at or now(),
        "confirmed_at": now(),
        "by_mail": by_mail,
    }
    return len(insert_quietly(cast("Table", Follow.__table__), [values])) == 1


def unfollow(party_id: int, ref: Ref) -> bool:
    query = delete(Follow).where(
        Follow.party_id == party_id, Follow.content_key == ref.key, Follow.content_id == ref.id
    )
    return cast("CursorResult[Any]", db.session.execute(query)).rowcount == 1


def is_following(party_id: int | None, ref: Ref) -> bool:
    if party_id is None:
        return False
    query = select(Follow.id).where(
        Follow.party_id == party_id, Follow.content_key == ref.key, Follow.content_id == ref.id
    )
    return db.session.scalar(query) is not None


def count_followed(party_id: int) -> int:
    query = select(func.count()).select_from(Follow).where(Follow.party_id == party_id)
    return int(db.session.scalar(query) or 0)


def followers_of(refs: Iterable[Ref], at: datetime) -> list[int]:
    """Everybody who followed any of these then, once: who came later has seen what was there."""
    pairs = [(ref.key, ref.id) for ref in refs]
    query = select(Follow.party_id).where(
        tuple_(Follow.content_key, Follow.content_id).in_(pairs), Follow.confirmed_at <= at
    )
    return list(db.session.scalars(query.distinct().order_by(Follow.party_id)))
