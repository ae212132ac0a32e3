"""Rendered text without markup: for search, snippets, mails and feeds."""

import re
from html import unescape

_PARAGRAPHS = frozenset(
    {
        *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "blockquote", "table", "hr"),
        *("aside", "figure", "figcaption", "dl", "dt", "section"),
    }
)
_LISTS = frozenset({"ul", "ol"})
_LINES = frozenset({"br", "tr", "dd"})
_CELLS = frozenset({"td", "th"})

_PIECES = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>|([^<]+)")
_START = re.compile(r'start="(\d{1,9})"')
_SPACE = re.compile(r"\s+")
_BLANKS = re.compile(r"[^\S\n]+")
_AROUND_NEWLINE = re.compile(r" ?\n ?")
_GAPS = re.compile(r"\n{3,}")
_MIN_KEPT = 0.6


class _Reader:
    """Collects the words; a sanitised page needs no parser that copes with broken markup."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._in_pre = False
        self._numbers: list[int | None] = []  # of the open lists; None has no numbers

    def text(self, data: str) -> None:
        data = unescape(data)
        self.parts.append(data if self._in_pre else _SPACE.sub(" ", data))

    def tag(self, name: str, attributes: str, *, closes: bool) -> None:
        if name == "pre":
            self._in_pre = not closes
        if name in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif not closes and name in _LINES:
            self.parts.append("\n")
        elif name in _CELLS:
            self.parts.append(" ")
        elif not closes and name == "li":
            self.parts.append("\n" + self._bullet())
        if name in _LISTS:
            self._list(name, attributes, closes=closes)

    def _list(self, name: str, attributes: str, *, closes: bool) -> None:
        if closes:
            del self._numbers[-1:]
            return
        start = _START.search(attributes)
        number = int(start.group(1)) if start else 1
        self._numbers.append(number if name == "ol" else None)

    def _bullet(self) -> str:
        number = self._numbers[-1] if self._numbers else None
        if number is None:
            return "- "
        self._numbers[-1] = number + 1
        return f"{number}. "


def plain_text(html: str) -> str:
    """The words of HTML that `render` made: paragraphs apart by an empty line, lists with "-".

    The result is text, not HTML: whoever puts it into a page escapes it there, as Jinja does.
    """
    reader = _Reader()
    for closing, name, attributes, data in _PIECES.findall(html):
        if name:
            reader.tag(name, attributes, closes=bool(closing))
        else:
            reader.text(data)
    text = _BLANKS.sub(" ", "".join(reader.parts).replace("\xad", ""))
    return _GAPS.sub("\n\n", _AROUND_NEWLINE.sub("\n", text)).strip()


def excerpt(plain: str, length: int) -> str:
    """At most `length` characters on one line, cut behind a word and then ending in "…"."""
    line = _SPACE.sub(" ", plain).strip()
    if len(line) <= length:
        return line
    if length < 1:
        return ""
    room = length - 1
    end = room if line[room] == " " else line.rfind(" ", 0, room)
    if end < room * _MIN_KEPT:  # one endless word must not leave an empty excerpt
        end = room
    return line[:end].rstrip(" ,;:–-") + "…"
