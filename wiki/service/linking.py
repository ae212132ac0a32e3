"""The table of links and tags of what is released: backlinks, red links and lists come from it."""

from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import ColumnElement, Table, Update, delete, func, insert, select, update

from kern.db import db
from wiki.linking import fold_title
from wiki.models import LinkKind, Page, PageLink, PageState, PageTag, Renaming
from wiki.rendering import Rendered
from wiki.service.tallies import LINE, Line

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
        db.session.execute(insert(cast("Table", PageLink.__table__)), rows)


def store_tags(page: Page, tags: Iterable[str]) -> None:
    db.session.execute(delete(PageTag).where(PageTag.page_id == page.id))
    row = {"page_id": page.id, "space_id": page.space_id, "title_key": page.title_key}
    rows = [{**row, "tag": tag, "tag_key": fold_title(tag)} for tag in tags]
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
    _lead_there(page, leading)
    former = select(Renaming.old_key).where(Renaming.page_id == page.id)
    for key in db.session.scalars(former.distinct()).all():
        _lead_there(page, (*_naming(page.space_id, key), PageLink.target_page_id.is_(None)))


def _lead_there(page: Page, leading: tuple[ColumnElement[bool], ...]) -> None:
    _mark_stale(leading)
    query = update(PageLink).where(*leading)
    db.session.execute(_quietly(query.values(target_page_id=page.id)))


def left(page: Page, title_key: str) -> None:
    """It is gone, or has another title: links to this one are red."""
    leading = (PageLink.target_page_id == page.id, PageLink.target_key == title_key)
    _mark_stale(leading)
    db.session.execute(_quietly(update(PageLink).where(*leading).values(target_page_id=None)))


def gone(page: Page) -> None:
    """Nobody reads it any more: whatever leads there is red, by today's title or a former one."""
    leading = (PageLink.target_page_id == page.id,)
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


def backlinks(page: Page, after: int = 0, limit: int = 50) -> Sequence[Line]:
    """Public pages that lead there or show it, by id; at most one line each.

    Their ids are chosen first, in the order of an index: asked for different lines, PostgreSQL
    sorts everything that leads there."""
    ids = select(PageLink.page_id).join(Page, Page.id == PageLink.page_id)
    ids = ids.where(*_leading(page), PageLink.page_id > after, Page.state == PageState.PUBLIC)
    chosen = ids.distinct().order_by(PageLink.page_id).limit(limit).subquery()
    query = select(*LINE).join_from(chosen, Page, Page.id == chosen.c.page_id)
    return [Line(*row) for row in db.session.execute(query.order_by(Page.id))]


def _leading(page: Page) -> tuple[ColumnElement[bool], ...]:
    return PageLink.target_page_id == page.id, PageLink.page_id != page.id


def count_backlinks(page: Page) -> int:
    query = select(func.count(PageLink.page_id.distinct())).where(*_leading(page))
    return db.session.scalar(query) or 0
