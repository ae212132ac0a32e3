"""The links of a source, where they stand and what they name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kern.text import prose_spans
from wiki.linking.naming import fold_title

MAX_NAME = 200
MAX_LINKS = 2_000
"""Of one page. What comes after is text; the longest handbook known has some hundred."""

_PATTERN = re.compile(
    r"\\?\[\[(?P<link>[^\[\]|\n]{1,400}+)(?:\|(?P<label>[^\[\]\n]{0,400}+))?\]\]"
    r"|\\?\{\{(?P<included>[^{}|\n]{1,400}+)\}\}"
)
_ROOM = re.compile(r"(?P<room>[^\W\d_]{2,20}):(?P<rest>.+)", re.DOTALL)


class Use(StrEnum):
    LINK = "link"
    INCLUDE = "include"


@dataclass(frozen=True, slots=True)
class Target:
    """What a link names. `room` is folded ("projekt", "umfrage"), empty for a page of the wiki;
    without a `name` it is the page itself."""

    name: str
    anchor: str = ""
    room: str = ""

    @property
    def folded(self) -> str:
        return fold_title(self.name)


@dataclass(frozen=True, slots=True)
class Link:
    """`start` and `end` count characters of the source. An empty `label`: the name is shown."""

    target: Target
    use: Use
    label: str
    start: int
    end: int


def find_links(source: str, rooms: Iterable[str] = ()) -> list[Link]:
    """Every link outside code, in order. Before a colon only `rooms` are rooms: a page may be
    called "Linde: die Geschichte"."""
    known = frozenset(map(str.casefold, rooms))
    found: list[Link] = []
    for start, end in prose_spans(source):
        for match in _PATTERN.finditer(source, start, end):
            link = _link(match, known)
            if link is not None:
                found.append(link)
            if len(found) == MAX_LINKS:
                return found
    return found


def targets_of(source: str, rooms: Iterable[str] = ()) -> Iterator[Target]:
    """Each thing named, once, without its anchor: what has to be looked up."""
    seen: set[tuple[str, str]] = set()
    for link in find_links(source, rooms):
        key = (link.target.room, link.target.folded)
        if link.target.name and key not in seen:
            seen.add(key)
            yield Target(link.target.name, room=link.target.room)


def _link(match: re.Match[str], rooms: frozenset[str]) -> Link | None:
    if match.group().startswith("\\"):
        return None
    included = match["included"]
    target = _target(included if match["link"] is None else match["link"], rooms)
    if target is None or (included is not None and not target.name):
        return None
    use = Use.LINK if included is None else Use.INCLUDE
    return Link(target, use, (match["label"] or "").strip(), match.start(), match.end())


def _target(text: str, rooms: frozenset[str]) -> Target | None:
    name, _, anchor = text.partition("#")
    name, room = name.strip(), ""
    found = _ROOM.fullmatch(name)
    if found and found["room"].casefold() in rooms:
        name, room = found["rest"].strip(), found["room"].casefold()
    if len(name) > MAX_NAME or not (name or anchor.strip()):
        return None
    return Target(name, anchor.strip(), room)
