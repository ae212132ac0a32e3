"""The links of a source, where they stand and what they name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kern.text import BRACKETS, CONTENTS, MAX_BRACKETS, prose_spans
from wiki.linking.naming import fold_title

MAX_NAME = 200
LISTS = frozenset({"karte", "seitenliste"})
"""Rooms of braces alone: {{Karte: Bäume}} shows the pages of a tag."""

_PATTERN = re.compile(rf"(?<!\\)(?P<escapes>\\*+)(?:{BRACKETS})")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # signs that no renderer shows
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
            if len(found) == MAX_BRACKETS:
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
    escapes = len(match["escapes"])
    if escapes % 2:
        return None
    use = Use.INCLUDE if match["link"] is None else Use.LINK
    target = target_of(match["link"] or match["included"], use, rooms)
    if target is None:
        return None
    label = (match["label"] or "").strip()
    return Link(target, use, label, match.start() + escapes, match.end())


def target_of(text: str, use: Use, rooms: Iterable[str] = ()) -> Target | None:
    """What stands in the brackets, as a target; None where it names nothing."""
    known = {*map(str.casefold, rooms), *(LISTS if use is Use.INCLUDE else ())}
    name, _, anchor = _UNSEEN.sub("", text).partition("#")
    name, room = name.strip(), ""
    found = _ROOM.fullmatch(name)
    if found and found["room"].casefold() in known:
        name, room = found["rest"].strip(), found["room"].casefold()
    named = name or (anchor.strip() and use is Use.LINK)
    if len(name) > MAX_NAME or not named or fold_title(name) == CONTENTS:
        return None
    return Target(name, anchor.strip(), room)
