"""What readers get beside a page: its surroundings, its versions and the lists of a space.

Released things only; every list is one query and has a stored column to go on from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from kern.accounts.models import Party
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import NotFound
from kern.scope import Scope
from kern.scope.rules import readable
from wiki.comparing import Credit, Version, credit
from wiki.linking import fold_title
from wiki.models import (
    Page,
    PageState,
    PageTag,
    Proposal,
    ProposalState,
    Revision,
    Space,
    StoredText,
)

LENGTH = 50
TREE = 2_000  # pages of a space that its start shows as a tree; larger ones are read by letters
OLD = timedelta(days=365)
MEASURED = 1_000  # decisions from which the review times are told


@dataclass(frozen=True, slots=True)
class Times:
    """Hours from sending a proposal to its decision. `share` of 100 were approved."""

    count: int
    median: float
    p95: float
    share: int


def _pages(space: Space) -> Select[Page]:
    return select(Page).where(Page.space_id == space.scope_id, Page.state == PageState.PUBLIC)


def list_history(page: Page, before: int | None = None, limit: int = LENGTH) -> Sequence[Revision]:
    """The newest first; `before` is a number of a version."""
    query = select(Revision).where(Revision.page_id == page.id)
    if before is not None:
        query = query.where(Revision.number < before)
    people = joinedload(Revision.author), joinedload(Revision.approver)
    return db.session.scalars(
        query.options(*people).order_by(Revision.number.desc()).limit(limit)
    ).all()


def who_wrote(page: Page) -> tuple[tuple[Credit, ...], Mapping[int, str]]:
    """Each line with its authors, and their names; 0 stands for people who are not named."""
    query = select(Revision.author_id, Revision.hide_author, Revision.hide_text, StoredText.source)
    query = query.outerjoin(StoredText, StoredText.id == Revision.text_id)
    rows = db.session.execute(query.where(Revision.page_id == page.id).order_by(Revision.number))
    versions = [
        Version(0 if row.hide_author else row.author_id or 0, row.source)
        for row in rows
        if row.source is not None and not row.hide_text
    ]
    authors = {version.author for version in versions}
    names = db.session.execute(select(Party.id, Party.name).where(Party.id.in_(authors)))
    return credit(versions), {row.id: row.name or "" for row in names}


def list_tree(space: Space) -> Sequence[Row[int, int | None, str, str]]:
    """id, parent_id, slug, title of the space's pages; the caller puts them below each other."""
    query = select(Page.id, Page.parent_id, Page.slug, Page.title).where(
        Page.space_id == space.scope_id, Page.state == PageState.PUBLIC
    )
    return db.session.execute(query.order_by(Page.position, Page.title_key).limit(TREE)).all()


def list_by_title(space: Space, after: str = "", limit: int = 100) -> Sequence[Page]:
    query = _pages(space).where(Page.title_key > after)
    return db.session.scalars(query.order_by(Page.title_key, Page.id).limit(limit)).all()


def list_tags(space: Space, limit: int = 200) -> Sequence[Row[str, str, int]]:
    """tag_key, tag and number of pages, the most used first."""
    count = func.count().label("pages")
    query = select(PageTag.tag_key, func.min(PageTag.tag).label("tag"), count)
    query = query.where(PageTag.space_id == space.scope_id).group_by(PageTag.tag_key)
    return db.session.execute(query.order_by(count.desc(), PageTag.tag_key).limit(limit)).all()


def list_tagged(space: Space, tag: str, after: str = "", limit: int = LENGTH) -> Sequence[Page]:
    query = _pages(space).join(PageTag, PageTag.page_id == Page.id)
    query = query.where(PageTag.tag_key == fold_title(tag), Page.title_key > after)
    return db.session.scalars(query.order_by(Page.title_key).limit(limit)).all()


def list_placed(space: Space, limit: int = 500) -> Sequence[Page]:
    query = _pages(space).where(Page.place.is_not(None))
    return [
        page
        for page in db.session.scalars(query.order_by(Page.title_key).limit(limit))
        if page.place
    ]


def recent_changes(
    actor: Actor, space: Space | None = None, before: int | None = None, limit: int = LENGTH
) -> Sequence[Row[Revision, Page, str]]:
    """Versions with their page and the path of its space, the newest first."""
    query = select(Revision, Page, Scope.path).join(Page, Page.id == Revision.page_id)
    query = query.join(Scope, Scope.id == Page.space_id)
    query = query.where(readable(actor), Page.state == PageState.PUBLIC)
    if space is not None:
        query = query.where(Revision.space_id == space.scope_id)
    if before is not None:
        query = query.where(Revision.id < before)
    query = query.options(joinedload(Revision.author)).order_by(Revision.id.desc())
    return db.session.execute(query.limit(limit)).all()


def list_unchecked(space: Space, after: int = 0, limit: int = LENGTH) -> Sequence[Page]:
    """Nobody said within a year that they still hold, and nobody changed them."""
    line = now() - OLD
    checked = func.coalesce(Page.checked_at, Page.changed_at)
    query = _pages(space).where(checked < line, Page.id > after)
    return db.session.scalars(query.order_by(Page.id).limit(limit)).all()


def list_quiet(space: Space, before: datetime | None = None, limit: int = LENGTH) -> Sequence[Page]:
    """Those that were not changed for longest, first."""
    query = _pages(space)
    if before is not None:
        query = query.where(Page.changed_at > before)
    return db.session.scalars(query.order_by(Page.changed_at, Page.id).limit(limit)).all()


def count_pages(spaces: Iterable[Space]) -> Mapping[int, int]:
    ids = [space.scope_id for space in spaces]
    query = select(Page.space_id, func.count()).where(
        Page.space_id.in_(ids), Page.state == PageState.PUBLIC
    )
    return {row[0]: row[1] for row in db.session.execute(query.group_by(Page.space_id))}


def review_times(space: Space) -> Times | None:
    """Of the latest decisions; None while nothing was decided."""
    query = select(Proposal.submitted_at, Proposal.decided_at, Proposal.state).where(
        Proposal.space_id == space.scope_id,
        Proposal.state.in_([ProposalState.APPROVED, ProposalState.REJECTED]),
        Proposal.decided_at.is_not(None),
    )
    rows = db.session.execute(query.order_by(Proposal.id.desc()).limit(MEASURED)).all()
    if not rows:
        return None
    hours = sorted((row.decided_at - row.submitted_at).total_seconds() / 3600 for row in rows)
    approved = sum(row.state == ProposalState.APPROVED for row in rows)
    last = len(hours) - 1
    p95 = hours[round(last * 0.95)]
    middle = (hours[last // 2] + hours[(last + 1) // 2]) / 2
    return Times(len(rows), middle, p95, round(100 * approved / len(rows)))


def get_contributor(party_id: int) -> Party:
    """Raises NotFound for somebody of whom nothing is released."""
    query = select(Party).where(
        Party.id == party_id,
        Party.erased_at.is_(None),
        select(Revision.id)
        .where(Revision.author_id == Party.id, Revision.hide_author.is_(False))
        .exists(),
    )
    party = db.session.scalar(query)
    if party is None:
        raise NotFound("Von dieser Person ist hier nichts veröffentlicht.")
    return party


def list_work(
    actor: Actor, party: Party, before: int | None = None, limit: int = LENGTH
) -> Sequence[Row[Revision, Page, str]]:
    query = select(Revision, Page, Scope.path).join(Page, Page.id == Revision.page_id)
    query = query.join(Scope, Scope.id == Page.space_id)
    query = query.where(
        readable(actor),
        Page.state == PageState.PUBLIC,
        Revision.author_id == party.id,
        Revision.hide_author.is_(False),
    )
    if before is not None:
        query = query.where(Revision.id < before)
    query = query.options(joinedload(Revision.author)).order_by(Revision.id.desc())
    return db.session.execute(query.limit(limit)).all()


def find_gone(space: Space, slug: str) -> Page | None:
    """A page that was there and was deleted or taken away: only that it is gone may be told."""
    query = select(Page).where(
        Page.space_id == space.scope_id, Page.slug == slug, Page.state != PageState.PUBLIC
    )
    return db.session.scalar(query)


def find_titles(space: Space, words: str, limit: int = 10) -> Sequence[Page]:
    """For choosing a page: those whose title begins so, then those that hold it."""
    key = fold_title(words)
    query = _pages(space).where(Page.title_key.contains(key, autoescape=True))
    first = Page.title_key.startswith(key, autoescape=True)
    return db.session.scalars(query.order_by(first.desc(), Page.title_key).limit(limit)).all()


def list_waiting(actor: Actor, spaces: Iterable[Space], limit: int = 100) -> Sequence[Proposal]:
    """Proposals that wait where this person decides, the oldest first."""
    ids = [space.scope_id for space in spaces if actor.may("moderation.decide", space.scope_id)]
    query = select(Proposal).join(Proposal.space).join(Space.scope)
    query = query.where(Proposal.space_id.in_(ids), Proposal.state == ProposalState.SUBMITTED)
    query = query.options(contains_eager(Proposal.space).contains_eager(Space.scope))
    query = query.options(joinedload(Proposal.author), joinedload(Proposal.page))
    return db.session.scalars(query.order_by(Proposal.submitted_at).limit(limit)).all()


def find_version(revision_id: int) -> Revision | None:
    return db.session.get(Revision, revision_id)
