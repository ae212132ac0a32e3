"""DokuWiki's folders (pages, media, attic, meta) as pages with parents, files and history."""

import posixpath
import re
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kern.text import clean_line
from wiki.exchange.dokuwiki.converting import Converted, convert
from wiki.exchange.foreign import Attached, Foreign, ForeignPage, Lost, Refused, Version, echo
from wiki.exchange.trees import Tree
from wiki.linking import fold_title

MAX_TEXT = 2_000_000
MAX_TITLE = 200
MAX_VERSIONS = 5_000  # of one page
_START = "start"
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]{1,30}://|mailto:|www\.", re.IGNORECASE)
_OTHER_WIKI = re.compile(r"(?P<wiki>[a-zA-Z0-9.]{1,30})>(?P<page>.+)")
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
_ATTIC = re.compile(r"(?P<page>.+)\.(?P<stamp>\d{9,11})\.txt(?:\.gz)?")
_CHANGE_FIELDS = 6
_MINOR = "e"


@dataclass(slots=True)
class _Wiki:
    """Names without folders and endings: "verein:start" is the page, "verein:bild.jpg" a file."""

    tree: Tree
    pages: dict[str, str] = field(default_factory=dict)  # name -> file in the tree
    media: dict[str, str] = field(default_factory=dict)
    attic: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)


def read_dokuwiki(tree: Tree) -> Foreign:
    """Every page. `tree` is the folder `data`, or one that holds it. Raises `Refused`."""
    wiki = _opened(tree)
    if not wiki.pages:
        raise Refused("Hier ist kein Ordner „pages“ mit Seiten von DokuWiki.")
    texts = {name: _text(tree.files[file]()) for name, file in wiki.pages.items()}
    taken: set[str] = set()
    for name, text in sorted(texts.items()):
        wiki.titles[name] = _title(name, text, taken)
    return Foreign([_made(wiki, name, texts[name]) for name in sorted(texts)], tree.lost)


def _opened(tree: Tree) -> _Wiki:
    root = next((_before(name, "pages/") for name in tree.files if _in(name, "pages/")), "")
    wiki = _Wiki(tree)
    for file in tree.files:
        inside = file.removeprefix(root)
        if inside.startswith("pages/") and inside.endswith(".txt"):
            wiki.pages[_name(inside.removeprefix("pages/").removesuffix(".txt"))] = file
        elif inside.startswith("media/"):
            wiki.media[_name(inside.removeprefix("media/"))] = file
        elif inside.startswith("attic/") and (old := _ATTIC.fullmatch(inside[6:])):
            wiki.attic.setdefault(_name(old["page"]), []).append((int(old["stamp"]), file))
    return wiki


def _in(name: str, folder: str) -> bool:
    return name.startswith(folder) or f"/{folder}" in name


def _before(name: str, folder: str) -> str:
    return "" if name.startswith(folder) else name[: name.index(f"/{folder}") + 1]


def _name(path: str) -> str:
    return _decoded(path).replace("/", ":").casefold()


def _decoded(path: str) -> str:
    """DokuWiki writes names of files percent-encoded where they are not ASCII."""
    if "%" not in path:
        return unicodedata.normalize("NFC", path)
    raw = re.sub(rb"%([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), path.encode("utf-8"))
    return unicodedata.normalize("NFC", raw.decode("utf-8", errors="replace"))


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")[:MAX_TEXT]


def _title(name: str, text: str, taken: set[str]) -> str:
    """The first heading, as DokuWiki can show it; else the name. No title comes twice."""
    heading = re.search(r"^\s{0,3}={5,6}\s*([^=\n]{1,300}?)\s*={5,6}", text, re.MULTILINE)
    folder, _, own = name.rpartition(":")
    own = folder.rpartition(":")[2] if own == _START and folder else own
    plain = own.replace("_", " ").strip()
    title = clean_line(heading[1] if heading else plain[:1].upper() + plain[1:], MAX_TITLE)
    title = re.sub(r"[\[\]|{}]|\*\*|//|''", "", title).strip() or "Ohne Titel"
    wanted, number = title, 2
    if fold_title(wanted) in taken and folder:
        wanted = f"{title} ({folder.rpartition(':')[2].replace('_', ' ')})"
    while fold_title(wanted) in taken:
        wanted, number = f"{title} ({number})", number + 1
    taken.add(fold_title(wanted))
    return wanted


def _made(wiki: _Wiki, name: str, text: str) -> ForeignPage:
    page = _Page(wiki, name)
    last = page.converted(text)
    versions = [*page.older(), page.newest(last, text)]
    lost = [*page.lost, *_lost(last)]
    return ForeignPage(
        name,
        wiki.titles[name],
        versions,
        tags=last.tags,
        parent=_parent(wiki.pages, name),
        files=tuple(page.files),
        lost=tuple(lost),
        attached=tuple(page.attached()),
    )


def _parent(pages: Mapping[str, str], name: str) -> str:
    """The start page of its folder or of one around it; a page beside a folder is one as well."""
    folder = name.rpartition(":")[0]
    if name.rpartition(":")[2] == _START:
        folder = folder.rpartition(":")[0]
    while folder:
        inner = folder.rpartition(":")[2]
        for candidate in (f"{folder}:{_START}", f"{folder}:{inner}", folder):
            if candidate in pages and candidate != name:
                return candidate
        folder = folder.rpartition(":")[0]
    return _START if _START in pages and name != _START else ""


def _lost(page: Converted) -> Iterator[Lost]:
    for name, count in page.lost.items():
        yield Lost(
            "„%(name)s“ (%(count)s-mal) gibt es hier nicht; der Text darin blieb stehen.",
            (("name", echo(name)), ("count", count)),
        )


class _Page:
    """One page's links and files, for all of its versions."""

    def __init__(self, wiki: _Wiki, name: str) -> None:
        self.wiki, self.name = wiki, name
        self.folder = name.rpartition(":")[0]
        self.files: dict[str, str] = {}  # name at our page -> file in the tree
        self.lost: list[Lost] = []
        self.changes = _changes(wiki.tree, name)

    def converted(self, text: str) -> Converted:
        made = convert(text, self._link, self._media)
        title = self.wiki.titles[self.name]
        heading = re.match(r"#+ (?P<title>[^\n]+)\n*", made.source)
        if heading and fold_title(heading["title"]) == fold_title(title):
            made.source = made.source[heading.end() :]
        return made

    def older(self) -> Iterator[Version]:
        """The attic holds the present wording as well, under its own time: that is the newest."""
        newest = max(self.changes, default=0)
        stamps = sorted(self.wiki.attic.get(self.name, ()))[-MAX_VERSIONS:]
        kept, self.files = dict(self.files), {}
        lost = list(self.lost)
        for stamp, file in stamps:
            if stamp == newest:
                continue
            text = _text(_unpacked(self.wiki.tree.files[file]()))
            yield self._version(self.converted(text), text, stamp)
        self.files, self.lost = kept, lost

    def newest(self, made: Converted, text: str) -> Version:
        return self._version(made, text, max(self.changes, default=0))

    def _version(self, made: Converted, text: str, stamp: int) -> Version:
        change = self.changes.get(stamp, _Change())
        at = datetime.fromtimestamp(stamp, UTC) if stamp else None
        return Version(made.source, at, change.author, change.summary, change.is_minor, text)

    def attached(self) -> Iterator[Attached]:
        for name, file in self.files.items():
            yield Attached(name, self.wiki.tree.files[file])

    def _link(self, target: str, label: str) -> str:
        if _OUTSIDE.match(target):
            return _outside(target, label)
        other = _OTHER_WIKI.fullmatch(target)
        if other:
            self._lose(target)
            return label or other["page"]
        path, _, anchor = target.partition("#")
        name = self._resolved(path)
        title = self.wiki.titles.get(name) or self.wiki.titles.get(f"{name}:{_START}")
        if title is None:
            plain = path.strip(":").rpartition(":")[2].replace("_", " ").strip()
            title = plain[:1].upper() + plain[1:] if path else self.wiki.titles[self.name]
        full = f"{title}#{anchor.replace('_', ' ')}" if anchor else title
        return f"[[{full}|{label}]]" if label and label != full else f"[[{full}]]"

    def _resolved(self, path: str) -> str:
        """Names without a colon stand in the same folder; "." and ".." climb."""
        path = re.sub(r"[\s/]+", "_", path.strip()).casefold()
        if not path:
            return self.name
        parts = self.folder.split(":") if self.folder else []
        if path.startswith(":") or (":" in path and not path.startswith(".")):
            parts = []
        for part in re.sub(r"^\.(?=[^.:])", ".:", path).strip(":").split(":"):
            if part == "..":
                parts = parts[:-1]
            elif part not in {".", ""}:
                parts = [*parts, part]
        return ":".join(parts) + (f":{_START}" if path.endswith(":") else "")

    def _media(self, target: str, label: str) -> str:
        path = target.partition("?")[0].strip()
        if ">" in path:
            self._lose(target)
            return label
        if _OUTSIDE.match(path):
            return _outside(path, label)
        file = self.wiki.media.get(self._resolved(path)) or self.wiki.media.get(
            path.strip(": ").casefold()
        )
        if file is None:
            self._lose(path)
            return label
        name = self._file_name(file)
        words = re.sub(r"[\[\]]", "", label)
        if file.lower().endswith(_PICTURES):
            return f"![{words}](anhang:{name})"
        return f"[{words or name}](anhang:{name})"

    def _file_name(self, file: str) -> str:
        stem, ending = posixpath.splitext(_decoded(posixpath.basename(file)))
        stem = re.sub(r"[\s()<>\"'\[\]]+", "-", stem).strip("-") or "datei"
        name, number = f"{stem}{ending}", 2
        while self.files.get(name, file) != file:
            name, number = f"{stem}-{number}{ending}", number + 1
        self.files[name] = file
        return name

    def _lose(self, target: str) -> None:
        self.lost.append(
            Lost("„%(name)s“ kam nicht mit; sein Text blieb stehen.", (("name", echo(target)),))
        )


def _outside(address: str, label: str) -> str:
    address = f"https://{address}" if address.lower().startswith("www.") else address
    words = re.sub(r"[\[\]]", "", label)
    return f"[{words}](<{address}>)" if words else f"<{address}>"


@dataclass(frozen=True, slots=True)
class _Change:
    author: str = ""
    summary: str = ""
    is_minor: bool = False


def _changes(tree: Tree, name: str) -> dict[int, _Change]:
    """The log of a page: lines of time, network address, kind, page, user, summary."""
    ending = f"meta/{name.replace(':', '/')}.changes"
    file = next((one for one in (ending, f"data/{ending}") if one in tree.files), None)
    found: dict[int, _Change] = {}
    for line in _text(tree.files[file]()).split("\n") if file else ():
        parts = line.split("\t")
        if len(parts) >= _CHANGE_FIELDS and re.fullmatch(r"\d{9,11}", parts[0]):
            author, summary = clean_line(parts[4], MAX_TITLE), clean_line(parts[5], MAX_TITLE)
            found[int(parts[0])] = _Change(author, summary, parts[2] == _MINOR)
    return found


def _unpacked(data: bytes) -> bytes:
    """A version of the attic, packed or not; a bomb is cut where a page ends at the latest."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data, MAX_TEXT * 4)
    except zlib.error as error:
        raise Refused("Eine alte Fassung in diesem Wiki ist beschädigt.") from error
