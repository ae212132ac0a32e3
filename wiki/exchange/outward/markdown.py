"""A zip of Markdown files with front matter, in folders as the pages hang on each other.

The text is ours and unchanged, so it comes back as it left; `dialect` in the front matter says so.
"""

import zipfile
from collections.abc import Mapping
from typing import IO, Any

from wiki.exchange.foreign import Attached
from wiki.exchange.frontmatter import made_front
from wiki.exchange.markdown.reading import OUR_DIALECT
from wiki.exchange.outward.pages import Leaving, LeavingPage

FILES = "anhang"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that zip knows


def write_markdown(space: Leaving, out: IO[bytes]) -> int:
    """The number of pages written."""
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, space, f"{space.slug}.txt", _about(space).encode())
        for page in space.pages():
            name = "/".join(page.path)
            text = made_front(_front(space, page)) + page.source
            _add(archive, space, f"{name}.md", text.encode())
            for file in page.attached:
                _add(archive, space, file_name(page, file), file.read(), stored=True)
            count += 1
    return count


def file_name(page: LeavingPage, file: Attached) -> str:
    return f"{FILES}/{page.slug}/{file.name}"


def _add(
    archive: zipfile.ZipFile, space: Leaving, name: str, data: bytes, *, stored: bool = False
) -> None:
    """The same space gives the same bytes: no name of a machine, no time of today in it."""
    member = zipfile.ZipInfo(name, max(space.at.timetuple()[:6], _EPOCH))
    member.external_attr = 0o644 << 16
    archive.writestr(member, data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)


def _about(space: Leaving) -> str:
    return (
        f"{space.title} ({space.town}), Stand {space.at:%d.%m.%Y}\n"
        f"Die Texte stehen unter der Lizenz {space.licence}.\n"
        "Sie sind in Markdown geschrieben; [[Seite]] ist ein Verweis auf eine andere Seite,\n"
        f"anhang:Name eine Datei aus dem Ordner „{FILES}“.\n"
    )


def _front(space: Leaving, page: LeavingPage) -> Mapping[str, Any]:
    return {
        "title": page.title,
        "dialect": OUR_DIALECT,
        "slug": page.slug,
        "tags": list(page.tags),
        "parent": page.parent,
        "order": page.order or None,
        "language": page.language,
        "aliases": list(page.aliases),
        "place": dict(page.place) if page.place else None,
        "authors": list(page.authors),
        "licence": space.licence,
        "changed": page.changed_at.isoformat() if page.changed_at else "",
        "checked": page.checked_at.isoformat() if page.checked_at else "",
        "attachments": [_described(page, file) for file in page.attached],
    }


def _described(page: LeavingPage, file: Attached) -> Mapping[str, str]:
    known = {
        "name": file.name,
        "file": f"/{file_name(page, file)}",
        "alt": file.alt,
        "caption": file.caption,
        "author": file.author,
        "licence": file.licence,
    }
    return {name: value for name, value in known.items() if value}
