"""A wiki of another kind as our import takes it: pages with their versions, and files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kern.text import clean_line

MAX_ECHO = 80  # characters of a foreign text that a sentence repeats


@dataclass(frozen=True, slots=True)
class Lost:
    """What could not be taken: a German sentence with `%(name)s` places, and what fills them."""

    sentence: str
    params: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return self.sentence % dict(self.params) if self.params else self.sentence


@dataclass(frozen=True, slots=True)
class Version:
    """`original` is what stood in the file where that is another language than `source`."""

    source: str
    at: datetime | None = None
    author: str = ""
    summary: str = ""
    is_minor: bool = False
    original: str = ""
    title: str = ""  # where it differs from that of the page
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a page, as the page names it: `![Alt](anhang:name)`. `read` raises `Refused`."""

    name: str
    read: Callable[[], bytes]
    alt: str = ""
    caption: str = ""
    author: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class ForeignPage:
    """`key` names the page in its file, for a second import of the same. Versions are the oldest
    first. With `redirect` there is no text: whoever comes here is led to the page of that title."""

    key: str
    title: str
    versions: Sequence[Version]
    tags: tuple[str, ...] = ()
    parent: str = ""  # key of another page
    order: int = 0
    redirect: str = ""
    files: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()
    attached: tuple[Attached, ...] = ()
    aliases: tuple[str, ...] = ()  # former titles that still lead here
    place: Mapping[str, Any] | None = None  # a GeoJSON geometry
    language: str = ""
    fields: dict[str, str] = field(
        default_factory=dict
    )  # of a front matter that we have no use for


@dataclass(frozen=True, slots=True)
class Foreign:
    """All of a wiki. `lost` is what belongs to no page; the titles of `pages` differ."""

    pages: Sequence[ForeignPage]
    lost: tuple[Lost, ...] = ()


class Refused(Exception):
    """A file that is not read at all, and why: a German sentence with `%(name)s` places."""

    def __init__(self, sentence: str, **params: object) -> None:
        super().__init__(sentence, params)
        self.sentence, self.params = sentence, params

    def __str__(self) -> str:
        return self.sentence % self.params if self.params else self.sentence


def echo(value: object) -> str:
    """Something from a file as a sentence may repeat it: one short line without tricks."""
    return clean_line(str(value), MAX_ECHO)
