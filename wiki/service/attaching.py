"""Which files of a page strangers may fetch: those of the versions that strangers may read."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from kern.content import Ref
from kern.db import db
from kern.files import service as files
from wiki.models import PAGE_KEY, PROPOSAL_KEY, Page, PageState, Revision


def take(page: Page, revision: Revision) -> None:
    """Files that waited with a proposal are the page's from now on."""
    files.give(_ids(revision.files), Ref(PAGE_KEY, page.id))
    settle(page)


def settle(page: Page) -> None:
    """Public, while the page is, is what a version names whose text is not hidden. Whoever changes
    the page's state, its versions or what they hide calls this afterwards."""
    mine = files.list_ids(Ref(PAGE_KEY, page.id))
    if not mine:
        return
    db.session.flush()
    shown: set[int] = set()
    if page.state == PageState.PUBLIC:
        is_read = or_(Revision.hide_text.is_(False), Revision.id == page.published_id)
        query = select(Revision.files).where(Revision.page_id == page.id, is_read)
        shown = {id_ for rows in db.session.scalars(query) for id_ in _ids(rows)}
    files.publish(sorted(mine & shown))
    files.unpublish(sorted(mine - shown))


def give_back(revision: Revision) -> None:
    """The version is taken back: what no other version of the page names waits with the proposal
    again."""
    if revision.proposal_id is None:
        return
    query = select(Revision.files).where(
        Revision.page_id == revision.page_id, Revision.id != revision.id
    )
    kept = {id_ for rows in db.session.scalars(query) for id_ in _ids(rows)}
    alone = [id_ for id_ in _ids(revision.files) if id_ not in kept]
    files.give(alone, Ref(PROPOSAL_KEY, revision.proposal_id))
    files.unpublish(alone)


def _ids(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    return [int(file["file_id"]) for file in rows]
