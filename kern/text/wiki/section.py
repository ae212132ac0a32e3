"""The sections of a page: where they stand in the source, what they are called, how they are
addressed."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from kern.text.wiki.scanning import Heading, scan

TOP = 2  # the page around has the h1
DEEPEST = 6
PREFIX = "abschnitt-"
_MAX_ANCHOR = 60
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_OTHER = re.compile(r"[^\w]+|_+")
_BRACKETS = re.compile(r"\[\[(?:[^\[\]|\n]*+\|)?([^\[\]|\n]*+)\]\]")
_LINK = re.compile(r"!?\[([^\[\]]*+)\]\([^()\n]*+\)")
_NOTE = re.compile(r"\[\^[^\[\]]*+\]")
_SIGNS = re.compile(r"\\([^\w\s])|[*`]|(?<!\w)_+|_+(?!\w)")


@dataclass(frozen=True, slots=True)
class Section:
    """`number` 0 is what stands before the first heading: level 0, no title, no anchor.

    `start` and `end` count characters of the source as it was given; what lies below (sections of a
    deeper level) belongs to it. `level` is that of the HTML heading, from 2. `plain` is the text of
    the section alone, without those below.
    """

    number: int
    level: int
    title: str
    anchor: str
    start: int
    end: int
    plain: str = ""


def find_sections(source: str) -> tuple[Section, ...]:
    """The sections without their `plain` text, in a twentieth of the time of rendering."""
    return sections_of(scan(source).headings, len(source))


def sections_of(headings: Sequence[Heading], length: int) -> tuple[Section, ...]:
    levels = fitting(headings, TOP)
    ends = _ends(headings, length)
    taken: dict[str, int] = {}
    sections = [Section(0, 0, "", "", 0, headings[0].start if headings else length)]
    for number, heading in enumerate(headings, 1):
        title = heading_words(heading.text)
        anchor = _distinct(anchor_of(title), taken)
        level = levels[heading.signs]
        sections.append(Section(number, level, title, anchor, heading.start, ends[number - 1]))
    return tuple(sections)


def fitting(headings: Sequence[Heading], top: int) -> dict[int, int]:
    """Levels of HTML by the number of #: people begin with ## as often as with #, and a page must
    not skip a level."""
    used = sorted({heading.signs for heading in headings})
    return {signs: min(top + place, DEEPEST) for place, signs in enumerate(used)}


def heading_words(text: str) -> str:
    """A heading as it is read, without its markup."""
    text = _NOTE.sub("", _LINK.sub(r"\1", _BRACKETS.sub(r"\1", text)))
    return " ".join(_SIGNS.sub(r"\1", text).split())


def anchor_of(title: str) -> str:
    """The address of a heading, the same for ever as long as its words are: "abschnitt-markt"."""
    text = unicodedata.normalize("NFKD", title.casefold().translate(_GERMAN))
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return PREFIX + (_OTHER.sub("-", text)[:_MAX_ANCHOR].strip("-") or "x")


def _distinct(anchor: str, taken: dict[str, int]) -> str:
    number, found = taken.get(anchor, 0) + 1, anchor
    while number > 1 and (found := f"{anchor}-{number}") in taken:
        number += 1
    taken[anchor] = number
    taken.setdefault(found, 1)
    return found


def _ends(headings: Sequence[Heading], length: int) -> list[int]:
    """Where the next heading begins that is no deeper."""
    ends = [length] * len(headings)
    still_open: list[int] = []
    for at, heading in enumerate(headings):
        while still_open and headings[still_open[-1]].signs >= heading.signs:
            ends[still_open.pop()] = heading.start
        still_open.append(at)
    return ends
