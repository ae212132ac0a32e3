"""A wording becomes the version everybody reads: one row more, and compare-and-swap on the page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update

from kern import audit, notify
from kern.accounts.models import Party
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import Conflict, NotAllowed
from kern.outbox import Fact
from wiki import rules
from wiki.linking import fold_title
from wiki.models import PAGE_KEY, Address, Kind, Page, PageState, Revision, Space
from wiki.service import attaching, linking, rendering, wordings
from wiki.service.pages import add_address, free_slug, get_page, note
from wiki.service.wordings import Wording

NEW_VERSION = "wiki.neue_fassung"
LOST_RACE = "Die Seite hat sich gerade geändert. Bitte prüfen Sie den Vorschlag neu."


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote it when, and who let it through."""

    author_id: int | None
    written_at: datetime
    approved_by: int | None = None
    proposal_id: int | None = None
    source_note: str = ""
    original: str | None = None  # the wikitext of an import


def publish(
    space: Space,
    page: Page | None,
    wording: Wording,
    origin: Origin,
    *,
    links_follow: bool = False,
) -> Revision:
    """Raises Conflict when the page is another one than it was when this transaction read it.

    `links_follow`: to a new title, by `wiki.service.renaming`; until then they lead there."""
    if page is None:
        page = _new_page(space, wording)
    before = Before(page.published_id, page.title_key, _tags_of(page.published_id))
    revision = _add_revision(page, wording, origin)
    _swap(page, before.published_id, revision.id)
    _bring_up(page, revision, wording, replace(before, links_follow=links_follow))
    return revision


@dataclass(frozen=True, slots=True)
class Before:
    published_id: int | None
    title_key: str
    tags: Sequence[str] = ()
    links_follow: bool = False  # to the new title: nothing turns red


def _tags_of(revision_id: int | None) -> Sequence[str]:
    revision = db.session.get(Revision, revision_id) if revision_id is not None else None
    return revision.tags if revision is not None else ()


def _new_page(space: Space, wording: Wording) -> Page:
    hold(space)
    page = Page(
        space_id=space.scope_id,
        slug=free_slug(space.scope_id, wording.title),
        title=wording.title,
        title_key=wording.title_key,
    )
    page.space = space
    db.session.add(page)
    db.session.flush()
    add_address(page)
    return page


def hold(space: Space) -> None:
    """Titles and addresses of a space are given out by one transaction at a time."""
    query = select(Space.scope_id).where(Space.scope_id == space.scope_id)
    db.session.execute(query.with_for_update(key_share=True))


def _add_revision(page: Page, wording: Wording, origin: Origin) -> Revision:
    query = select(func.max(Revision.number)).where(Revision.page_id == page.id)
    if fold_title(wording.title) != page.title_key:
        hold(page.space)
    slug = free_slug(page.space_id, wording.title, page) if wording.title != page.title else None
    revision = Revision(
        page_id=page.id,
        space_id=page.space_id,
        number=(db.session.scalar(query) or 0) + 1,
        parent_id=page.published_id,
        kind=wording.kind,
        text_id=wordings.store(wording.source),
        title=wording.title,
        slug=slug or page.slug,
        page_parent_id=wording.parent_id,
        tags=list(wording.tags),
        place=dict(wording.place) if wording.place else None,
        files=[dict(file) for file in wording.files],
        summary=wording.summary,
        minor=wording.minor,
        author_id=origin.author_id,
        written_at=origin.written_at,
        proposal_id=origin.proposal_id,
        approved_by=origin.approved_by,
        approved_at=now(),
        source_note=origin.source_note,
        original=origin.original,
    )
    db.session.add(revision)
    db.session.flush()
    return revision


def _swap(page: Page, expected: int | None, new: int | None) -> None:
    """Compare and swap: of two at once, one finds another version there."""
    query = update(Page).where(Page.id == page.id, Page.published_id.is_not_distinct_from(expected))
    values = {"published_id": new, "lock_version": Page.lock_version + 1}
    done = query.values(**values).execution_options(synchronize_session=False)
    if cast("CursorResult[Any]", db.session.execute(done)).rowcount != 1:
        raise Conflict(LOST_RACE)
    db.session.refresh(page, ["published_id", "lock_version"])


def _bring_up(page: Page, revision: Revision, wording: Wording, before: Before) -> None:
    """The page row, its links and tags, and whoever shows them follow the version."""
    was_public = page.state == PageState.PUBLIC and before.published_id is not None
    is_moved = page.slug != revision.slug
    page.state = PageState.DELETED if revision.kind == Kind.DELETE else PageState.PUBLIC
    page.title, page.title_key = revision.title, fold_title(revision.title)
    page.slug, page.parent_id, page.place = revision.slug, _parent(page, revision), revision.place
    page.changed_at = revision.approved_at
    if revision.kind == Kind.DELETE:
        take_down(page, before)
        return
    page.hidden_at = page.hidden_rule = page.redirect_to = None
    if is_moved:
        add_address(page)
    shown = page.title_key, list(revision.tags)
    if not was_public or (before.title_key, list(before.tags)) != shown:
        linking.store_tags(page, revision.tags)
    attaching.take(page, revision)
    rendering.render_into(page, wording.source, revision.files)
    db.session.flush()
    _tell_links(page, revision, before, was_public=was_public)
    note(page)
    if not revision.minor:
        announce(page, revision)


def _tell_links(page: Page, revision: Revision, before: Before, *, was_public: bool) -> None:
    if was_public and before.title_key != page.title_key and not before.links_follow:
        linking.left(page, before.title_key)
    if not was_public or before.title_key != page.title_key:
        linking.came(page)
    linking.changed(page, {*before.tags, *revision.tags})


def _parent(page: Page, revision: Revision) -> int | None:
    """The page it shall stand under, while that one is there and does not stand under it."""
    parent, steps = revision.page_parent_id, 0
    while parent is not None and steps < DEEPEST:
        if parent == page.id:
            return None
        row = db.session.execute(select(Page.parent_id).where(Page.id == parent)).first()
        if row is None:
            return None
        parent, steps = row.parent_id, steps + 1
    return revision.page_parent_id if steps < DEEPEST else None


DEEPEST = 20  # levels of the tree


def take_down(page: Page, before: Before) -> None:
    rendering.empty(page)
    linking.gone(page)
    linking.changed(page, before.tags)
    linking.remove_all(page)
    attaching.settle(page)
    db.session.flush()
    note(page, Fact.HIDDEN)


def announce(page: Page, revision: Revision) -> None:
    """Whoever follows the page hears of it, once the undo time is over."""
    ref = Ref(PAGE_KEY, page.id)
    event = f"{ref}:{revision.number}:new"
    notify.announce(ref, NEW_VERSION, by=revision.author_id, event=event, revision=revision.number)


def take_back(page: Page, revision: Revision) -> None:
    """Within the undo time: the page is as it was before this version, which is gone.

    Raises Conflict when there is a newer one. A page that began with it is gone as well.
    """
    if page.published_id != revision.id:
        raise Conflict("Inzwischen gibt es eine neuere Fassung. Bitte laden Sie die Seite neu.")
    notify.take_back(f"{PAGE_KEY}:{page.id}:{revision.number}")
    before = Before(revision.id, page.title_key, revision.tags)
    parent = db.session.get(Revision, revision.parent_id) if revision.parent_id else None
    _swap(page, revision.id, parent.id if parent else None)
    added = page.slug if parent is None or parent.slug != page.slug else None
    attaching.give_back(revision)
    if parent is None:
        take_down(page, before)
        db.session.delete(revision)
        db.session.execute(delete(Address).where(Address.page_id == page.id))
        db.session.flush()
        db.session.delete(page)
        db.session.flush()
        return
    show_again(page, parent, before)
    if added is not None:
        gone = delete(Address).where(Address.page_id == page.id, Address.slug == added)
        db.session.execute(gone)
    db.session.delete(revision)
    db.session.flush()


def show_again(page: Page, revision: Revision, before: Before) -> None:
    """The page row as this version of it has it.

    Raises Conflict where the text of this version is hidden."""
    if revision.hide_text and revision.kind != Kind.DELETE:
        raise Conflict(
            "Der Text dieser Fassung ist verborgen. Bitte zeigen Sie ihn erst wieder, oder "
            "veröffentlichen Sie eine andere Fassung."
        )
    wording = wordings.of_revision(revision) or Wording(revision.title, "")
    page.state = PageState.DELETED if revision.kind == Kind.DELETE else PageState.PUBLIC
    page.title, page.title_key = revision.title, fold_title(revision.title)
    page.slug, page.parent_id, page.place = revision.slug, revision.page_parent_id, revision.place
    if page.state == PageState.DELETED:
        take_down(page, before)
        return
    linking.store_tags(page, revision.tags)
    attaching.settle(page)
    rendering.render_into(page, wording.source, revision.files)
    db.session.flush()
    _tell_links(page, revision, before, was_public=True)
    linking.came(page)
    note(page, Fact.HIDDEN)


def publish_import(
    actor: Actor,
    space: Space,
    page: Page | None,
    wording: Wording,
    origin: Origin,
    *,
    external_key: str | None = None,
) -> Revision:
    """A version that comes from elsewhere, by the administration: public at once, its source noted.

    Only for who looks after the wiki. A version that says what the newest one says is not added.
    """
    if not actor.may(rules.MANAGE, space.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    checked = wordings.checked(wording)
    if page is not None and page.published_id is not None:
        newest = db.session.get_one(Revision, page.published_id)
        published = wordings.of_revision(newest)
        if published is not None and published.state == checked.state:
            return newest
    revision = publish(space, page, checked, origin)
    if external_key:
        get_page(revision.page_id).external_key = external_key
    audit.record(actor, "wiki.import", f"{PAGE_KEY}:{revision.page_id}")
    return revision


def find_imported(external_key: str) -> Page | None:
    return db.session.scalar(select(Page).where(Page.external_key == external_key))


def import_author(name: str) -> int:
    """The party of somebody who wrote elsewhere: a name, no address; the same one each time."""
    key = f"wiki:{fold_title(name)}"[:120]
    found = db.session.scalar(select(Party.id).where(Party.external_key == key))
    if found is not None:
        return found
    party = Party(kind="import", name=name[:60], external_key=key)
    db.session.add(party)
    db.session.flush()
    return party.id
