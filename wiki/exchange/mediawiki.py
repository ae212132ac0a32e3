"""MediaWiki's XML export, page by page in bounded memory, also packed with bzip2 or gzip.

Versions 0.3 to 0.11 of the schema are read alike: elements are told by their local names. Entities
of its own and outside documents are refused before anything is expanded.
"""

import bz2
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Protocol
from xml.parsers import expat

from kern.text import clean_line
from wiki.exchange.foreign import ForeignPage, Lost, Refused, Version, echo
from wiki.exchange.wikitext import GERMAN_AND_ENGLISH, Converted, Namespaces, convert

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 64 * 1024
MAX_BYTES = 2_000_000_000  # of XML, unpacked: 200,000 versions of 10 kB
MAX_TEXT = 2_000_000  # characters of one version
MAX_TITLE = 200
_FILES, _TEMPLATES, _CATEGORIES, _MAIN, _HELP, _PROJECT = 6, 10, 14, 0, 12, 4
TAKEN = frozenset({_MAIN, _PROJECT, _HELP})
DAMAGED = "Diese Datei ist kein vollständiger Export aus MediaWiki."
TOO_LARGE = "Diese Datei ist ausgepackt zu groß."


@dataclass(slots=True)
class _Revision:
    text: str = ""
    at: datetime | None = None
    author: str = ""
    summary: str = ""
    is_minor: bool = False


@dataclass(slots=True)
class _Page:
    title: str = ""
    namespace: int | None = None
    revisions: list[_Revision] = field(default_factory=list)
    redirect: str = ""
    number: str = ""


def read_export(file: IO[bytes]) -> Iterator[ForeignPage]:
    """Every page of the content, help and project namespaces. Raises `Refused`, also midway."""
    reader = _Reader()
    read = 0
    for chunk in _chunks(file):
        read += len(chunk)
        if read > MAX_BYTES:
            raise Refused(TOO_LARGE)
        yield from reader.feed(chunk)
    yield from reader.closed()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    start = file.read(4)
    whole = io.BufferedReader(_Joined(start, file))
    rest: _Readable = whole
    if start.startswith(b"BZh"):
        rest = bz2.BZ2File(whole)
    elif start.startswith(b"\x1f\x8b"):
        rest = gzip.GzipFile(fileobj=whole)
    try:
        while chunk := rest.read(CHUNK):
            yield chunk
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(DAMAGED) from error


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Joined(io.RawIOBase):
    """What was read already, then the rest of the file."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start, self._rest = start, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        room = memoryview(buffer)
        piece = self._start[: len(room)] or self._rest.read(len(room))
        self._start = self._start[len(piece) :]
        room[: len(piece)] = piece
        return len(piece)


class _Reader:
    """Feeds expat and collects one page at a time."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._starts
        self._parser.EndElementHandler = self._ends
        self._parser.CharacterDataHandler = self._says
        self._parser.StartDoctypeDeclHandler = self._refuses
        self._parser.EntityDeclHandler = self._refuses
        self._parser.buffer_text = True
        self._path: list[str] = []
        self._words: list[str] | None = None
        self._length = 0
        self._namespaces: dict[int, str] = {}
        self._key: int | None = None
        self._page = _Page()
        self._revision = _Revision()
        self._done: list[_Page] = []
        self._is_export = False

    def feed(self, chunk: bytes) -> Iterator[ForeignPage]:
        yield from self._parsed(lambda: self._parser.Parse(chunk))

    def closed(self) -> Iterator[ForeignPage]:
        yield from self._parsed(lambda: self._parser.Parse(b"", True))  # noqa: FBT003 - by position only
        if not self._is_export:
            raise Refused(DAMAGED)

    def _parsed(self, parse: Callable[[], object]) -> Iterator[ForeignPage]:
        try:
            parse()
        except expat.ExpatError as error:
            raise Refused(DAMAGED) from error
        done, self._done = self._done, []
        names = _names(self._namespaces)
        for page in done:
            if _namespace(page, self._namespaces) in TAKEN:
                yield _made(page, names)

    def _refuses(self, *_: object) -> None:
        raise Refused("Diese Datei enthält Anweisungen, die wir aus Vorsicht nicht ausführen.")

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self._path:
            if local != "mediawiki":
                raise Refused(DAMAGED)
            self._is_export = True
        self._path.append(local)
        self._words, self._length = [], 0
        if local == "page":
            self._page = _Page()
        elif local == "revision":
            self._revision = _Revision()
        elif local == "namespace":
            key = attributes.get("key", "")
            self._key = int(key) if key.lstrip("-").isdecimal() and len(key) < MAX_KEY else None
        elif local == "redirect":
            self._page.redirect = attributes.get("title", "")
        elif local == "minor":
            self._revision.is_minor = True

    def _says(self, words: str) -> None:
        if self._words is None:
            return
        self._length += len(words)
        if self._length > MAX_TEXT:
            raise Refused(TOO_LARGE)
        self._words.append(words)

    def _ends(self, _name: str) -> None:
        local = self._path.pop()
        parent = self._path[-1] if self._path else ""
        words = "".join(self._words or ())
        self._words = None
        if local == "namespace" and self._key is not None:
            self._namespaces[self._key] = words.strip().casefold()
        elif parent == "page":
            self._tell_page(local, words.strip())
        elif parent == "revision":
            self._tell_revision(local, words)
        elif parent == "contributor" and local in {"username", "ip"}:
            self._revision.author = words.strip() if local == "username" else ""
        elif local == "page":
            self._done.append(self._page)

    def _tell_page(self, local: str, words: str) -> None:
        if local == "title":
            self._page.title = words
        elif local == "ns" and words.lstrip("-").isdecimal() and len(words) < MAX_KEY:
            self._page.namespace = int(words)
        elif local == "id":
            self._page.number = words
        elif local == "revision":
            self._page.revisions.append(self._revision)

    def _tell_revision(self, local: str, words: str) -> None:
        if local == "text":
            self._revision.text = words
        elif local == "comment":
            self._revision.summary = words.strip()
        elif local == "timestamp":
            self._revision.at = _moment(words.strip())


MAX_KEY = 6


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _namespace(page: _Page, known: dict[int, str]) -> int:
    """By number, or in old exports by what stands before the colon."""
    if page.namespace is not None:
        return page.namespace
    name = page.title.partition(":")[0].strip().casefold() if ":" in page.title else ""
    return next((key for key, one in known.items() if one and one == name), _MAIN)


def _names(known: dict[int, str]) -> Namespaces:
    def with_own(common: frozenset[str], key: int) -> frozenset[str]:
        return common | ({known[key]} if known.get(key) else set())

    usual = GERMAN_AND_ENGLISH
    return Namespaces(
        with_own(usual.files, _FILES),
        with_own(usual.categories, _CATEGORIES),
        with_own(usual.templates, _TEMPLATES),
    )


def _made(page: _Page, names: Namespaces) -> ForeignPage:
    page.revisions.sort(key=lambda one: one.at or datetime.min.replace(tzinfo=UTC))
    converted = [convert(one.text, names) for one in page.revisions]
    last = converted[-1] if converted else Converted("")
    versions = [
        Version(
            text.source,
            revision.at,
            clean_line(revision.author, MAX_TITLE),
            clean_line(revision.summary, MAX_TITLE),
            revision.is_minor,
            revision.text,
        )
        for revision, text in zip(page.revisions, converted, strict=True)
    ]
    title = clean_line(page.title.replace("_", " "), MAX_TITLE)
    return ForeignPage(
        page.number or title,
        title,
        versions,
        last.tags,
        redirect=clean_line(page.redirect or last.redirect, MAX_TITLE),
        files=last.files,
        lost=(*_lost(last), *_texts_before(converted)),
    )


def _texts_before(versions: Sequence[Converted]) -> Iterator[Lost]:
    """What stood where now a redirect stands: there is no page to keep it at."""
    texts = sum(not one.redirect for one in versions)
    if texts and versions[-1].redirect:
        yield Lost(
            "Das ist heute eine Weiterleitung. Ihre früheren Texte (%(count)s) kamen nicht mit.",
            (("count", texts),),
        )


def _lost(page: Converted) -> Iterator[Lost]:
    for name, count in page.templates:
        yield Lost(
            "Die Vorlage „%(name)s“ (%(count)s-mal) gibt es hier nicht; der Text darin, der allein"
            " verständlich ist, blieb stehen.",
            (("name", echo(name)), ("count", count)),
        )
    for name, count in page.elements:
        yield Lost(
            "Das Element „%(name)s“ (%(count)s-mal) kennen wir nicht; sein Text blieb stehen.",
            (("name", echo(name)), ("count", count)),
        )
    if page.tables:
        yield Lost("Aus %(count)s Tabellen wurden Listen.", (("count", page.tables),))
    for name in page.files:
        yield Lost("Das Bild „%(name)s“ liegt nicht in der Datei.", (("name", echo(name)),))
