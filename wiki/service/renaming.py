"""A page has another title: the worker rewrites links to the old one in all other pages.

It begins when the undo time is over, and goes on in short transactions until all are done; a worker
that is killed leaves nothing half done, and the next one goes on there. Meanwhile and afterwards
the old title leads to the page all the same. Every rewritten page gets a version by whoever
renamed, marked minor; a page for which that fails stays as it is, is named, and holds up no other.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from kern.clock import now
from kern.db import db, writing
from kern.errors import Conflict
from kern.notify.telling import UNDO
from wiki.linking import fold_title, rename_page
from wiki.models import (
    PAGE_KEY,
    Kind,
    LinkKind,
    Page,
    PageLink,
    PageState,
    Renaming,
    Revision,
    Space,
)
from wiki.service import linking, wordings
from wiki.service.linking import ROOMS
from wiki.service.pages import note
from wiki.service.publishing import Origin, publish
from wiki.service.wordings import Wording

log = logging.getLogger(__name__)

BATCH = 10  # pages of one transaction, so that others wait a moment to write
BUDGET = 20.0  # seconds at a stretch; the facts of what was written call for the rest
MOST_NAMED = 50  # pages that failed, on a page
SUMMARY = "Links angepasst: „%s“ heißt jetzt „%s“"
BEGUN = (
    "Die Links auf anderen Seiten werden schon umgeschrieben. Bitte schlagen Sie den alten Titel "
    "wieder vor: Dann folgen ihm die Links zurück."
)


def count_touched(page: Page) -> int:
    """How many pages a rename would change: shown before."""
    return _count(page, page.title_key)


def _count(page: Page, key: str) -> int:
    query = select(func.count(PageLink.page_id.distinct()))
    return db.session.scalar(query.where(*_naming(page.space_id, key))) or 0


def _naming(space_id: int, key: str) -> tuple[ColumnElement[bool], ...]:
    kinds = PageLink.kind.in_([LinkKind.PAGE, LinkKind.INCLUDE])
    return PageLink.space_id == space_id, kinds, PageLink.target_key == key[:200]


def find_renaming(page: Page) -> Renaming | None:
    """The one that is going on, or the last one: what a page tells of its progress."""
    query = select(Renaming).where(Renaming.page_id == page.id, Renaming.total > 0)
    return db.session.scalar(query.order_by(Renaming.id.desc()).limit(1))


def of_revision(revision_id: int | None) -> Renaming | None:
    """The rename that this version was."""
    revision = db.session.get(Revision, revision_id) if revision_id is not None else None
    return db.session.scalar(_by(revision)) if revision is not None else None


def _by(revision: Revision) -> Select[Renaming]:
    former = select(Revision.title).where(Revision.id == revision.parent_id).scalar_subquery()
    query = select(Renaming).where(
        Renaming.page_id == revision.page_id,
        Renaming.old_title == former,
        Renaming.new_title == revision.title,
    )
    return query.order_by(Renaming.id.desc()).limit(1)


def list_failed(renaming: Renaming) -> Sequence[Page]:
    """Pages that still name the old title."""
    query = select(Page).where(Page.id.in_(renaming.failed[:MOST_NAMED]))
    query = query.options(joinedload(Page.space).joinedload(Space.scope))
    return db.session.scalars(query.order_by(Page.title_key)).all()


def begin(page: Page, old_title: str, revision: Revision) -> Renaming | None:
    """None where the title is the same but for capitals: links lead there anyway."""
    key = fold_title(old_title)
    if key == fold_title(revision.title):
        return None
    total = _count(page, key)
    renaming = Renaming(
        page_id=page.id,
        old_title=old_title,
        old_key=key[:200],
        new_title=revision.title,
        party_id=revision.author_id,
        approved_by=revision.approved_by,
        total=total,
        failed=[],
        done_at=None if total else now(),
    )
    db.session.add(renaming)
    db.session.flush()
    return renaming


def take_back(revision: Revision) -> None:
    """The rename is undone. Raises Conflict once links of other pages follow it."""
    renaming = db.session.scalar(_by(revision).with_for_update())
    if renaming is None:
        return
    if renaming.last_page_id:
        raise Conflict(BEGUN)
    db.session.delete(renaming)
    db.session.flush()


def carry_on(at: datetime, limit: int = BATCH) -> bool:
    """The next few pages of the oldest rename nobody can undo any more; False when none is left."""
    query = select(Renaming).where(Renaming.done_at.is_(None), Renaming.created_at <= at - UNDO)
    query = query.order_by(Renaming.id).limit(1)
    renaming = db.session.scalar(query.with_for_update(skip_locked=True))
    if renaming is None:
        return False
    target = db.session.get_one(Page, renaming.page_id)
    is_back = target.title_key == renaming.old_key  # it has its old title again
    pages = [] if is_back else _next(renaming, target, limit)
    _rewrite_all(pages, target, renaming)
    if pages:
        renaming.last_page_id, renaming.done = pages[-1].id, renaming.done + len(pages)
    if len(pages) < limit:
        _try_again(renaming, target)
        renaming.done_at, renaming.total = now(), renaming.done
    db.session.flush()
    return True


def _next(renaming: Renaming, target: Page, limit: int) -> list[Page]:
    leading = select(PageLink.page_id).where(*_naming(target.space_id, renaming.old_key))
    query = select(Page).where(
        Page.id.in_(leading), Page.id > renaming.last_page_id, Page.state == PageState.PUBLIC
    )
    query = query.options(joinedload(Page.space).joinedload(Space.scope))
    return list(db.session.scalars(query.order_by(Page.id).limit(limit).with_for_update(of=Page)))


def _rewrite_all(pages: Sequence[Page], target: Page, renaming: Renaming) -> None:
    """One page that breaks stops no other."""
    query = select(Revision).where(Revision.id.in_([page.published_id for page in pages]))
    versions = {one.id: one for one in db.session.scalars(query)}
    sources = wordings.sources([one.text_id for one in versions.values()])
    failed = []
    for number, page in [(page.id, page) for page in pages]:
        try:
            with db.session.begin_nested():
                version = versions[page.published_id or 0]
                _rewrite(page, version, sources.get(version.text_id or 0), target, renaming)
        except Exception:
            log.exception("Die Links der Seite %s ließen sich nicht umschreiben", number)
            failed.append(number)
            linking.mark_stale(number)
    if failed:
        renaming.failed = [*renaming.failed, *failed]


def _try_again(renaming: Renaming, target: Page) -> None:
    """What failed because somebody else wrote there, once."""
    failed, renaming.failed = renaming.failed[:MOST_NAMED], renaming.failed[MOST_NAMED:]
    query = select(Page).where(Page.id.in_(failed), Page.state == PageState.PUBLIC)
    query = query.options(joinedload(Page.space).joinedload(Space.scope))
    pages = db.session.scalars(query.order_by(Page.id).with_for_update(of=Page)).all()
    _rewrite_all(pages, target, renaming)


def _rewrite(
    page: Page, version: Revision, before: str | None, target: Page, renaming: Renaming
) -> None:
    if before is None:
        return  # its text was erased for good
    source = rename_page(before, renaming.old_title, target.title, ROOMS)
    if source == before:
        return
    rewritten = Wording(
        version.title,
        source,
        tuple(version.tags),
        version.page_parent_id,
        version.place,
        tuple(version.files),
        (SUMMARY % (renaming.old_title, target.title))[:300],
        minor=True,
        kind=Kind.EDIT,
    )
    publish(page.space, page, rewritten, Origin(renaming.party_id, now(), renaming.approved_by))


def follow(facts: Iterable[tuple[str, int, str]]) -> None:
    """What the worker calls with a batch of the outbox. Each batch of pages is a transaction of its
    own, and notes the facts that call for the next stretch."""
    if not any(key == PAGE_KEY for key, _id, _fact in facts):
        return
    db.session.rollback()
    until = time.monotonic() + BUDGET
    goes_on = True
    while goes_on and time.monotonic() < until and _is_due():
        with writing():
            goes_on = carry_on(now())
            db.session.commit()
    db.session.rollback()


def _is_due() -> bool:
    """Without a place in the line of writers."""
    open_ones = Renaming.done_at.is_(None), Renaming.created_at <= now() - UNDO
    found = db.session.scalar(select(Renaming.id).where(*open_ones).limit(1))
    db.session.rollback()
    return found is not None


def on_tick(_since: datetime, until: datetime) -> bool:
    """What is due calls the worker: the undo time is over, or a crash left something undone."""
    query = select(Page).join(Renaming, Renaming.page_id == Page.id)
    due = Renaming.done_at.is_(None), Renaming.created_at <= until - UNDO
    page = db.session.scalar(query.where(*due).order_by(Renaming.id).limit(1))
    if page is not None:
        note(page)
    return page is not None
