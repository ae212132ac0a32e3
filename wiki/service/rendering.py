"""A page's source as HTML, stored beside it, and found out when it has to be made anew.

Editing a page marks those that show it (`wiki.service.linking`); the worker renders them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kern.clock import now
from kern.db import db, writing
from wiki import rules
from wiki.models import PAGE_KEY, Page, PageState, Revision, Space
from wiki.rendering import Frame, Rendered, Wanted, depends_now, render_page
from wiki.service import linking, wordings
from wiki.service.pages import note, page_path
from wiki.service.resolving import SpaceResolver

BATCH = 20  # pages of one transaction of the worker
MOST_ROUNDS = 200
EMPTY = "-"  # of a page that shows nothing
Files = Iterable[Mapping[str, Any]]


def render_into(page: Page, source: str, files: Files = ()) -> None:
    """The page's stored HTML and its links, from the source of its released version."""
    made = render_page(source, SpaceResolver(page.space, files), frame_of(page))
    page.html, page.plain, page.depends = made.html, made.plain, made.depends
    page.sections = [asdict(section) for section in made.sections]
    page.wanted, page.rendered_at = made.wanted.as_json(), now()
    linking.store_links(page, made)


def frame_of(page: Page) -> Frame:
    return Frame(page.id, f"{page_path(page)}/bearbeiten")


def preview(space: Space, source: str, files: Files = (), page: Page | None = None) -> Rendered:
    """A text nobody released, as the editor and the desk show it: never stored."""
    frame = Frame(page.id if page is not None else None)
    return render_page(source[: rules.MAX_TEXT], SpaceResolver(space, files), frame)


def empty(page: Page) -> None:
    """Nothing of it is on any page; its versions keep their texts."""
    page.html = page.plain = ""
    page.sections, page.wanted, page.depends = [], {}, EMPTY


def list_stale(limit: int = BATCH) -> Sequence[Page]:
    query = select(Page).where(Page.depends == "", Page.state == PageState.PUBLIC)
    query = query.options(joinedload(Page.space).joinedload(Space.scope))
    return db.session.scalars(query.order_by(Page.id).limit(limit)).all()


def render_stale(limit: int = BATCH) -> int:
    """The next few pages that show something that changed; returns how many."""
    pages = list_stale(limit)
    query = select(Revision).where(Revision.id.in_([page.published_id for page in pages]))
    versions = {one.id: one for one in db.session.scalars(query)}
    sources = wordings.sources([one.text_id for one in versions.values()])
    for page in pages:
        version = versions.get(page.published_id or 0)
        source = sources.get(version.text_id or 0, "") if version is not None else ""
        before = page.html
        render_into(page, source, version.files if version is not None else ())
        if page.html != before:
            note(page)
    db.session.flush()
    return len(pages)


def is_fresh(page: Page, source: str, files: Files = ()) -> bool:
    """Whether rendering it now would give the same, without rendering it."""
    wanted = Wanted.from_json(page.wanted)
    found = depends_now(source, wanted, SpaceResolver(page.space, files), frame_of(page))
    return found == page.depends


def follow(facts: Iterable[tuple[str, int, str]]) -> None:
    """What the worker calls with a batch of the outbox: whoever shows what changed is rendered."""
    if not any(key == PAGE_KEY for key, _id, _fact in facts):
        return
    db.session.rollback()
    for _round in range(MOST_ROUNDS):
        if not db.session.scalar(select(Page.id).where(Page.depends == "").limit(1)):
            break
        db.session.rollback()
        with writing():
            done = render_stale()
            db.session.commit()
        if not done:
            break
    db.session.rollback()


def on_tick(_since: datetime, _until: datetime) -> bool:
    """What a crash left undone is done within a minute."""
    return render_stale() > 0
