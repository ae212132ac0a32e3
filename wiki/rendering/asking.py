"""What a page asks for while it is rendered, what it is answered, and what comes of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kern.text import Section
from wiki.linking import Target

RefKey = tuple[str, str]
"""Room and folded name."""

FileKey = tuple[int | None, str]
"""The page a file belongs to, None for the one being rendered, and the file's name there."""


@dataclass(frozen=True, slots=True)
class PageFound:
    """A page that the public may read."""

    page_id: int
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Included:
    """The released wording of a page that another one shows."""

    page_id: int
    revision_id: int
    path: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class RefFound:
    """Something of another room. The title is shown where the author wrote no words."""

    path: str
    title: str


@dataclass(frozen=True, slots=True)
class FileFound:
    """A released file. `version` changes with its bytes; `size` in bytes; `width` and `height` in
    pixels, 0 for what is no picture; `kind` as people say it: "PDF", "JPEG"."""

    path: str
    version: str
    kind: str
    size: int
    width: int = 0
    height: int = 0
    alt: str = ""
    caption: str = ""
    author: str = ""
    licence: str = ""

    @property
    def is_picture(self) -> bool:
        return self.width > 0 and self.height > 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list or map by tag; `place` is a GeoJSON geometry or None."""

    page_id: int
    path: str
    title: str
    place: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything one rendering asked, each key once and sorted. Goes into JSON and back."""

    pages: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    refs: tuple[RefKey, ...] = ()
    files: tuple[FileKey, ...] = ()
    tags: tuple[str, ...] = ()

    def as_json(self) -> dict[str, list[Any]]:
        return {
            "pages": list(self.pages),
            "includes": list(self.includes),
            "refs": [list(key) for key in self.refs],
            "files": [list(key) for key in self.files],
            "tags": list(self.tags),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Sequence[Any]]) -> "Wanted":
        return cls(
            pages=tuple(stored.get("pages", ())),
            includes=tuple(stored.get("includes", ())),
            refs=tuple((room, name) for room, name in stored.get("refs", ())),
            files=tuple((page, name) for page, name in stored.get("files", ())),
            tags=tuple(stored.get("tags", ())),
        )


class Resolver(Protocol):
    """Answers for a whole page at once. A key without an answer is left out of the mapping."""

    def pages(self, keys: Collection[str]) -> Mapping[str, PageFound]: ...

    def includes(self, keys: Collection[str]) -> Mapping[str, Included]: ...

    def refs(self, keys: Collection[RefKey]) -> Mapping[RefKey, RefFound]: ...

    def files(self, keys: Collection[FileKey]) -> Mapping[FileKey, FileFound]: ...

    def tags(self, keys: Collection[str]) -> Mapping[str, Sequence[Listed]]: ...

    def start_path(self, title: str) -> str:
        """The address where a page of this title can be started."""
        ...


class Nobody:
    """Answers nothing: of a text all that needs no other page."""

    def pages(self, keys: Collection[str]) -> Mapping[str, PageFound]:
        return {}

    def includes(self, keys: Collection[str]) -> Mapping[str, Included]:
        return {}

    def refs(self, keys: Collection[RefKey]) -> Mapping[RefKey, RefFound]:
        return {}

    def files(self, keys: Collection[FileKey]) -> Mapping[FileKey, FileFound]:
        return {}

    def tags(self, keys: Collection[str]) -> Mapping[str, Sequence[Listed]]:
        return {}

    def start_path(self, title: str) -> str:
        return "/wiki"


@dataclass(frozen=True, slots=True)
class Frame:
    """What the HTML depends on besides the source. Without `edit_path` no section shows a link for
    editing it (preview, old revisions, export); `language` is that of the few words we add."""

    page_id: int | None = None
    edit_path: str = ""
    language: str = "de"


@dataclass(frozen=True, slots=True)
class Reference:
    """One row of the links table: of the page's own text, each thing once.

    `key` is a folded title, a folded name in `room`, or the name of a file; `page_id` is the page
    it leads to today.
    """

    kind: Literal["page", "include", "ref", "file", "tag"]
    key: str
    room: str = ""
    page_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """`toc` has the sections for the contents at the side: none below three. `missing` are pages
    that do not exist, as they were named; `includes` are (page id, revision id)."""

    html: str
    plain: str
    sections: tuple[Section, ...]
    toc: tuple[Section, ...]
    references: tuple[Reference, ...]
    includes: tuple[tuple[int, int], ...]
    files: tuple[FileKey, ...]
    missing: tuple[Target, ...]
    wanted: Wanted
    depends: str
