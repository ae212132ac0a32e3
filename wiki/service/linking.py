"""The table of links and tags of what is released: backlinks, red links and lists come from it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from kern.db import db
from wiki.linking import fold_title
from wiki.models import LinkKind, Page, PageLink, PageState, PageTag
from wiki.rendering import Rendered

ROOMS = ("projekt", "umfrage")  # what may stand before a colon in a link


def store_links(page: Page, made: Rendered) -> None:
    """In place of what was there; two statements."""
    db.session.execute(delete(PageLink).where(PageLink.page_id == page.id))
    names = {target.folded: target.name for target in made.missing}
    rows = [
        {
            "page_id": page.id,
            "kind": one.kind,
            "space_id": page.space_id,
            "target_key": one.key[:200],
            "target_title": names.get(one.key, one.key)[:200],
            "target_page_id": one.page_id,
            "room": one.room[:20],
        }
        for one in made.references
    ]
    if rows:
        db.session.execute(insert(PageLink), rows)


def store_tags(page: Page, tags: Iterable[str]) -> None:
    db.session.execute(delete(PageTag).where(PageTag.page_id == page.id))
    rows = [
        {"page_id": page.id, "space_id": page.space_id, "tag": tag, "tag_key": fold_title(tag)}
        for tag in tags
    ]
    if rows:
        db.session.execute(insert(PageTag), rows)


def remove_all(page: Page) -> None:
    """Of a page nobody reads any more: it leads nowhere, and what led there is red."""
    db.session.execute(delete(PageLink).where(PageLink.page_id == page.id))
    db.session.execute(delete(PageTag).where(PageTag.page_id == page.id))


def came(page: Page) -> None:
    """Red links of its title lead there now; who shows one is rendered again by the worker."""
    leading = (
        *_naming(page.space_id, page.title_key),
        PageLink.target_page_id.is_distinct_from(page.id),
    )
    _mark_stale(leading)
    query = update(PageLink).where(*leading)
    db.session.execute(_quietly(query.values(target_page_id=page.id)))


def left(page: Page, title_key: str) -> None:
    """It is gone, or has another title: links to this one are red."""
    leading = (PageLink.target_page_id == page.id, PageLink.target_key == title_key)
    _mark_stale(leading)
    db.session.execute(_quietly(update(PageLink).where(*leading).values(target_page_id=None)))


def changed(page: Page, tags: Iterable[str] = ()) -> None:
    """Whoever includes it, or lists one of these tags, shows something else now."""
    _mark_stale((PageLink.target_page_id == page.id, PageLink.kind == LinkKind.INCLUDE))
    keys = [fold_title(tag) for tag in tags]
    if keys:
        lists = (PageLink.space_id == page.space_id, PageLink.kind == LinkKind.TAG)
        _mark_stale((*lists, PageLink.target_key.in_(keys)))


def _naming(space_id: int, title_key: str) -> tuple[ColumnElement[bool], ...]:
    kinds = PageLink.kind.in_([LinkKind.PAGE, LinkKind.INCLUDE])
    return PageLink.space_id == space_id, kinds, PageLink.target_key == title_key


def _mark_stale(leading: tuple[ColumnElement[bool], ...]) -> None:
    showing = select(PageLink.page_id).where(*leading)
    query = update(Page).where(Page.id.in_(showing)).values(depends="")
    db.session.execute(_quietly(query))


def mark_stale(page_id: int) -> None:
    """The worker renders it again."""
    _mark_stale((PageLink.page_id == page_id,))


def _quietly(query: Update) -> Update:
    """No object in the session is changed."""
    return query.execution_options(synchronize_session=False)


def backlinks(page: Page, after: int = 0, limit: int = 50) -> Sequence[Page]:
    """Public pages that lead there or show it, by id; at most one line each."""
    leading = select(PageLink.page_id).where(
        PageLink.target_page_id == page.id, PageLink.page_id > after, PageLink.page_id != page.id
    )
    query = select(Page).where(Page.id.in_(leading), Page.state == PageState.PUBLIC)
    return db.session.scalars(query.order_by(Page.id).limit(limit)).all()


def count_backlinks(page: Page) -> int:
    query = select(func.count(PageLink.page_id.distinct())).where(
        PageLink.target_page_id == page.id, PageLink.page_id != page.id
    )
    return db.session.scalar(query) or 0


def orphans(space_id: int, after: str = "", limit: int = 50) -> Sequence[Page]:
    """Public pages to which no other one leads and which stand under none, by title."""
    led = select(PageLink.id).where(PageLink.target_page_id == Page.id, PageLink.page_id != Page.id)
    query = _public(space_id, after).where(Page.parent_id.is_(None), ~led.exists())
    return db.session.scalars(query.limit(limit)).all()


def _public(space_id: int, after: str) -> Select[Page]:
    query = select(Page).where(Page.space_id == space_id, Page.state == PageState.PUBLIC)
    return query.where(Page.title_key > after).order_by(Page.title_key)


def wanted(space_id: int, limit: int = 50) -> Sequence[tuple[str, int]]:
    """Titles that pages lead to and that do not exist, with how many pages do; most first."""
    count = func.count(PageLink.page_id.distinct())
    query = (
        select(func.min(PageLink.target_title), count)
        .join(Page, and_(Page.id == PageLink.page_id, Page.state == PageState.PUBLIC))
        .where(
            PageLink.space_id == space_id,
            or_(PageLink.kind == LinkKind.PAGE, PageLink.kind == LinkKind.INCLUDE),
            PageLink.target_page_id.is_(None),
        )
        .group_by(PageLink.target_key)
        .order_by(count.desc(), PageLink.target_key)
    )
    return [(title, number) for title, number in db.session.execute(query.limit(limit))]
