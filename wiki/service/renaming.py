"""A page has another title: links to the old one are rewritten in other pages, some at a time.

Until then they lead there all the same: by the links table while they stand, and by the former
address. Every rewritten page gets a version by whoever renamed, marked minor.
"""

from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import joinedload

from kern.clock import now
from kern.db import db
from wiki.linking import fold_title, rename_page
from wiki.models import Kind, Page, PageLink, PageState, Renaming, Revision, Space
from wiki.service import linking, wordings
from wiki.service.linking import ROOMS
from wiki.service.publishing import Origin, publish
from wiki.service.wordings import Wording

BATCH = 20  # pages of one transaction
SUMMARY = "Links angepasst: „%s“ heißt jetzt „%s“"


def count_touched(page: Page) -> int:
    """How many pages a rename would change: shown before."""
    return linking.count_backlinks(page)


def find_renaming(page: Page) -> Renaming | None:
    """The one that is going on, or the last one: what a page tells of its progress."""
    query = select(Renaming).where(Renaming.page_id == page.id)
    return db.session.scalar(query.order_by(Renaming.id.desc()).limit(1))


def begin(page: Page, old_title: str, revision: Revision) -> Renaming | None:
    """None where nothing leads to the old title."""
    if fold_title(old_title) == fold_title(revision.title):
        return None
    total = db.session.scalar(_count(page, fold_title(old_title))) or 0
    if not total:
        return None
    renaming = Renaming(
        page_id=page.id,
        old_title=old_title,
        new_title=revision.title,
        party_id=revision.author_id,
        approved_by=revision.approved_by,
        total=total,
    )
    db.session.add(renaming)
    db.session.flush()
    return renaming


def _count(page: Page, key: str) -> Select[int]:
    return select(func.count(PageLink.page_id.distinct())).where(
        PageLink.space_id == page.space_id, PageLink.target_key == key, PageLink.room == ""
    )


def stop(page: Page) -> None:
    """The rename is taken back."""
    db.session.execute(
        delete(Renaming).where(Renaming.page_id == page.id, Renaming.done_at.is_(None))
    )


def carry_on(limit: int = BATCH) -> bool:
    """The next few pages of the oldest rename; False when none is left."""
    query = select(Renaming).where(Renaming.done_at.is_(None)).order_by(Renaming.id).limit(1)
    renaming = db.session.scalar(query.with_for_update(skip_locked=True))
    if renaming is None:
        return False
    pages = _next(renaming, limit)
    for page in pages:
        _rewrite(page, renaming)
        renaming.last_page_id, renaming.done = page.id, renaming.done + 1
    if len(pages) < limit:
        renaming.done_at = now()
        renaming.done = renaming.total = max(renaming.done, 0)
    db.session.flush()
    return True


def _next(renaming: Renaming, limit: int) -> list[Page]:
    target = db.session.get_one(Page, renaming.page_id)
    leading = select(PageLink.page_id).where(
        PageLink.space_id == target.space_id,
        PageLink.target_key == fold_title(renaming.old_title)[:200],
        PageLink.room == "",
    )
    query = select(Page).where(
        Page.id.in_(leading), Page.id > renaming.last_page_id, Page.state == PageState.PUBLIC
    )
    query = query.options(joinedload(Page.space).joinedload(Space.scope))
    return list(db.session.scalars(query.order_by(Page.id).limit(limit).with_for_update(of=Page)))


def _rewrite(page: Page, renaming: Renaming) -> None:
    published = db.session.get(Revision, page.published_id)
    wording = wordings.of_revision(published) if published is not None else None
    if wording is None:
        return
    source = rename_page(wording.source, renaming.old_title, renaming.new_title, ROOMS)
    if source == wording.source:
        return
    summary = (SUMMARY % (renaming.old_title, renaming.new_title))[:300]
    rewritten = Wording(
        wording.title,
        source,
        wording.tags,
        wording.parent_id,
        wording.place,
        wording.files,
        summary,
        minor=True,
        kind=Kind.EDIT,
    )
    publish(page.space, page, rewritten, Origin(renaming.party_id, now(), renaming.approved_by))


def on_tick(_since: datetime, _until: datetime) -> bool:
    """Each run a few pages, so that nobody waits long for the place to write."""
    return carry_on()
