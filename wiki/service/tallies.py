"""The lists of a space that count: letters, tags, what is wanted, what is orphaned.

A small space is counted on each reading. A large one is counted by the worker after each change,
as its pages are rendered: within a second or two, and no reader waits for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)

from kern import outbox
from kern.clock import now
from kern.db import db, writing
from wiki.models import (
    PAGE_KEY,
    LinkKind,
    Page,
    PageLink,
    PageState,
    PageTag,
    Space,
    Tally,
    TallyKind,
)
from wiki.service.spaces import SPACES

LARGE = 200  # pages from which on a space is counted by the worker
KEPT = 1_000  # rows of each kind
ANEW = timedelta(days=1)
NO_LETTER = "#"
MOST_FIRST: tuple[Any, ...] = (Tally.number.desc(), Tally.key)


class Count(NamedTuple):
    key: str
    label: str
    number: int


class Line(NamedTuple):
    """A page in a list."""

    id: int
    slug: str
    title: str
    title_key: str
    changed_at: datetime


LINE: tuple[Any, ...] = (Page.id, Page.slug, Page.title, Page.title_key, Page.changed_at)


def is_large(space: Space) -> bool:
    return space.pages > LARGE


def list_letters(space: Space) -> Sequence[Count]:
    """With the number of pages whose title begins so; what is no letter comes first, together."""
    if not is_large(space):
        return _count_letters(space.scope_id)
    return sorted(_kept(space, TallyKind.LETTER, Tally.key))


def list_tags(space: Space, limit: int = 200) -> Sequence[Count]:
    """The most used first."""
    if not is_large(space):
        return _count_tags(space.scope_id, limit)
    return _kept(space, TallyKind.TAG, *MOST_FIRST, limit=limit)


def letters_and_tags(space: Space, tags: int) -> tuple[Sequence[Count], Sequence[Count]]:
    """Of a large space, in one query."""
    columns = Tally.kind, Tally.key, Tally.label, Tally.number
    letters = select(*columns).where(*_of(space.scope_id, TallyKind.LETTER))
    used = select(*columns).where(*_of(space.scope_id, TallyKind.TAG))
    used = used.order_by(*MOST_FIRST).limit(tags)
    query = union_all(letters, select(used.subquery()))
    found: dict[str, list[Count]] = {}
    for kind, *count in db.session.execute(query):
        found.setdefault(kind, []).append(Count(*count))
    return sorted(found.get(TallyKind.LETTER, ())), sorted(found.get(TallyKind.TAG, ()), key=_rank)


def _rank(count: Count) -> tuple[int, str]:
    return -count.number, count.key


def list_wanted(space: Space, limit: int = 50) -> Sequence[Count]:
    """Titles that pages lead to and that do not exist, with how many pages do; most first."""
    if not is_large(space):
        return _count_wanted(space.scope_id, limit)
    return _kept(space, TallyKind.WANTED, *MOST_FIRST, limit=limit)


def list_orphans(space: Space, after: str = "", limit: int = 50) -> Sequence[Line]:
    """Public pages to which no other one leads and which stand under none, by title."""
    if not is_large(space):
        return _find_orphans(space.scope_id, after, limit)
    query = select(*LINE).join(Tally, Tally.number == Page.id)
    query = query.where(*_of(space.scope_id, TallyKind.ORPHAN), Tally.key > after)
    query = query.where(Page.state == PageState.PUBLIC).order_by(Tally.key).limit(limit)
    return _lines(query)


def _lines(query: Select[Any]) -> list[Line]:
    return [Line(*row) for row in db.session.execute(query)]


def _kept(space: Space, kind: TallyKind, *order: Any, limit: int = KEPT) -> list[Count]:
    query = select(Tally.key, Tally.label, Tally.number).where(*_of(space.scope_id, kind))
    return [Count(*row) for row in db.session.execute(query.order_by(*order).limit(limit))]


def _of(space_id: int, kind: TallyKind) -> tuple[ColumnElement[bool], ...]:
    return Tally.space_id == space_id, Tally.kind == kind


def _count_letters(space_id: int) -> list[Count]:
    first = func.substr(Page.title_key, 1, 1)
    query = select(first, func.count()).where(*_public(space_id)).group_by(first)
    return count_letters(
        letter for letter, number in db.session.execute(query) for _page in range(number)
    )


def count_letters(keys: Iterable[str]) -> list[Count]:
    """What folded titles begin with, in capitals; what is no letter together."""
    found = Counter(key[:1].upper()[:1] if key[:1].isalpha() else NO_LETTER for key in keys)
    return sorted(Count(letter, "", number) for letter, number in found.items())


def _public(space_id: int) -> tuple[ColumnElement[bool], ...]:
    return Page.space_id == space_id, Page.state == PageState.PUBLIC


def _count_tags(space_id: int, limit: int) -> list[Count]:
    number = func.count().label("pages")
    query = select(PageTag.tag_key, func.min(PageTag.tag), number)
    query = query.where(PageTag.space_id == space_id).group_by(PageTag.tag_key)
    query = query.order_by(number.desc(), PageTag.tag_key).limit(limit)
    return [Count(*row) for row in db.session.execute(query)]


def _count_wanted(space_id: int, limit: int) -> list[Count]:
    number = func.count(PageLink.page_id.distinct())
    query = (
        select(PageLink.target_key, func.min(PageLink.target_title), number)
        .join(Page, and_(Page.id == PageLink.page_id, Page.state == PageState.PUBLIC))
        .where(
            PageLink.space_id == space_id,
            or_(PageLink.kind == LinkKind.PAGE, PageLink.kind == LinkKind.INCLUDE),
            PageLink.target_page_id.is_(None),
        )
        .group_by(PageLink.target_key)
        .order_by(number.desc(), PageLink.target_key)
    )
    return [Count(*row) for row in db.session.execute(query.limit(limit))]


def _find_orphans(space_id: int, after: str, limit: int) -> list[Line]:
    led = select(PageLink.id).where(PageLink.target_page_id == Page.id, PageLink.page_id != Page.id)
    query = select(*LINE).where(*_public(space_id), Page.title_key > after)
    query = query.where(Page.parent_id.is_(None), ~led.exists())
    return _lines(query.order_by(Page.title_key).limit(limit))


def count_pages(space_id: int) -> int:
    query = select(func.count()).select_from(Page).where(*_public(space_id))
    return db.session.scalar(query) or 0


def follow(facts: Iterable[tuple[str, int, str]]) -> None:
    """What the worker calls with a batch of the outbox: spaces whose pages changed are counted."""
    ids = {id_ for key, id_, _fact in facts if key == PAGE_KEY}
    if not ids:
        return
    db.session.rollback()
    found = db.session.execute(select(Page.id, Page.space_id).where(Page.id.in_(ids))).all()
    spaces = {row.space_id for row in found}
    if len(found) < len(ids):  # one is gone for good, and cannot say where it stood
        spaces = set(db.session.scalars(select(Space.scope_id)))
    for space_id in sorted(spaces):
        recount(space_id)


def recount(space_id: int) -> None:
    """Counted first, and then written, so that nobody waits for it; commits."""
    db.session.rollback()
    number = count_pages(space_id)
    counts = list(_all_counts(space_id)) if number > LARGE else []
    db.session.rollback()
    with writing():
        _keep(space_id, number, counts)
        db.session.commit()


def _all_counts(space_id: int) -> Iterator[dict[str, Any]]:
    orphans = [
        Count(line.title_key, line.title, line.id) for line in _find_orphans(space_id, "", KEPT)
    ]
    kinds = {
        TallyKind.LETTER: _count_letters(space_id),
        TallyKind.TAG: _count_tags(space_id, KEPT),
        TallyKind.WANTED: _count_wanted(space_id, KEPT),
        TallyKind.ORPHAN: orphans,
    }
    for kind, counts in kinds.items():
        for count in counts:
            yield {"space_id": space_id, "kind": kind, **count._asdict()}


def _keep(space_id: int, number: int, counts: Sequence[dict[str, Any]]) -> None:
    """What tells the same as before wakes no reader's page."""
    query = select(Space.pages).where(Space.scope_id == space_id)
    before = db.session.scalar(query.with_for_update()) or 0
    told = _told_now(space_id)
    here = update(Space).where(Space.scope_id == space_id).values(pages=number, counted_at=now())
    db.session.execute(here.execution_options(synchronize_session=False))
    if told == {_told(one) for one in counts} and before == number:
        return
    db.session.execute(delete(Tally).where(Tally.space_id == space_id))
    if counts:
        db.session.execute(insert(Tally), counts)
    if max(before, number) > LARGE:
        outbox.bump(SPACES, f"scope:{space_id}")


def _told_now(space_id: int) -> set[tuple[str, str, str, int]]:
    columns = Tally.kind, Tally.key, Tally.label, Tally.number
    rows = db.session.execute(select(*columns).where(Tally.space_id == space_id))
    return {(str(row.kind), row.key, row.label, row.number) for row in rows}


def _told(count: dict[str, Any]) -> tuple[str, str, str, int]:
    return str(count["kind"]), count["key"], count["label"], count["number"]


def on_tick(_since: datetime, _until: datetime) -> bool:
    """Of spaces that were never counted, or long ago."""
    never = or_(Space.counted_at.is_(None), Space.counted_at < now() - ANEW)
    found = db.session.scalars(select(Space.scope_id).where(never)).all()
    for space_id in found:
        number = count_pages(space_id)
        _keep(space_id, number, list(_all_counts(space_id)) if number > LARGE else [])
    return bool(found)
