"""A page's source as HTML, stored beside it, and found out when it has to be made anew.

Editing a page marks those that show it (`wiki.service.linking`); the worker renders them.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kern import text
from kern.clock import now
from kern.db import db
from wiki import rules
from wiki.models import Page, PageState, Revision, Space
from wiki.service import wordings
from wiki.service.pages import note

BATCH = 20  # pages of one transaction of the worker
PLAIN_RENDERER = "text"


def render_into(page: Page, source: str) -> None:
    """The page's stored HTML, from the source of its released version."""
    made = text.render(source, headings=True, max_length=rules.MAX_TEXT)
    page.html, page.plain = made.html, made.plain
    page.sections, page.wanted = [], {}
    page.depends = f"{PLAIN_RENDERER}:{made.version}"
    page.rendered_at = now()


def preview(source: str) -> str:
    """HTML of a text nobody released: what the editor and the desk show, never stored."""
    return text.render(source, headings=True, max_length=rules.MAX_TEXT).html


def empty(page: Page) -> None:
    """Nothing of it is on any page; its versions keep their texts."""
    page.html = page.plain = ""
    page.sections, page.wanted, page.depends = [], {}, "-"


def list_stale(limit: int = BATCH) -> Sequence[Page]:
    query = select(Page).where(Page.depends == "", Page.state == PageState.PUBLIC)
    query = query.options(joinedload(Page.space).joinedload(Space.scope))
    return db.session.scalars(query.order_by(Page.id).limit(limit)).all()


def render_stale(limit: int = BATCH) -> int:
    """The next few pages that show something that changed; returns how many."""
    pages = list_stale(limit)
    query = select(Revision.id, Revision.text_id).where(
        Revision.id.in_([page.published_id for page in pages])
    )
    texts = {row.id: row.text_id for row in db.session.execute(query)}
    sources = wordings.sources(list(texts.values()))
    for page in pages:
        before = page.html
        source = sources.get(texts.get(page.published_id or 0) or 0, "")
        render_into(page, source)
        if page.html != before:
            note(page)
    db.session.flush()
    return len(pages)


def on_tick(_since: datetime, _until: datetime) -> bool:
    """What a crash left undone is done within a minute."""
    return render_stale() > 0
