"""Pages: found by their address, today's or a former one, behind the gate."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.orm import defer, joinedload

from kern import audit, outbox
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import PREPARED, db
from kern.errors import Conflict, DomainError, NotAllowed, NotFound
from kern.ids import slugify
from kern.outbox import Fact
from kern.scope import Scope
from wiki import rules
from wiki.linking import fold_title
from wiki.models import (
    PAGE_KEY,
    SPACE_KIND,
    Address,
    Page,
    PageState,
    Protection,
    Revision,
    Space,
)
from wiki.service.spaces import SPACES, get_space_for, require_manager

GONE = "Diese Seite gibt es nicht."
MAX_SLUG = 70


class Moved(DomainError):
    """A former address; `path` is today's."""

    status = 301

    def __init__(self, path: str) -> None:
        super().__init__("Diese Seite hat eine neue Adresse.")
        self.path = path


def page_path(page: Page) -> str:
    """Needs the page's space and its scope loaded."""
    return f"{page.space.scope.path}/{page.slug}"


def ref_of(page: Page) -> Ref:
    return Ref(PAGE_KEY, page.id)


def get_page_for(actor: Actor, space: str, slug: str) -> Page:
    """The gate. Raises NotFound, or Moved for a former address of a page one may read.

    One query; a second one where nothing is found, to say whether it is the space.
    """
    return _let_in(actor, space, slug, db.session.scalar(_at(space, slug)))


def get_page_to_read(actor: Actor, space: str, slug: str) -> tuple[Page, Revision | None]:
    """As `get_page_for`, with the version everybody reads, but for its text and other sources."""
    row = db.session.execute(_to_read(), {"space": space, "slug": slug}).first()
    page = _let_in(actor, space, slug, row[0] if row is not None else None)
    return page, row[1] if row is not None else None


@cache
def _to_read() -> Select[Page, Revision]:
    """Put together once: that takes as long as asking it."""
    query = _at(bindparam("space"), bindparam("slug")).add_columns(Revision)
    query = query.outerjoin(Revision, Revision.id == Page.published_id)
    query = query.options(joinedload(Revision.approver)).execution_options(**{PREPARED: True})
    return query.options(defer(Revision.original), defer(Page.plain), defer(Page.wanted))


def _at(space: Any, slug: Any) -> Select[Page]:
    query = select(Page).join(Address, Address.page_id == Page.id)
    query = query.join(Space, Space.scope_id == Address.space_id).join(Space.scope)
    query = query.where(Scope.kind == SPACE_KIND, Scope.slug == space, Address.slug == slug)
    return query.options(joinedload(Page.space).joinedload(Space.scope))


def _let_in(actor: Actor, space: str, slug: str, page: Page | None) -> Page:
    if page is None or not rules.may_see_page(actor, page.space.scope, page):
        get_space_for(actor, space)
        if page is not None and page.redirect_to is not None:
            raise Moved(page_path(get_page(page.redirect_to)))
        raise NotFound(GONE)
    if page.slug != slug:
        raise Moved(page_path(page))
    return page


def may_read_files(actor: Actor, page_id: int) -> bool:
    """They go with their page and its space."""
    try:
        page = get_page(page_id)
    except NotFound:
        return False
    return rules.may_see_page(actor, page.space.scope, page)


def get_page(page_id: int) -> Page:
    """Behind no gate."""
    query = select(Page).where(Page.id == page_id)
    page = db.session.scalar(query.options(joinedload(Page.space).joinedload(Space.scope)))
    if page is None:
        raise NotFound(GONE)
    return page


def find_page(space: Space, title_key: str) -> Page | None:
    """The public page of this title."""
    query = select(Page).where(
        Page.space_id == space.scope_id,
        Page.title_key == title_key,
        Page.state == PageState.PUBLIC,
    )
    return db.session.scalar(query.options(joinedload(Page.space).joinedload(Space.scope)))


def find_paths(page_ids: Iterable[int]) -> Mapping[int, str]:
    """Of public pages, in one query."""
    query = select(Page.id, Page.slug, Scope.path).join(Scope, Scope.id == Page.space_id)
    query = query.where(Page.id.in_(set(page_ids)), Page.state == PageState.PUBLIC)
    return {row.id: f"{row.path}/{row.slug}" for row in db.session.execute(query)}


def get_revision(page: Page, number: int) -> Revision:
    query = select(Revision).where(Revision.page_id == page.id, Revision.number == number)
    revision = db.session.scalar(_with_people(query))
    if revision is None:
        raise NotFound("Diese Fassung gibt es nicht.")
    return revision


def get_revisions(page: Page, numbers: Collection[int]) -> Sequence[Revision]:
    """The oldest first, with their texts, in one query. Raises NotFound when one is missing."""
    query = select(Revision).where(Revision.page_id == page.id, Revision.number.in_(numbers))
    found = db.session.scalars(_with_people(query.order_by(Revision.number))).all()
    if len(found) != len(set(numbers)):
        raise NotFound("Diese Fassung gibt es nicht.")
    return found


def get_published(page: Page) -> Revision:
    query = select(Revision).where(Revision.id == page.published_id)
    return db.session.scalars(_with_people(query)).one()


def _with_people(query: Select[Revision]) -> Select[Revision]:
    return query.options(
        joinedload(Revision.stored), joinedload(Revision.author), joinedload(Revision.approver)
    )


def free_slug(space_id: int, title: str, own: Page | None = None) -> str:
    """A page keeps the address it has while the title gives the same one."""
    wanted = slugify(title, fallback="seite")[:MAX_SLUG]
    query = select(Address.slug, Address.page_id).where(
        Address.space_id == space_id, Address.slug.startswith(wanted, autoescape=True)
    )
    taken = {row.slug: row.page_id for row in db.session.execute(query)}
    number, slug = 1, wanted
    while slug in RESERVED or (slug in taken and (own is None or taken[slug] != own.id)):
        number += 1
        slug = f"{wanted}-{number}"
    return slug


RESERVED = frozenset({"neu", "aenderungen", "aenderungen.atom", "seiten", "schlagwort"}) | {
    *("statistik", "mitwirkende", "karte", "inhalt", "suche", "schlagwoerter", "bereich")
}
"""Addresses of a space that are no pages."""


def add_address(page: Page) -> None:
    key = {"space_id": page.space_id, "slug": page.slug}
    found = db.session.get(Address, tuple(key.values()))
    if found is None:
        db.session.add(Address(**key, page_id=page.id))
        db.session.flush()


def list_former_addresses(page: Page) -> Sequence[str]:
    query = select(Address.slug).where(Address.page_id == page.id, Address.slug != page.slug)
    return db.session.scalars(query.order_by(Address.slug)).all()


def remove_address(actor: Actor, page: Page, slug: str) -> None:
    """A former address leads nowhere any more, and is free for another page."""
    require_manager(actor, page.space)
    if slug == page.slug:
        raise Conflict("Das ist die Adresse, unter der die Seite jetzt steht.")
    query = delete(Address).where(Address.page_id == page.id, Address.slug == slug)
    db.session.execute(query)
    audit.record(actor, "wiki.address", f"{PAGE_KEY}:{page.id}")
    note(page)


def protect(
    actor: Actor, page: Page, protection: Protection | None, until: datetime | None
) -> None:
    """None: as the space. `until` is exclusive."""
    require_manager(actor, page.space)
    page.protection, page.protected_until = protection, until if protection else None
    audit.record(actor, "wiki.protect", f"{PAGE_KEY}:{page.id}")
    note(page)


def mark_checked(actor: Actor, page: Page) -> None:
    """Somebody of the office or the desk read it, and it still holds."""
    if not rules.is_staff(actor, page.space_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    page.checked_at, page.checked_by = now(), actor.party_id
    audit.record(actor, "wiki.checked", f"{PAGE_KEY}:{page.id}")
    note(page)


def set_twin(actor: Actor, page: Page, twin: Page | None, language: str = "de-x-leicht") -> None:
    """The same in Leichte Sprache. `twin` then has this `language` and leads back."""
    require_manager(actor, page.space)
    if page.twin_id is not None:
        former = db.session.get(Page, page.twin_id)
        if former is not None:
            former.twin_id, former.language = None, "de"
    page.twin_id = twin.id if twin else None
    if twin is not None:
        twin.twin_id, twin.language = page.id, language
    note(page)


def note(page: Page, fact: Fact = Fact.CHANGED) -> None:
    outbox.note(PAGE_KEY, page.id, fact, [f"scope:{page.space_id}", SPACES])


def key_of(title: str) -> str:
    return fold_title(title)
