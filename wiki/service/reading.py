"""What readers get beside a page: its surroundings, its versions and the lists of a space.

Released things only; every list is one query and has a stored column to go on from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select, union_all
from sqlalchemy.orm import aliased, contains_eager, joinedload

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
from wiki.service import tallies
from wiki.service.tallies import LINE, Line

LENGTH = 50
TREE = 2 * tallies.LARGE  # pages of a small space, which its start shows as a tree
TOP = 100  # pages of a large one, of those at the top
PLACES = 100  # pages on the map of a space
OLD = timedelta(days=365)
LAST_SIGN = "\U0010ffff"
MEASURED = 250  # decisions from which the review times are told


@dataclass(frozen=True, slots=True)
class Times:
    """Hours from sending a proposal to its decision; `approved` of `count` were."""

    count: int
    median: float
    p95: float
    approved: int


class Person(NamedTuple):
    """What a list tells of a party; None as its name stands for a nameless one."""

    id: int
    name: str | None


class Branch(NamedTuple):
    id: int
    parent_id: int | None
    slug: str
    title: str


class Placed(NamedTuple):
    slug: str
    title: str
    place: Mapping[str, Any] | None


class Change(NamedTuple):
    """A version in a list, with its page and the path of its space."""

    id: int
    number: int
    kind: str
    summary: str
    hide_text: bool
    hide_summary: bool
    hide_author: bool
    approved_at: datetime
    slug: str
    title: str
    path: str
    author: Person | None


class Past(NamedTuple):
    """A version in the history of its page."""

    id: int
    number: int
    kind: str
    summary: str
    minor: bool
    hide_text: bool
    hide_summary: bool
    hide_author: bool
    written_at: datetime
    approved_at: datetime
    source_note: str
    author: Person | None
    approver: Person | None


def checker_of(revision: Revision) -> Party | None:
    """Whoever checked it. Who publishes their own work stands in both places, and is hidden in
    both."""
    is_own = revision.author_id == revision.approved_by
    return None if revision.hide_author and is_own else revision.approver


def _columns(names: Sequence[str]) -> list[Any]:
    return [getattr(Revision, name) for name in names]


def _person(id_: int | None, name: str | None) -> Person | None:
    return Person(id_, name) if id_ is not None else None


def _public(space: Space) -> tuple[ColumnElement[bool], ...]:
    return Page.space_id == space.scope_id, Page.state == PageState.PUBLIC


def _lines(query: Select[Any]) -> list[Line]:
    return [Line(*row) for row in db.session.execute(query)]


def list_history(page: Page, before: int | None = None, limit: int = LENGTH) -> list[Past]:
    """The newest first; `before` is a number of a version."""
    approver = aliased(Party)
    columns = _columns(Past._fields[:-2])
    people = (Revision.author_id, Party.name, Revision.approved_by, approver.name)
    query = select(*columns, *people).where(Revision.page_id == page.id)
    query = query.outerjoin(Party, Party.id == Revision.author_id)
    query = query.outerjoin(approver, approver.id == Revision.approved_by)
    if before is not None:
        query = query.where(Revision.number < before)
    rows = db.session.execute(query.order_by(Revision.number.desc()).limit(limit))
    return [_past(tuple(row)) for row in rows]


def _past(row: Sequence[Any]) -> Past:
    *facts, author, name, approver, other = row
    version = Past._make([*facts, _person(author, name), _person(approver, other)])
    is_own = version.author == version.approver
    return version._replace(approver=None) if version.hide_author and is_own else version


def who_wrote(page: Page) -> tuple[tuple[Credit, ...], Mapping[int, str]]:
    """Each line with its authors, and their names; 0 stands for people who are not named.

    Of a version whose text is hidden nothing is shown but what stands on the page today, and that
    stays the work of who wrote it."""
    query = select(Revision.author_id, Revision.hide_author, StoredText.source)
    query = query.join(StoredText, StoredText.id == Revision.text_id)
    rows = db.session.execute(query.where(Revision.page_id == page.id).order_by(Revision.number))
    versions = [Version(0 if row.hide_author else row.author_id or 0, row.source) for row in rows]
    authors = {version.author for version in versions}
    names = db.session.execute(select(Party.id, Party.name).where(Party.id.in_(authors)))
    return credit(versions), {row.id: row.name or "" for row in names}


def list_tree(space: Space) -> list[Branch]:
    """The space's pages, to be put below each other; of a large one only those at the top."""
    query = select(Page.id, Page.parent_id, Page.slug, Page.title).where(*_public(space))
    query = query.order_by(Page.position, Page.title_key)
    if tallies.is_large(space):
        query = query.where(Page.parent_id.is_(None))
    most = TOP if tallies.is_large(space) else TREE
    return [Branch(*row) for row in db.session.execute(query.limit(most))]


def list_by_title(space: Space, after: str = "", limit: int = LENGTH) -> list[Line]:
    query = select(*LINE).where(*_public(space), Page.title_key > after)
    return _lines(query.order_by(Page.title_key).limit(limit))


def list_from_letter(space: Space, letter: str, limit: int = LENGTH) -> list[Line]:
    """By title, from the first one that begins so."""
    query = select(*LINE).where(*_public(space), Page.title_key >= fold_title(letter))
    return _lines(query.order_by(Page.title_key).limit(limit))


def list_tagged(space: Space, tag: str, after: str = "", limit: int = LENGTH) -> list[Line]:
    """By title."""
    query = select(*LINE).join_from(PageTag, Page, Page.id == PageTag.page_id)
    query = query.where(PageTag.space_id == space.scope_id, PageTag.tag_key == fold_title(tag))
    query = query.where(PageTag.title_key > after, Page.state == PageState.PUBLIC)
    return _lines(query.order_by(PageTag.title_key).limit(limit))


def list_placed(space: Space, limit: int = PLACES) -> list[Placed]:
    query = select(Page.slug, Page.title, Page.place)
    query = query.where(*_public(space), Page.place.is_not(None))
    return [Placed(*row) for row in db.session.execute(query.order_by(Page.title_key).limit(limit))]


def recent_changes(
    spaces: Iterable[Space], before: int | None = None, limit: int = LENGTH
) -> list[Change]:
    """In these spaces, which the caller may read; the newest first."""
    ids = [space.scope_id for space in spaces]
    if not ids:
        return []
    newest = [select(_newest(Revision.space_id == id_, before, limit).subquery()) for id_ in ids]
    return _changes(union_all(*newest).subquery(), limit)


def _newest(where: ColumnElement[bool], before: int | None, limit: int) -> Select[Any]:
    """Ids of versions of public pages. Chosen first, in the order of an index: asked together
    with all that is shown, SQLite begins with the pages and sorts every version there is."""
    query = select(Revision.id).join(Page, Page.id == Revision.page_id)
    query = query.where(where, Page.state == PageState.PUBLIC)
    if before is not None:
        query = query.where(Revision.id < before)
    return query.order_by(Revision.id.desc()).limit(limit)


def _changes(chosen: Subquery, limit: int) -> list[Change]:
    columns = _columns(Change._fields[:8])
    query = select(*columns, Page.slug, Page.title, Scope.path, Revision.author_id, Party.name)
    query = query.join_from(chosen, Revision, Revision.id == chosen.c.id)
    query = query.join(Page, Page.id == Revision.page_id).join(Scope, Scope.id == Page.space_id)
    query = query.outerjoin(Party, Party.id == Revision.author_id)
    rows = db.session.execute(query.order_by(chosen.c.id.desc()).limit(limit))
    return [Change._make([*row[:-2], _person(*row[-2:])]) for row in rows]


def list_unchecked(
    space: Space, after: tuple[datetime, int] | None = None, limit: int = LENGTH
) -> list[Line]:
    """Nobody said within a year that they still hold, and nobody changed them; the oldest first."""
    line = now() - OLD
    query = select(*LINE).where(*_public(space), Page.changed_at < line)
    query = query.where(or_(Page.checked_at.is_(None), Page.checked_at < line))
    return _lines(_by_change(query, after).limit(limit))


def list_quiet(
    space: Space, after: tuple[datetime, int] | None = None, limit: int = LENGTH
) -> list[Line]:
    """Those that were not changed for longest, first."""
    return _lines(_by_change(select(*LINE).where(*_public(space)), after).limit(limit))


def _by_change(query: Select[Any], after: tuple[datetime, int] | None) -> Select[Any]:
    """An import changes many pages at one time: the id goes on among those."""
    if after is not None:
        at, id_ = after
        query = query.where(Page.changed_at >= at, or_(Page.changed_at > at, Page.id > id_))
    return query.order_by(Page.changed_at, Page.id)


def count_pages(spaces: Sequence[Space]) -> Mapping[int, int]:
    """Of large ones as the worker counted them."""
    found = {space.scope_id: space.pages for space in spaces}
    small = [space.scope_id for space in spaces if not tallies.is_large(space)]
    if small:
        query = select(Page.space_id, func.count()).where(
            Page.space_id.in_(small), Page.state == PageState.PUBLIC
        )
        rows = db.session.execute(query.group_by(Page.space_id))
        found |= dict.fromkeys(small, 0) | {row[0]: row[1] for row in rows}
    return found


def review_times(space: Space) -> Times | None:
    """Of the latest decisions; None while nothing was decided."""
    decided = (ProposalState.APPROVED, ProposalState.REJECTED)
    latest = [select(_decided(space, state).subquery()) for state in decided]
    rows = db.session.execute(union_all(*latest)).all()
    rows = sorted(rows, key=lambda row: row.decided_at)[-MEASURED:]
    if not rows:
        return None
    hours = sorted((row.decided_at - row.submitted_at).total_seconds() / 3600 for row in rows)
    approved = sum(row.state == ProposalState.APPROVED for row in rows)
    last = len(hours) - 1
    p95 = hours[round(last * 0.95)]
    middle = (hours[last // 2] + hours[(last + 1) // 2]) / 2
    return Times(len(rows), middle, p95, approved)


def _decided(space: Space, state: ProposalState) -> Select[Any]:
    columns: list[Any] = [Proposal.state, Proposal.submitted_at, Proposal.decided_at]
    query = select(*columns).where(Proposal.space_id == space.scope_id, Proposal.state == state)
    query = query.where(Proposal.decided_at.is_not(None))
    return query.order_by(Proposal.changed_at.desc()).limit(MEASURED)


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
) -> list[Change]:
    """Where this actor may read, the newest first."""
    where = (Revision.author_id == party.id) & Revision.hide_author.is_(False)
    chosen = _newest(where, before, limit).join(Scope, Scope.id == Revision.space_id)
    return _changes(chosen.where(readable(actor)).subquery(), limit)


def find_gone(space: Space, slug: str) -> Page | None:
    """A page that was there and was deleted or taken away: only that it is gone may be told."""
    query = select(Page).where(
        Page.space_id == space.scope_id, Page.slug == slug, Page.state != PageState.PUBLIC
    )
    return db.session.scalar(query.options(joinedload(Page.space).joinedload(Space.scope)))


def find_titles(space: Space, words: str, limit: int = 10) -> list[Line]:
    """For choosing a page: those whose title begins so, then those that hold it.

    What begins so is found by the index; all titles are read only where that is not enough.
    """
    key = fold_title(words)
    query = select(*LINE).where(*_public(space)).order_by(Page.title_key).limit(limit)
    first = _lines(query.where(Page.title_key >= key, Page.title_key < f"{key}{LAST_SIGN}"))
    if len(first) == limit:
        return first
    known = {line.id for line in first}
    holding = _lines(query.where(Page.title_key.contains(key, autoescape=True)))
    return [*first, *(line for line in holding if line.id not in known)][:limit]


def list_waiting(actor: Actor, spaces: Iterable[Space], limit: int = 100) -> Sequence[Proposal]:
    """Proposals that wait where this person decides, the oldest first."""
    query = select(Proposal).where(_waiting(actor, spaces))
    query = query.join(Proposal.space).join(Space.scope)
    query = query.options(contains_eager(Proposal.space).contains_eager(Space.scope))
    query = query.options(joinedload(Proposal.author), joinedload(Proposal.page))
    return db.session.scalars(query.order_by(Proposal.submitted_at).limit(limit)).all()


def count_waiting(actor: Actor, spaces: Iterable[Space]) -> int:
    """As `list_waiting`; most people decide nowhere, and nobody asks for them."""
    spaces = list(spaces)
    if not _decided_by(actor, spaces):
        return 0
    query = select(func.count()).select_from(Proposal).where(_waiting(actor, spaces))
    return db.session.scalar(query) or 0


def _decided_by(actor: Actor, spaces: Iterable[Space]) -> list[int]:
    return [space.scope_id for space in spaces if actor.may("moderation.decide", space.scope_id)]


def _waiting(actor: Actor, spaces: Iterable[Space]) -> ColumnElement[bool]:
    here = Proposal.space_id.in_(_decided_by(actor, spaces))
    return here & (Proposal.state == ProposalState.SUBMITTED)


def find_version(revision_id: int) -> Revision | None:
    return db.session.get(Revision, revision_id)
