"""Unicode as it may be stored: composed, without control, bidi-override and invisible tricks."""

import re
import unicodedata
from collections.abc import Iterator

MAX_MARKS = 4
"""Combining marks kept per letter. Vietnamese and vocalised Hebrew need three; more is Zalgo."""

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_ANY_NEWLINE = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")

# Latin text with German typography takes the quick road; everything else is looked at one by one.
_UNUSUAL = re.compile("[^\t\n\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2014\u2018-\u201e\u2026\u20ac]")

_INVISIBLE = frozenset(
    chr(point)
    for first, last in (
        (0x034F, 0x034F),  # combining grapheme joiner
        (0x061C, 0x061C),  # Arabic letter mark
        (0x115F, 0x1160),  # Hangul fillers
        (0x17B4, 0x17B5),  # Khmer inherent vowels
        (0x180E, 0x180E),  # Mongolian vowel separator
        (0x200B, 0x200B),  # zero width space
        (0x200E, 0x200F),  # left-to-right and right-to-left mark
        (0x202A, 0x202E),  # bidi embeddings and overrides
        (0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates, shaping
        (0x3164, 0x3164),  # Hangul filler
        (0xFEFF, 0xFEFF),  # byte order mark
        (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
        (0xFFF9, 0xFFFC),  # interlinear annotation, object replacement
    )
    for point in range(first, last + 1)
)
_JOINERS = frozenset("\u200c\u200d")
_TAGS = range(0xE0000, 0xE0080)
_BLACK_FLAG = "\U0001f3f4"
_SELECTORS = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
_LETTER_EMOJI = "\u2139\u24c2"  # information source and circled M are letters to Unicode

# Word writes bullets and arrows as private characters of the Wingdings font.
_WINGDINGS = {"\uf0a7": "▪", "\uf0b7": "•", "\uf0d8": "➢", "\uf0e0": "→", "\uf0fc": "✓"}

_MARKS = frozenset({"Mn", "Me"})
_UNWANTED = frozenset({"Cc", "Cs", "Co"})
_BLANKS = re.compile(r"[\s\u2800]+")


def normalise(text: str) -> str:
    """Newlines are `\\n`, the form is NFC; nothing is left that shows one thing and means another.

    Joiners stay inside emoji and in scripts that need them, soft hyphens stay inside words.
    """
    text = _NEWLINES.sub("\n", text)
    if _UNUSUAL.search(text) is None:
        return unicodedata.normalize("NFC", text)
    # Marks are capped before composing: sorting a long run of them takes quadratic time.
    text = unicodedata.normalize("NFC", "".join(_kept(text)))
    # Composing may leave a joiner or a hyphen where it had no place before, never more than once.
    return unicodedata.normalize("NFC", "".join(_kept(text)))


def normalised_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line as in `normalise(text)`, with where it begins in the text as it was given."""
    at = 0
    for newline in _ANY_NEWLINE.finditer(text):
        yield at, normalise(text[at : newline.start()])
        at = newline.end()
    yield at, normalise(text[at:])


def clean_line(text: str, max_length: int) -> str:
    """One line of at most `max_length` characters for titles and names, without blanks around."""
    line = normalise(text).replace("\xad", "").replace("\ufffd", "")
    line = _BLANKS.sub(" ", line).strip()
    if len(line) <= max_length:
        return line
    end = max_length
    while end and _continues(line, end):
        end -= 1
    return line[:end].rstrip()


def _continues(text: str, index: int) -> bool:
    """Whether the character at `index` belongs to the visible sign before it."""
    return (
        text[index] in _JOINERS
        or text[index] in _SELECTORS
        or text[index - 1] in _JOINERS
        or unicodedata.category(text[index]) in {"Mn", "Me", "Mc"}
        or text[index] in "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
    )


def _kept(text: str) -> Iterator[str]:
    marks = 0
    previous = ""
    for index, raw in enumerate(text):
        char = raw
        if _UNUSUAL.match(raw):
            char = _WINGDINGS.get(raw, raw)
            following = text[index + 1 : index + 2]
            category = unicodedata.category(char)
            marks = marks + 1 if category in _MARKS else 0
            if marks > MAX_MARKS or not _is_wanted(char, category, previous, following):
                continue
        else:
            marks = 0
        yield char
        previous = char


def _is_wanted(char: str, category: str, previous: str, following: str) -> bool:
    if char in _INVISIBLE or category in _UNWANTED:
        return False
    if char in _JOINERS:
        return _joins(previous, following)
    if char == "\xad":
        return previous.isalpha() and following.isalpha()
    if char in _SELECTORS:
        return _takes_selector(previous)
    if ord(char) in _TAGS:
        return previous == _BLACK_FLAG or bool(previous and ord(previous) in _TAGS)
    return category != "Cn" or not _is_noncharacter(ord(char))


def _joins(previous: str, following: str) -> bool:
    """Joiners belong between emoji, or after a letter of a script that shapes its letters."""
    if not previous or not following:
        return False
    before, after = unicodedata.category(previous), unicodedata.category(following)
    is_emoji = before in {"So", "Sk"} or previous == "\ufe0f"
    return (is_emoji and after == "So") or (before in {"Lo", "Mn", "Mc"} and after == "Lo")


def _takes_selector(previous: str) -> bool:
    if not previous or previous in _SELECTORS:
        return False
    is_letter = unicodedata.category(previous) in {"Lu", "Ll", "Lt", "Lm"}
    return previous in _LETTER_EMOJI or not (is_letter or previous.isspace())


def _is_noncharacter(point: int) -> bool:
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF  # noqa: PLR2004 - Unicode 23.7
