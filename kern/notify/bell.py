"""What a person finds in the app: how much is unread, the list, and that it was seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, false, or_, select, true, tuple_, union_all, update

from kern.accounts.glance import glance
from kern.clock import now
from kern.content import Ref
from kern.db import Quick, db
from kern.notify.models import Follow, Notice

MOST = 100  # beyond, the bell says "99+"
PAGE = 25


@dataclass(frozen=True, slots=True)
class Bell:
    """At most MOST unread notices, with the things they are about; and which of the page's own
    things its reader follows."""

    by_ref: Mapping[Ref, Sequence[int]] = field(default_factory=dict)
    followed: frozenset[Ref] = frozenset()

    @property
    def count(self) -> int:
        return sum(len(ids) for ids in self.by_ref.values())


@cache
def _unread(*, with_follows: bool) -> Quick:
    """The query of the bell, put together once."""
    party: Any = bindparam("party")
    query: Any = select(Notice.id, Notice.content_key, Notice.content_id, false().label("followed"))
    query = query.where(
        Notice.party_id == party, Notice.seen_at.is_(None), Notice.at <= bindparam("now")
    ).limit(MOST)
    if not with_follows:
        return Quick(query)
    things: Any = bindparam("things", expanding=True)
    mine = select(Follow.id, Follow.content_key, Follow.content_id, true()).where(
        Follow.party_id == party, tuple_(Follow.content_key, Follow.content_id).in_(things)
    )
    return Quick(union_all(select(query.subquery()), mine))


def ring(party_id: int, about: Iterable[Ref] = ()) -> Bell:
    """One small query; asked on every page of somebody who is logged in."""
    things = [(ref.key, ref.id) for ref in about]
    values = {"party": party_id, "now": now(), "things": things}
    found: dict[Ref, list[int]] = {}
    followed: set[Ref] = set()
    for id_, key, content_id, is_follow in _unread(with_follows=bool(things)).all(values):
        if is_follow:
            followed.add(Ref(key, content_id))
        else:
            found.setdefault(Ref(key, content_id), []).append(id_)
    return Bell(found, frozenset(followed))


def list_notices(party_id: int, before: int | None) -> tuple[Sequence[Notice], int | None]:
    """A page, newest first; the second value leads to the next one."""
    query = select(Notice).where(Notice.party_id == party_id, Notice.at <= now())
    anchor = db.session.get(Notice, before) if before is not None else None
    if anchor is not None and anchor.party_id == party_id:
        same = and_(Notice.at == anchor.at, Notice.id < anchor.id)
        query = query.where(or_(Notice.at < anchor.at, same))
    query = query.order_by(Notice.at.desc(), Notice.id.desc())
    found = db.session.scalars(query.limit(PAGE + 1)).all()
    page = found[:PAGE]
    return page, page[-1].id if len(found) > PAGE else None


def mark_seen(party_id: int, notice_ids: Iterable[int]) -> None:
    """Not in the request's transaction: opening a page reads, and must not wait for writers."""
    ids = list(notice_ids)
    if not ids:
        return
    query = update(Notice).where(
        Notice.party_id == party_id, Notice.id.in_(ids), Notice.seen_at.is_(None)
    )
    with glance() as connection:
        connection.execute(query.values(seen_at=now(), due_at=None))


def mark_all_seen(party_id: int) -> None:
    query = update(Notice).where(
        Notice.party_id == party_id, Notice.seen_at.is_(None), Notice.at <= now()
    )
    db.session.execute(query.values(seen_at=now(), due_at=None))
