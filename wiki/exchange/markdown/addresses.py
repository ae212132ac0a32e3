"""Links from file to file, as links from page to page and to what is attached."""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from kern.text import prose_spans
from wiki.exchange.foreign import Lost, echo
from wiki.linking import fold_title

_LINK = re.compile(
    r"(?P<sign>!?)\[(?P<label>[^\[\]\n]{0,500}+)\]\([ ]*(?:<(?P<angle>[^<>\n]{1,2000}+)>"
    r"|(?P<address>[^\s()<>]{1,2000}+(?:\([^\s()<>]{0,300}+\)[^\s()<>]{0,300}+)*+))"
    r"(?:[ \n]+(?:\"(?P<title>[^\"\n]{0,500})\"|'(?P<other>[^'\n]{0,500})'))?[ ]*\)"
)
_WIKI = re.compile(r"\[\[(?P<one>[^\[\]|\n]{1,300}+)(?:\|(?P<two>[^\[\]|\n]{1,300}+))?\]\]")
_ENDING = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}:|//|#", re.IGNORECASE)
_INDEXES = ("index.md", "README.md", "readme.md", "_index.md", "home.md", "Home.md")
ATTACHED = "anhang:"


@dataclass(frozen=True, slots=True)
class Places:
    """What links can lead to: titles by the names of files, pages by folded names, all files."""

    titles: Mapping[str, str]
    by_name: Mapping[str, str]
    files: frozenset[str]
    moved: Mapping[str, str] = field(default_factory=dict)  # former names of files

    def page(self, path: str) -> str | None:
        """The title of the page that a path names, also without its ending, or a folder's page."""
        path = self.moved.get(path, path)
        tries = [path, f"{path}.md", re.sub(r"\.html?$", ".md", path)]
        tries += [posixpath.join(path, name).lstrip("/") for name in _INDEXES]
        return next((self.titles[one] for one in tries if one in self.titles), None)

    def named(self, name: str) -> str | None:
        """The title of the page that a wiki link means, by title or by name of file."""
        stem = _ENDING.sub("", posixpath.basename(name.strip()))
        return self.by_name.get(fold_title(stem.replace("-", " ")))


@dataclass(slots=True)
class Linked:
    """A text in our dialect; `attached` are names in it and the files they stand for."""

    source: str
    attached: dict[str, str] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)


def with_our_links(source: str, path: str, places: Places) -> Linked:
    """The source that stood in the file `path`, with its links leading to ours."""
    return _Linker(path, places).linked(source)


class _Linker:
    def __init__(self, path: str, places: Places) -> None:
        self.folder = posixpath.dirname(path)
        self.places = places
        self.found = Linked("")

    def linked(self, source: str) -> Linked:
        self.found.source = "".join(_in_prose(source, self._prose))
        return self.found

    def _prose(self, text: str) -> str:
        return _WIKI.sub(self._wiki_link, _LINK.sub(self._link, text))

    def _wiki_link(self, found: re.Match[str]) -> str:
        """[[Seite|Text]], or with the words first where only the second is a page."""
        one, two = found["one"], found["two"]
        name, _, anchor = one.partition("#")
        title = self.places.named(name)
        if title is None and two is not None and self.places.named(two) is not None:
            return _page_link(self.places.named(two) or "", "", one)
        if title is None:
            return found[0]
        return _page_link(title, anchor, two if two is not None else name)

    def _link(self, found: re.Match[str]) -> str:
        address = found["angle"] or found["address"]
        if _SCHEME.match(address):
            return found[0]
        path, _, anchor = address.partition("#")
        path = self._resolved(unquote(path.partition("?")[0]))
        title = None if found["sign"] else self.places.page(path)
        if title is not None:
            return _page_link(title, unquote(anchor), found["label"])
        if path in self.places.files and path not in self.places.titles:
            return self._attached(found, path)
        self.found.lost.append(
            Lost(
                "Der Verweis auf „%(address)s“ führt zu nichts, was mitkam; sein Text blieb.",
                (("address", echo(address)),),
            )
        )
        caption = (found["title"] or found["other"] or "").strip()
        return f"{found['label']} ({caption})" if caption else found["label"]

    def _resolved(self, path: str) -> str:
        start = "" if path.startswith("/") else self.folder
        joined = posixpath.normpath(posixpath.join(start, path.lstrip("/"))) if path else ""
        return "" if joined in {".", ""} or joined.startswith("..") else joined

    def _attached(self, found: re.Match[str], path: str) -> str:
        name = self._name(path)
        caption = found["title"] or found["other"]
        title = f' "{caption}"' if caption else ""
        label = found["label"] or posixpath.basename(path)
        return f"{found['sign']}[{label}]({ATTACHED}{name}{title})"

    def _name(self, path: str) -> str:
        """What the file is called at this page: two of one name are told apart."""
        known = next((name for name, one in self.found.attached.items() if one == path), None)
        if known:
            return known
        stem, ending = posixpath.splitext(_file_name(posixpath.basename(path)))
        name, number = f"{stem}{ending}", 2
        while name in self.found.attached:
            name, number = f"{stem}-{number}{ending}", number + 1
        self.found.attached[name] = path
        return name


def _file_name(name: str) -> str:
    """As it can stand in a link: without blanks and signs that end one."""
    return re.sub(r"[\s()<>\"'\[\]]+", "-", name).strip("-") or "datei"


def _page_link(title: str, anchor: str, label: str) -> str:
    name = f"{title}#{anchor}" if anchor else title
    label = re.sub(r"[\[\]|\n]", " ", label).strip()
    return f"[[{name}]]" if label in {"", name} else f"[[{name}|{label}]]"


def _in_prose(source: str, change: Callable[[str], str]) -> Iterator[str]:
    at = 0
    for start, end in prose_spans(source):
        yield source[at:start]
        yield change(source[start:end])
        at = end
    yield source[at:]
