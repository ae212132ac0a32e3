"""All of a space with its history as one JSON document, one page to a line: written and read
without holding more than a page."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import IO, Any

from kern.text import clean_line
from wiki.exchange.foreign import Attached, ForeignPage, Refused, Version
from wiki.exchange.outward.pages import Leaving, LeavingPage

FORMAT = "dorflinde-wiki"
NUMBER = 1
MAX_LINE = 400_000_000  # bytes: a page with its files
MAX_TITLE = 200
DAMAGED = "Diese Datei ist kein vollständiger Export eines Wikis aus Dorflinde."


def write_history(space: Leaving, out: IO[bytes]) -> int:
    """The number of pages written."""
    head = {
        "format": FORMAT,
        "version": NUMBER,
        "space": space.slug,
        "title": space.title,
        "licence": space.licence,
        "town": space.town,
        "at": space.at.isoformat(),
    }
    out.write(json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "pages": [\n')
    count = 0
    for page in space.pages():
        out.write(b",\n" if count else b"")
        out.write(json.dumps(_page(page), ensure_ascii=False).encode())
        count += 1
    out.write(b"\n]}\n")
    return count


def _page(page: LeavingPage) -> Mapping[str, Any]:
    return {
        "slug": page.slug,
        "title": page.title,
        "tags": page.tags,
        "parent": page.path[-2] if len(page.path) > 1 else "",
        "order": page.order,
        "place": page.place,
        "language": page.language,
        "aliases": page.aliases,
        "checked": _time(page.checked_at),
        "files": [_file(file) for file in page.attached],
        "versions": [_version(version) for version in page.versions()],
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _file(file: Attached) -> Mapping[str, str]:
    words = {name: getattr(file, name) for name in ("name", "alt", "caption", "author", "licence")}
    return words | {"data": base64.b64encode(file.read()).decode()}


def _version(version: Version) -> Mapping[str, Any]:
    return {
        "source": version.source,
        "at": _time(version.at),
        "author": version.author,
        "summary": version.summary,
        "minor": version.is_minor,
        "title": version.title,
        "tags": version.tags,
        "original": version.original,
    }


def read_history(file: IO[bytes]) -> Iterator[ForeignPage]:
    """Every page. Raises `Refused`, also midway."""
    if not _is_head(_line(file)):
        raise Refused(DAMAGED)
    while (line := _line(file).strip()) != b"]}":
        try:
            read = json.loads(line.removesuffix(b","))
            yield _foreign(read)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Refused(DAMAGED) from error


def _line(file: IO[bytes]) -> bytes:
    line = file.readline(MAX_LINE)
    if not line or len(line) == MAX_LINE:
        raise Refused(DAMAGED)
    return line


def _is_head(line: bytes) -> bool:
    try:
        head = json.loads(line.strip() + b"]}")
    except (ValueError, RecursionError):
        return False
    return isinstance(head, dict) and head.get("format") == FORMAT and head.get("version") == NUMBER


def _foreign(read: Mapping[str, Any]) -> ForeignPage:
    versions = [_read_version(one) for one in read["versions"]]
    place = read.get("place")
    return ForeignPage(
        str(read["slug"]),
        clean_line(str(read["title"]), MAX_TITLE),
        versions,
        tags=_words(read.get("tags", ())),
        parent=str(read.get("parent") or ""),
        order=int(read.get("order") or 0),
        files=tuple(str(one["name"]) for one in read["files"]),
        attached=tuple(_attached(one) for one in read["files"]),
        aliases=_words(read.get("aliases", ())),
        place=place if isinstance(place, dict) else None,
        language=str(read.get("language") or ""),
    )


def _words(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(clean_line(str(value), MAX_TITLE) for value in values)


def _read_version(read: Mapping[str, Any]) -> Version:
    return Version(
        str(read["source"]),
        datetime.fromisoformat(read["at"]) if read.get("at") else None,
        clean_line(str(read.get("author") or ""), MAX_TITLE),
        clean_line(str(read.get("summary") or ""), MAX_TITLE),
        bool(read.get("minor")),
        str(read.get("original") or ""),
        clean_line(str(read.get("title") or ""), MAX_TITLE),
        _words(read.get("tags") or ()),
    )


def _attached(read: Mapping[str, Any]) -> Attached:
    words = {name: str(read.get(name) or "") for name in ("alt", "caption", "author", "licence")}
    return Attached(str(read["name"]), partial(_data, str(read["data"])), **words)


def _data(packed: str) -> bytes:
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(DAMAGED) from error
