"""A space as it leaves: what strangers may read, page by page, in the order of reading."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kern.accounts.models import Party
from kern.actor import GUEST
from kern.clock import now
from kern.db import db
from kern.files import service as files
from kern.files.models import File
from kern.settings import town_settings
from wiki.exchange.foreign import Attached, Refused, Version
from wiki.exchange.outward import Leaving, LeavingPage
from wiki.models import Address, Page, PageState, Revision, Space
from wiki.service.spaces import get_space_for

_WORDS = ("alt", "caption", "author", "licence")
_BATCH = 100  # pages of one query


def leaving(slug: str) -> Leaving:
    """Raises NotFound where strangers may not read. Pages are read when they are asked for."""
    space = get_space_for(GUEST, slug)
    order = _in_order(space)
    return Leaving(
        slug,
        space.scope.title,
        space.licence,
        str(town_settings().name),
        now(),
        partial(_pages, space, order),
        [(len(one.path) - 1, one.path[-1], one.title) for one in order],
    )


class _Place:
    """Where one page stands."""

    def __init__(self, page_id: int, title: str, path: tuple[str, ...], parent: str) -> None:
        self.page_id, self.title, self.path, self.parent = page_id, title, path, parent


def _in_order(space: Space) -> list[_Place]:
    """The tree, depth first; brothers by position and title."""
    query = select(Page.id, Page.slug, Page.title, Page.parent_id, Page.position)
    query = query.where(Page.space_id == space.scope_id, Page.state == PageState.PUBLIC)
    rows = db.session.execute(query.order_by(Page.position, Page.title_key)).all()
    known = {row.id for row in rows}
    below: dict[int | None, list[tuple[int, str, str]]] = {}
    for row in rows:
        parent = row.parent_id if row.parent_id in known else None
        below.setdefault(parent, []).append((row.id, row.slug, row.title))
    found: list[_Place] = []
    waiting: list[tuple[tuple[int, str, str], tuple[str, ...], str]]
    waiting = [(one, (), "") for one in reversed(below.get(None, []))]
    while waiting:
        (page_id, slug, title), above, parent = waiting.pop()
        path = (*above, slug)
        found.append(_Place(page_id, title, path, parent))
        waiting += [(one, path, title) for one in reversed(below.get(page_id, []))]
    return found


def _pages(space: Space, order: Sequence[_Place]) -> Iterator[LeavingPage]:
    for start in range(0, len(order), _BATCH):
        some = order[start : start + _BATCH]
        query = select(Page).where(Page.id.in_([one.page_id for one in some]))
        pages = {page.id: page for page in db.session.scalars(query)}
        aliases = _aliases(space, pages)
        for one in some:
            page = pages.get(one.page_id)
            if page is not None and page.state == PageState.PUBLIC:
                yield _page(page, one, aliases.get(page.id, ()))


def _aliases(space: Space, pages: Mapping[int, Page]) -> dict[int, list[str]]:
    query = select(Address.page_id, Address.slug).where(
        Address.space_id == space.scope_id, Address.page_id.in_(pages)
    )
    found: dict[int, list[str]] = {}
    for row in db.session.execute(query.order_by(Address.slug)):
        if pages[row.page_id].slug != row.slug:
            found.setdefault(row.page_id, []).append(row.slug)
    return found


def _page(page: Page, place: _Place, aliases: Sequence[str]) -> LeavingPage:
    query = select(Revision).where(Revision.id == page.published_id)
    revision = db.session.scalars(query.options(joinedload(Revision.stored))).one()
    return LeavingPage(
        place.path,
        page.title,
        revision.stored.source if revision.stored is not None else "",
        page.html,
        tuple(revision.tags),
        place.parent,
        page.position,
        page.place,
        page.language if page.language != "de" else "",
        tuple(aliases),
        tuple(_authors(page)),
        page.changed_at,
        page.checked_at,
        tuple(_attached(revision)),
        partial(_versions, page.id),
    )


def _authors(page: Page) -> list[str]:
    """Whoever may be named, in the order of their first version."""
    query = select(Party.name).join(Revision, Revision.author_id == Party.id)
    query = query.where(Revision.page_id == page.id, Revision.hide_author.is_(False))
    names = db.session.scalars(query.where(Party.name.is_not(None)).order_by(Revision.number))
    return list(dict.fromkeys(name for name in names if name))


def _attached(revision: Revision) -> Iterator[Attached]:
    ids = [int(file["file_id"]) for file in revision.files]
    rows = {row.id: row for row in db.session.scalars(select(File).where(File.id.in_(ids)))}
    for file in revision.files:
        row = rows.get(int(file["file_id"]))
        if row is None or row.state != "public":
            continue
        words = {
            name: str(file.get(name) or "") for name in ("alt", "caption", "author", "licence")
        }
        yield Attached(str(file["name"]), partial(_bytes, row), **words)


def _bytes(file: File) -> bytes:
    try:
        return files.read_bytes(file, "large")
    except OSError as error:
        raise Refused("Eine Datei fehlt auf der Platte.") from error


def _versions(page_id: int) -> Iterator[Version]:
    """What a version hides is empty here as well."""
    query = select(Revision).where(Revision.page_id == page_id).order_by(Revision.number)
    query = query.options(joinedload(Revision.stored), joinedload(Revision.author))
    for one in db.session.scalars(query):
        is_shown = one.stored is not None and not one.hide_text
        name = one.author.name if one.author is not None and not one.hide_author else ""
        yield Version(
            one.stored.source if is_shown and one.stored is not None else "",
            one.written_at,
            name or "",
            "" if one.hide_summary else one.summary,
            one.minor,
            (one.original or "") if is_shown else "",
            one.title if is_shown else "",
            tuple(one.tags) if is_shown else (),
        )
