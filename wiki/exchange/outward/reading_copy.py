"""A zip of plain pages to read in any browser, without a server: for archives and meetings."""

import html
import re
import zipfile
from collections.abc import Iterator
from typing import IO

from wiki.exchange.outward.markdown import file_name
from wiki.exchange.outward.pages import Leaving, LeavingPage

_STYLE = """
body { font: 1.1rem/1.6 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; }
td, th { border: 1px solid; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
nav, footer { border-top: 1px solid; margin-top: 2rem; padding-top: 1rem; }
nav ul { list-style: none; padding-left: 1.5rem; }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; } }
"""


def write_reading_copy(space: Leaving, out: IO[bytes]) -> int:
    """The number of pages written."""
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", _whole(space, space.title, _contents(space), ""))
        for page in space.pages():
            archive.writestr(f"{page.slug}.html", _page(space, page))
            for file in page.attached:
                archive.writestr(file_name(page, file), file.read(), zipfile.ZIP_STORED)
            count += 1
    return count


def _contents(space: Leaving) -> str:
    """Every page as an item, indented by its depth; lists within lists need no counting so."""
    items = "".join(
        f'<li style="margin-left: {depth * 1.5}rem"><a href="{html.escape(slug)}.html">'
        f"{html.escape(title)}</a></li>"
        for depth, slug, title in space.contents
    )
    return f"<ul>{items}</ul>"


def _page(space: Leaving, page: LeavingPage) -> str:
    authors = ", ".join(page.authors)
    written = f"<p>Mitgeschrieben haben: {html.escape(authors)}.</p>" if authors else ""
    changed = f"<p>Stand vom {page.changed_at:%d.%m.%Y}.</p>" if page.changed_at else ""
    return _whole(space, page.title, _led(space, page), changed + written)


def _led(space: Leaving, page: LeavingPage) -> str:
    """Addresses of our pages and files become names of files beside this one."""
    inside = re.compile(rf'href="/wiki/{re.escape(space.slug)}/([a-z0-9-]+)(#[^"]*)?"')
    text = inside.sub(lambda m: f'href="{m[1]}.html{m[2] or ""}"', page.html)
    for name, address in _files(page):
        text = text.replace(f"anhang:{name}", address)
    return text


def _files(page: LeavingPage) -> Iterator[tuple[str, str]]:
    for file in page.attached:
        yield html.escape(file.name), html.escape(file_name(page, file))


def _whole(space: Leaving, title: str, content: str, foot: str) -> str:
    town = html.escape(space.town)
    return (
        f'<!doctype html>\n<html lang="de">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)} - {town}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{html.escape(title)}</h1>\n{content}\n</main>\n<footer>{foot}"
        f"<p>{html.escape(space.title)}, {town}. Lizenz: {html.escape(space.licence)}. "
        f'<a href="index.html">Alle Seiten</a></p></footer>\n</body>\n</html>\n'
    )
