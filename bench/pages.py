"""Rows of a large wiki, put straight into the tables as the services leave them.

Each wording is rendered once, by the wiki's own renderer; a page gets it with its own titles and
addresses in it. A test compares such a page with what the service makes of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, islice, product
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import func, insert, select, text

from kern.clock import now
from kern.db import Model, db
from kern.ids import slugify
from kern.scope import Scope
from wiki.linking import fold_title
from wiki.models import (
    Address,
    Kind,
    LinkKind,
    Page,
    PageLink,
    PageState,
    PageTag,
    Revision,
    StoredText,
)
from wiki.rendering import (
    Frame,
    Nobody,
    PageFound,
    Rendered,
    Wanted,
    depends_now,
    render_page,
)

CHUNK = 5_000
TEXTS = 500  # wordings that earlier versions share in turn
SHORT, LONG = 12, 280  # paragraphs; a long text has 20 kB
LONG_EVERY = 50
BELOW = 20  # pages below each other one
TOP_EVERY = 25  # pages that stand under no other one
TAGS, WANTED = 97, 997  # different ones
PLACED = 600  # pages with a place on the map
FIRST, OTHER, MISSING, OWN = "qqerstqq", "qqanderqq", "qqfehltqq", "qqselbstqq"
HEADINGS = ("Lage", "Geschichte", "Heute", "Wünsche")
Doc = dict[str, Any]
Rows = list[Doc]


class Wiki(NamedTuple):
    """The space that is filled, by whom, with how much, and the last id before of each table."""

    space_id: int
    path: str
    authors: Sequence[int]
    pages: int
    versions: int
    title: str
    page: int
    revision: int
    text: int
    shared: int  # texts of earlier versions
    at: datetime


class Made(NamedTuple):
    """The rows of one page but for its versions."""

    page: Doc
    text: Doc
    address: Doc
    tags: Rows
    links: Rows


@dataclass(frozen=True, slots=True)
class Sheet:
    """A wording with words in it that stand for the titles and addresses of each page."""

    source: str
    made: Rendered


def text_of(number: int, paragraphs: int = SHORT) -> str:
    """Each differs from the one before in one paragraph."""
    parts = []
    for line in range(paragraphs):
        if line % (paragraphs // len(HEADINGS)) == 0:
            parts.append(f"## {HEADINGS[line * len(HEADINGS) // paragraphs]}")
        parts.append(
            f"Absatz {line} erzählt, was am Ort {line} wächst und steht, in der Fassung "
            f"{(number - line) // paragraphs}."
        )
    return "\n\n".join(parts)


def fill(
    space_id: int, authors: Sequence[int], pages: int, versions: int, title: str = "Seite"
) -> None:
    """Public pages with so many versions each, which lead to each other and stand in a tree.

    Pages with an odd number that stand at the top are orphans; every page wants one that is not
    there.
    """
    path = db.session.scalars(select(Scope.path).where(Scope.id == space_id)).one()
    before = (_last_id(Page), _last_id(Revision), _last_id(StoredText))
    shared = min(TEXTS, versions - 1)
    wiki = Wiki(space_id, path, authors, pages, versions, title, *before, shared, now())
    sheets = {size: _sheet(size) for size in (SHORT, LONG)}
    made = [_made(wiki, sheets[_size(number)], number) for number in range(pages)]
    _store(StoredText, chain(_earlier_texts(wiki), (one.text for one in made)))
    _store(Page, (one.page for one in made))
    _store(Address, (one.address for one in made))
    _store(PageTag, (row for one in made for row in one.tags))
    _store(PageLink, (row for one in made for row in one.links))
    _store(Revision, _revisions(wiki))
    _count_on()


def _size(number: int) -> int:
    return LONG if number % LONG_EVERY == LONG_EVERY - 1 else SHORT


def _last_id(model: Any) -> int:
    return db.session.scalar(select(func.max(model.id))) or 0


def _store(model: type[Model], rows: Iterable[Doc]) -> None:
    wanted = iter(rows)
    while part := list(islice(wanted, CHUNK)):
        db.session.execute(insert(model), part)


def _earlier_texts(wiki: Wiki) -> Iterator[Doc]:
    for number in range(wiki.shared):
        source = f"{wiki.title}\n\n{text_of(number)}\n"
        yield {"id": wiki.text + 1 + number, "sha": _sha(source), "source": source}


def _sha(source: str) -> str:
    return sha256(source.encode()).hexdigest()


class Answers(Nobody):
    """What a page of the filling asks for, without the database."""

    def __init__(self, path: str, found: Mapping[str, PageFound]) -> None:
        self._path, self._found = path, found

    def pages(self, keys: Collection[str]) -> Mapping[str, PageFound]:
        return {key: self._found[key] for key in keys if key in self._found}

    def start_path(self, title: str) -> str:
        return f"{self._path}/neu?titel={quote(title)}"


def _sheet(paragraphs: int) -> Sheet:
    ending = f"## Siehe auch\n\nSiehe [[{FIRST}]], [[{OTHER}]] und [[{MISSING}]].\n"
    source = f"{text_of(0, paragraphs)}\n\n{ending}"
    found = {word: PageFound(0, f"/{word}", word) for word in (FIRST, OTHER)}
    return Sheet(source, render_page(source, Answers("/start", found), Frame(0, f"/{OWN}")))


def page_at(wiki: Wiki, number: int) -> PageFound:
    title = f"{wiki.title} {number + 1}"
    slug = slugify(title, fallback="seite")
    return PageFound(wiki.page + 1 + number, f"{wiki.path}/{slug}", title)


def _other(wiki: Wiki, number: int) -> int:
    """Nobody leads to an odd number but the first one."""
    return 2 * (number * 7919 % (wiki.pages // 2)) + 1 if wiki.pages > 1 else 0


def _made(wiki: Wiki, sheet: Sheet, number: int) -> Made:
    own, first, other = (page_at(wiki, at) for at in (number, 0, _other(wiki, number)))
    missing = f"Wunsch {number % WANTED}"
    titles = {FIRST: first.title, OTHER: other.title, MISSING: missing}
    leads = {fold_title(one.title): one for one in (first, other)}
    answers = Answers(wiki.path, leads)
    paths = {
        f"/{FIRST}": first.path,
        f"/{OTHER}": other.path,
        f"/{OWN}": f"{own.path}/bearbeiten",
        f"/start/neu?titel={MISSING}": answers.start_path(missing),
    }
    source = _with(sheet.source, titles)
    wanted = Wanted(pages=tuple(sorted([*leads, fold_title(missing)])))
    key = {"space_id": wiki.space_id, "page_id": own.page_id}
    slug = own.path.rpartition("/")[2]
    page = {
        **_page(wiki, own, number),
        "slug": slug,
        "html": _with(sheet.made.html, {**paths, **titles}),
        "plain": _with(sheet.made.plain, titles),
        "sections": _sections(sheet, titles, len(source)),
        "wanted": wanted.as_json(),
        "depends": depends_now(
            source, wanted, answers, Frame(own.page_id, f"{own.path}/bearbeiten")
        ),
    }
    tag_row = {**key, "title_key": fold_title(own.title)}
    tags = [{**tag_row, "tag": tag, "tag_key": fold_title(tag)} for tag in tags_of(number)]
    links = [_link(key, one.title, one.page_id) for one in leads.values()]
    text_row = {"id": wiki.text + wiki.shared + 1 + number, "sha": _sha(source), "source": source}
    return Made(page, text_row, {**key, "slug": slug}, tags, [*links, _link(key, missing, None)])


def _with(text: str, words: Mapping[str, str]) -> str:
    for word, said in words.items():
        text = text.replace(word, said)
    return text


def _sections(sheet: Sheet, titles: Mapping[str, str], end: int) -> Rows:
    """Only the last one has words of the page itself."""
    *before, last = [asdict(one) for one in sheet.made.sections]
    return [*before, {**last, "end": end, "plain": _with(last["plain"], titles)}]


def tags_of(number: int) -> list[str]:
    return ["Baum", f"Viertel {number % TAGS}"]


def _page(wiki: Wiki, own: PageFound, number: int) -> Doc:
    return {
        "id": own.page_id,
        "space_id": wiki.space_id,
        "title": own.title,
        "title_key": fold_title(own.title),
        "parent_id": _parent_id(wiki, number),
        "state": PageState.PUBLIC,
        "published_id": _revision_id(wiki, number, wiki.versions - 1),
        "lock_version": wiki.versions,
        "place": _place(number),
        "rendered_at": wiki.at,
        "created_at": _time(wiki, number, 0),
        "changed_at": _time(wiki, number, wiki.versions - 1),
    }


def _parent_id(wiki: Wiki, number: int) -> int | None:
    return None if number % TOP_EVERY == 0 else wiki.page + 1 + (number - 1) // BELOW


def _place(number: int) -> Doc | None:
    if number >= PLACED:
        return None
    at = [10 + number % 30 / 1000, 54 + number // 30 / 1000]
    return {"type": "Point", "coordinates": at, "label": f"Ort {number}"}


def _revision_id(wiki: Wiki, number: int, version: int) -> int:
    """All pages get their first version, then all their second one."""
    return wiki.revision + 1 + version * wiki.pages + number


def _time(wiki: Wiki, number: int, version: int) -> datetime:
    return wiki.at - timedelta(minutes=wiki.pages * (wiki.versions - version) - number)


def _link(key: Doc, title: str, target: int | None) -> Doc:
    return {
        **key,
        "kind": LinkKind.PAGE,
        "target_key": fold_title(title),
        "target_title": title if target is None else fold_title(title),
        "target_page_id": target,
        "room": "",
    }


def _revisions(wiki: Wiki) -> Iterator[Doc]:
    for version, number in product(range(wiki.versions), range(wiki.pages)):
        own, at = page_at(wiki, number), _time(wiki, number, version)
        is_last = version == wiki.versions - 1
        text_id = wiki.shared + 1 + number if is_last else version % wiki.shared + 1
        yield {
            "id": _revision_id(wiki, number, version),
            "page_id": own.page_id,
            "space_id": wiki.space_id,
            "number": version + 1,
            "parent_id": _revision_id(wiki, number, version - 1) if version else None,
            "kind": Kind.EDIT if version else Kind.CREATE,
            "text_id": wiki.text + text_id,
            "title": own.title,
            "slug": own.path.rpartition("/")[2],
            "page_parent_id": _parent_id(wiki, number),
            "tags": tags_of(number),
            "place": _place(number),
            "summary": f"Absatz {version} ergänzt",
            "author_id": wiki.authors[(number + version) % len(wiki.authors)],
            "written_at": at,
            "approved_by": wiki.authors[0],
            "approved_at": at,
        }


def _count_on() -> None:
    """PostgreSQL's own numbering goes on behind the numbers that were given here."""
    if db.session.get_bind().dialect.name != "postgresql":
        return
    for table in ("wiki_page", "wiki_revision", "wiki_text"):
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        db.session.execute(text(f"SELECT setval({sequence}, max(id)) FROM {table}"))  # noqa: S608 - our own names
