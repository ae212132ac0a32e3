"""What leaves: released pages only, and of each version what the public may read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wiki.exchange.foreign import Attached, Version


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """`path` are the slugs from the outermost page to this one. `source` is in our dialect, `html`
    rendered and sanitised."""

    path: tuple[str, ...]
    title: str
    source: str
    html: str = ""
    tags: tuple[str, ...] = ()
    parent: str = ""  # its title
    order: int = 0
    place: Mapping[str, Any] | None = None
    language: str = ""
    aliases: tuple[str, ...] = ()  # slugs that lead here
    authors: tuple[str, ...] = ()
    changed_at: datetime | None = None
    checked_at: datetime | None = None
    attached: tuple[Attached, ...] = ()
    versions: Callable[[], Iterable[Version]] = tuple

    @property
    def slug(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Leaving:
    """A whole space. `pages` may be read once for each file that is written."""

    slug: str
    title: str
    licence: str
    town: str
    at: datetime
    pages: Callable[[], Iterable[LeavingPage]]
    contents: Sequence[tuple[int, str, str]] = ()  # depth, slug, title: in the order of reading
