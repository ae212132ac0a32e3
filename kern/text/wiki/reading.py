"""A page read once: its HTML with slots, ready to be filled whenever the slots are answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kern.text.render import TextTooLong
from kern.text.wiki.dialect import Slot, Use, convert, plain_name
from kern.text.wiki.scanning import Heading, Kind, Scan, Stand, scan
from kern.text.wiki.section import Section, sections_of
from kern.text.wiki.words import Words, words_in

MAX_PAGE = 400_000
"""Characters of a wiki page. The longest known has 159,000."""

_STAND = re.compile(r'<wiki-stand n="(\d+)">(.*?)</wiki-stand>', re.DOTALL)
_BLOCKS = {Kind.LINE: Use.INCLUDE, Kind.PICTURE: Use.PICTURE}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stand with the HTML of its words, its slot when it is one, and the HTML that follows."""

    stand: Stand | None
    words: str
    slot: int | None
    html: str


@dataclass(frozen=True, slots=True)
class WikiText:
    """`slots` are everything that has to be answered, by number; `notes` the HTML of footnotes."""

    words: Words
    pieces: tuple[Piece, ...]
    notes: dict[str, str]
    slots: tuple[Slot, ...]
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    abbreviations: dict[str, str] = field(default_factory=dict)


def read_wiki(source: str, *, language: str = "de", max_length: int = MAX_PAGE) -> WikiText:
    """Raises nothing but `TextTooLong`, whatever the source is."""
    if len(source) > max_length:
        raise TextTooLong(max_length)
    found, words = scan(source), words_in(language)
    try:
        html, slots = convert(found, words)
    except RecursionError:  # emphasis nests too, and no guard reads it
        found = Scan(stands=[Stand(Kind.TYPED, source)])
        html, slots = '<wiki-stand n="0"></wiki-stand>', []
    pieces, notes = _apart(html, found.stands, slots)
    return WikiText(
        words,
        pieces,
        notes,
        tuple(slots),
        tuple(found.headings),
        sections_of(found.headings, len(source)),
        found.abbreviations,
    )


def _apart(
    html: str, stands: Sequence[Stand], slots: list[Slot]
) -> tuple[tuple[Piece, ...], dict[str, str]]:
    """The HTML cut at its stands; what follows the stand of a note is that note."""
    parts = _STAND.split(html)
    pieces, notes = [Piece(None, "", None, parts[0])], {}
    for number, words, following in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        stand = stands[int(number)]
        if stand.kind is Kind.NOTE:
            notes[stand.text] = following.strip()
            continue
        slot = None
        if use := _BLOCKS.get(stand.kind):
            slot = len(slots)
            name = plain_name(stand.text) if use is Use.PICTURE else stand.text.strip()
            slots.append(Slot(use, name, stand.alt.strip(), stand.caption.strip(), is_block=True))
        pieces.append(Piece(stand, words, slot, following))
    return tuple(pieces), notes
