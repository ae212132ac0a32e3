"""What a person finds in the app: how much is unread, the list, and that it was seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select, update

from kern.accounts.glance import glance
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.notify.models import Notice

MOST = 100  # beyond, the bell says "99+"
PAGE = 25


@dataclass(frozen=True, slots=True)
class Unread:
    """At most MOST of them, with the things they are about."""

    by_ref: Mapping[Ref, Sequence[int]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(len(ids) for ids in self.by_ref.values())


def unread(party_id: int) -> Unread:
    """One small query; asked on every page of somebody who is logged in."""
    query = select(Notice.id, Notice.content_key, Notice.content_id).where(
        Notice.party_id == party_id, Notice.seen_at.is_(None), Notice.at <= now()
    )
    found: dict[Ref, list[int]] = {}
    for id_, key, content_id in db.session.execute(query.limit(MOST)):
        found.setdefault(Ref(key, content_id), []).append(id_)
    return Unread(found)


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
