"""What approving a proposal would publish, worked out from what is true now.

A page changes under a proposal: its text is joined by lines and words, its title, place and parent
as wholes, its tags and files one by one. What both sides changed differently is decided by a
person; nothing is dropped unseen.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from kern.db import db
from wiki.comparing import Clash, Merged, merge
from wiki.models import Kind, Page, PageState, Proposal, Revision, Snapshot
from wiki.service import returning, wordings
from wiki.service.wordings import Wording


class State(StrEnum):
    CURRENT = "current"  # nothing was published since: exactly this wording
    MERGED = "merged"  # joined with what was published since; to be looked at first
    CLASH = "clash"  # somebody has to choose
    CONTAINED = "contained"  # everything of it is published already
    PAGE_DELETED = "page_deleted"
    TITLE_TAKEN = "title_taken"  # another page has this title
    WITHHELD = "withheld"  # the page may not come back


@dataclass(frozen=True, slots=True)
class FieldClash:
    """A title, a place, a parent or a file that both sides changed. Values as in a Wording."""

    name: str  # "title", "place", "parent_id" or "file:NAME"
    base: Any
    published: Any
    proposed: Any


@dataclass(frozen=True, slots=True)
class Outlook:
    """`wording` is None while somebody has to choose; `sha` names what a reviewer saw."""

    state: State
    wording: Wording | None
    sha: str
    published_id: int | None
    text: Merged
    fields: tuple[FieldClash, ...] = ()
    other_page_id: int | None = None  # that has the title
    half: Wording | None = None  # while somebody has to choose: everything else is joined in it

    @property
    def clashes(self) -> tuple[Clash, ...]:
        return self.text.clashes


def newest(proposal: Proposal) -> Snapshot:
    query = select(Snapshot).where(
        Snapshot.proposal_id == proposal.id, Snapshot.number == proposal.latest
    )
    return db.session.scalars(query).one()


def outlook(proposal: Proposal) -> Outlook:
    """A handful of queries and one merge."""
    proposed = wordings.of_snapshot(newest(proposal), Kind(proposal.kind))
    page = _page(proposal)
    if page is None:
        return _of_creation(proposal, proposed)
    if proposal.kind == Kind.UNDELETE:
        return _of_return(proposal, page, proposed)
    if page.state != PageState.PUBLIC:
        return _told(State.PAGE_DELETED, None, page.published_id, merge("", "", proposed.source))
    taken = _page_of_title(page.space_id, proposed.title_key, but=page.id)
    if taken is not None:
        return _titled(proposed, page.published_id, taken)
    return _of_change(proposal, page, proposed)


def _page(proposal: Proposal) -> Page | None:
    if proposal.page_id is None:
        return None
    query = select(Page).where(Page.id == proposal.page_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _of_creation(proposal: Proposal, proposed: Wording) -> Outlook:
    taken = _page_of_title(proposal.space_id, proposed.title_key)
    if taken is not None:
        return _titled(proposed, None, taken)
    return _told(State.CURRENT, proposed, None, _whole(proposed))


def _of_return(proposal: Proposal, page: Page, proposed: Wording) -> Outlook:
    """Of the page as it was when it went: the proposal says only why it should come back."""
    if page.state == PageState.PUBLIC:
        published = _state_of(page.published_id) or Wording(page.title, "")
        return _told(State.CONTAINED, published, page.published_id, _whole(published))
    former = returning.find_wording(page)
    if former is None:
        return _told(State.WITHHELD, None, page.published_id, _whole(proposed))
    taken = _page_of_title(page.space_id, former.title_key, but=page.id)
    if taken is not None:
        return _titled(former, page.published_id, taken)
    wording = replace(former, kind=Kind.UNDELETE, summary=proposed.summary)
    is_same = proposal.base_id == page.published_id
    state = State.CURRENT if is_same else State.MERGED
    return _told(state, wording, page.published_id, _whole(wording))


def _titled(proposed: Wording, published_id: int | None, other: int) -> Outlook:
    told = _told(State.TITLE_TAKEN, None, published_id, _whole(proposed))
    return replace(told, other_page_id=other)


def _page_of_title(space_id: int, title_key: str, but: int = 0) -> int | None:
    query = select(Page.id).where(
        Page.space_id == space_id,
        Page.title_key == title_key,
        Page.state == PageState.PUBLIC,
        Page.id != but,
    )
    return db.session.scalar(query)


def _of_change(proposal: Proposal, page: Page, proposed: Wording) -> Outlook:
    published = _state_of(page.published_id)
    if proposal.kind == Kind.DELETE:
        is_same = proposal.base_id == page.published_id
        wording = replace(published or proposed, kind=Kind.DELETE, summary=proposed.summary)
        state = State.CURRENT if is_same else State.MERGED
        return _told(state, wording, page.published_id, _whole(wording))
    if published is None:  # its text is taken away: nothing of it can be joined unseen
        published = Wording(page.title, "")
    if proposed.state == published.state:
        return _told(State.CONTAINED, published, page.published_id, _whole(published))
    if proposal.base_id == page.published_id:
        return _told(State.CURRENT, proposed, page.published_id, _whole(proposed))
    return joined(_state_of(proposal.base_id), published, proposed, page.published_id)


def _state_of(revision_id: int | None) -> Wording | None:
    """None for a version that is gone, or whose text was erased or taken away."""
    revision = db.session.get(Revision, revision_id) if revision_id is not None else None
    if revision is None or revision.hide_text:
        return None
    return wordings.of_revision(revision)


def joined(
    base: Wording | None, published: Wording, proposed: Wording, published_id: int | None
) -> Outlook:
    """Two changes of one wording as one. Pure.

    Without a base nothing is joined by itself: whatever differs is for a person to choose.
    """
    start = base.source if base is not None else ""
    text = merge(start, published.source, proposed.source)
    if base is None and published.source != proposed.source:
        text = Merged((Clash("", published.source, proposed.source),))
    fields, clashes = _fields(base, published, proposed)
    if text.text is None or clashes:
        told = _told(State.CLASH, None, published_id, text)
        return replace(told, fields=tuple(clashes), half=replace(proposed, **fields))
    wording = replace(proposed, source=text.text, **fields)
    state = State.CONTAINED if wording.state == published.state else State.MERGED
    return _told(state, wording, published_id, text)


def carried(wording: Wording, from_id: int | None, to_id: int | None) -> Wording | None:
    """What was written on one version, on a newer one; None where somebody has to choose."""
    if from_id == to_id:
        return wording
    newer = _state_of(to_id)
    if newer is None:
        return None
    return joined(_state_of(from_id), newer, wording, to_id).wording


def _fields(
    base: Wording | None, published: Wording, proposed: Wording
) -> tuple[dict[str, Any], list[FieldClash]]:
    """What becomes of everything that is no text, and what has to be chosen."""
    clashes: list[FieldClash] = []

    def chosen(name: str, before: Any, here: Any, there: Any) -> Any:
        if there in (here, before):
            return here
        if here != before:
            clashes.append(FieldClash(name, before, here, there))
        return there

    found = {
        name: chosen(name, getattr(base, name, None), getattr(published, name), there)
        for name in ("title", "parent_id", "place")
        for there in [getattr(proposed, name)]
    }
    found["tags"] = _tags(base.tags if base else (), published.tags, proposed.tags)
    files = [_by_name(one.files) if one else {} for one in (base, published, proposed)]
    names = list(dict.fromkeys([*files[1], *files[2]]))
    rows = [chosen(f"file:{name}", *(one.get(name) for one in files)) for name in names]
    found["files"] = tuple(row for row in rows if row is not None)
    return found, clashes


def _by_name(files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(file["name"]): dict(file) for file in files}


def _tags(
    base: Sequence[str], published: Sequence[str], proposed: Sequence[str]
) -> tuple[str, ...]:
    """What either side added is there, what either side took away is not."""
    old = {tag.casefold() for tag in base}
    here = {tag.casefold() for tag in published}
    there = {tag.casefold() for tag in proposed}
    kept = (here & there) | (here - old) | (there - old)
    found = {tag.casefold(): tag for tag in (*proposed, *published) if tag.casefold() in kept}
    return tuple(found.values())


def _whole(wording: Wording) -> Merged:
    return merge(wording.source, wording.source, wording.source)


def _told(state: State, wording: Wording | None, published_id: int | None, text: Merged) -> Outlook:
    return Outlook(state, wording, _sha(wording, published_id), published_id, text)


def _sha(wording: Wording | None, published_id: int | None) -> str:
    seen = [published_id, wording.state if wording is not None else None]
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()


def resolved(seen: Outlook, choices: Sequence[str], fields: Mapping[str, Any]) -> Wording:
    """The wording with one text for each clash, and one value for each field that clashes.

    Raises ValueError when there are more or fewer than clashes.
    """
    if seen.half is None or set(fields) != {clash.name for clash in seen.fields}:
        raise ValueError("one value for each field that clashes")
    files = _by_name(seen.half.files)
    for name, value in fields.items():
        if name.startswith("file:"):
            files.pop(name.removeprefix("file:"), None)
            if value is not None:
                files[name.removeprefix("file:")] = value
    plain = {name: value for name, value in fields.items() if not name.startswith("file:")}
    return replace(
        seen.half, source=seen.text.resolved(choices), files=tuple(files.values()), **plain
    )
