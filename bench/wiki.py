"""`los.py bench wiki [--kurz]`: CPU time and queries of a large wiki, its rows made straight."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from bench.making import NOTHING, as_table, measure
from bench.making import Page as ShownPage
from kern.accounts.models import Party
from kern.config import Settings
from kern.db import Model, db, engines, migrate
from kern.ids import slugify
from kern.scope import Scope
from kern.town import LOOPBACK, Towns
from portal.app import create_app
from portal.betrieb.orte import inside
from wiki.linking import fold_title
from wiki.models import Address, Page, PageLink, PageTag, Revision, StoredText

CHUNK = 5_000
TEXTS = 500  # wordings that the versions share in turn
PARAGRAPHS = 40
BELOW = 20  # pages below each other one
FULL, SHORT = (20_000, 10), (1_000, 10)  # pages, versions of each
Rows = list[dict[str, Any]]


def text_of(number: int) -> str:
    """Each differs from the one before in one paragraph."""
    lines = [
        f"Absatz {line} erzählt, was am Ort {line} wächst und steht, in der Fassung "
        f"{(number - line) // PARAGRAPHS}.\n\n"
        for line in range(PARAGRAPHS)
    ]
    return "".join(lines)


def fill(space_id: int, author_id: int, pages: int, versions: int, title: str = "Seite") -> None:
    """Public pages with so many versions each, which lead to each other and stand in a tree."""
    first = {model: _next_id(model) for model in (Page, Revision, StoredText)}
    _store(StoredText, [_text(first[StoredText], title, n) for n in range(min(TEXTS, versions))])
    found: dict[type[Model], Rows] = {
        Page: [],
        Address: [],
        Revision: [],
        PageLink: [],
        PageTag: [],
    }
    for number in range(pages):
        page = _page(first, space_id, f"{title} {number + 1}", number, versions)
        id_, slug = page["id"], page["slug"]
        found[Page].append(page)
        found[Address].append({"space_id": space_id, "slug": slug, "page_id": id_})
        found[PageTag].append(
            {"page_id": id_, "space_id": space_id, "tag": "Baum", "tag_key": "baum"}
        )
        found[PageLink].append(_link(page, f"{title} 1", first[Page]))
        found[Revision] += _versions(page, first, number, versions, author_id)
    for model, rows in found.items():
        _store(model, rows)


def _next_id(model: Any) -> int:
    return (db.session.scalar(select(func.max(model.id))) or 0) + 1


def _store(model: type[Model], rows: Rows) -> None:
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(model), rows[start : start + CHUNK])


def _text(first: int, title: str, number: int) -> dict[str, Any]:
    source = text_of(number)
    sha = sha256(f"{title} {source}".encode()).hexdigest()
    return {"id": first + number, "sha": sha, "source": source}


def _page(
    first: Mapping[Any, int], space_id: int, title: str, number: int, versions: int
) -> dict[str, Any]:
    text = "".join(f"<p>{line}</p>" for line in text_of(versions).split("\n\n"))
    return {
        "id": first[Page] + number,
        "space_id": space_id,
        "slug": slugify(title, fallback="seite"),
        "title": title,
        "title_key": fold_title(title),
        "parent_id": first[Page] + (number - 1) // BELOW if number else None,
        "published_id": first[Revision] + (number + 1) * versions - 1,
        "html": text,
        "depends": "-",
    }


def _link(page: Mapping[str, Any], title: str, target: int) -> dict[str, Any]:
    row = {"page_id": page["id"], "space_id": page["space_id"], "kind": "page"}
    return {
        **row,
        "target_key": fold_title(title),
        "target_title": title,
        "target_page_id": target,
    }


def _versions(
    page: Mapping[str, Any], first: Mapping[Any, int], number: int, versions: int, author_id: int
) -> Iterator[dict[str, Any]]:
    for version in range(versions):
        yield {
            "id": first[Revision] + number * versions + version,
            "page_id": page["id"],
            "space_id": page["space_id"],
            "number": version + 1,
            "kind": "edit" if version else "create",
            "text_id": first[StoredText] + version % min(TEXTS, versions),
            "title": page["title"],
            "slug": page["slug"],
            "author_id": author_id,
            "approved_by": author_id,
            "tags": ["Baum"],
        }


def paths(versions: int) -> list[ShownPage]:
    page = "/wiki/ortswiki/seite-1"
    return [
        ShownPage(NOTHING, "/nichts"),
        ShownPage("Seite, zu der alle führen", page),
        ShownPage("Seite mitten darin", "/wiki/ortswiki/seite-500"),
        ShownPage("Geschichte", f"{page}/geschichte"),
        ShownPage("Vergleich der ersten mit der letzten", f"{page}/vergleich?von=1&bis={versions}"),
        ShownPage("Seiten, die hierher führen", f"{page}/links"),
        ShownPage("Letzte Änderungen", "/wiki/ortswiki/aenderungen"),
        ShownPage("Start des Bereichs", "/wiki/ortswiki"),
        ShownPage("Start des Wikis", "/wiki/"),
    ]


def measured(*, small: bool = False) -> Mapping[str, object]:
    pages, versions = SHORT if small else FULL
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), argon2_memory_kib=64, page_cache_megabytes=0)
        town = Towns(settings).create("ort", LOOPBACK)
        migrate.upgrade(town)
        app = create_app(settings)
        app.add_url_rule("/nichts", "nichts", lambda: "nichts")
        print(f"{pages} Seiten mit {pages * versions} Fassungen anlegen …", flush=True)
        with inside(app, town):
            author = Party(name="Helga Martens")
            db.session.add(author)
            db.session.flush()
            space = db.session.scalars(select(Scope.id).where(Scope.path == "/wiki/ortswiki")).one()
            fill(space, author.id, pages, versions)
        found = measure(app, town, paths(versions))
        engines.close()
    print(as_table(found))
    return {"wiki": {"pages": pages, "versions": versions, "rows": [asdict(one) for one in found]}}
