"""HTML that another program wrote, as a source in our own dialect: words, lists, emphasis, links.

The sanitiser comes first, so what is read here is well formed and holds nothing that runs.
"""

import re
from functools import partial
from html import unescape

import nh3

from kern.text.normalise import normalise
from kern.text.plain import plain_text

MAX_FOREIGN = 200_000
"""Characters of one text; what is longer is cut."""

MAX_TAGS = 2_000
"""Of one text; nesting them takes the sanitiser quadratic time, and no question has that many."""

_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em"}
_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "pre", "center", "dl", "dd"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NESTING = frozenset({"ul", "ol", "blockquote"})
_TAGS = {*_INLINE, *_BLOCKS, *_NESTING, "br", "hr", "li", "a", "td", "th", "code"}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)

_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
_BLOCK_MARKUP = re.compile(r"<(?:p|div|br|h[1-6]|ul|ol|table|pre|blockquote)\b", re.IGNORECASE)
_LOST = re.compile(
    r"<(script|style|img|video|audio|iframe|object|embed|form|input|table)\b", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>?")
_PIECES = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>|([^<]+)")
_HREF = re.compile(r'href="([^"]*)"')
_START = re.compile(r'start="(\d{1,9})"')
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPECIAL = re.compile(
    r"(?P<address>https?://[^\s<>]+)"
    r"|\\(?=[\\`*_{}\[\]()>#+\-.!])|[`*]|(?<![^\W_])_|_(?![^\W_])|\](?=\()"
)
_LINE_START = re.compile(r"^( *)(#{1,6}(?= )|[-+>](?= |$)|>|(?:\d{1,9})(?=\. ))(\.?)", re.MULTILINE)
_OPEN, _CLOSE = {"strong": "\x01", "em": "\x03"}, {"strong": "\x02", "em": "\x04"}
_SIGNS = {"strong": "**", "em": "*"}
_MAX_DEPTH = 5


def from_html(html: str) -> str:
    """Markdown of our dialect that renders to what the HTML says. Raises nothing."""
    html = normalise(html[:MAX_FOREIGN])
    if not _MARKUP.search(html):
        return _lines(as_typed(html))
    if not _BLOCK_MARKUP.search(html):
        html = html.strip().replace("\n", "<br>")
    if html.count("<") > MAX_TAGS:
        return _lines(as_typed(words_from_html(html)))
    reader = _Reader()
    for closing, name, attributes, data in _PIECES.findall(_CLEANER.clean(html)):
        if name:
            reader.tag(name, attributes, closes=bool(closing))
        else:
            reader.text(unescape(data))
    return reader.finished()


def words_from_html(html: str) -> str:
    """The words only, on one line: for titles and answers."""
    html = normalise(html[:MAX_FOREIGN])
    if not _MARKUP.search(html):
        return _SPACE.sub(" ", html).strip()
    if html.count("<") > MAX_TAGS:
        html = _TAG.sub(" ", html)
    return _SPACE.sub(" ", plain_text(_CLEANER.clean(html))).strip()


def lost_from_html(html: str) -> frozenset[str]:
    """Names of elements that `from_html` has no words for."""
    return frozenset(name.lower() for name in _LOST.findall(html[:MAX_FOREIGN]))


def as_typed(text: str) -> str:
    """Signs that mean something in Markdown, said to be signs."""
    return _SPECIAL.sub(lambda found: found["address"] or f"\\{found[0]}", text)


def _lines(text: str) -> str:
    """Without blanks around lines, and with signs at their start said to be signs."""
    text = "\n".join(_SPACE.sub(" ", line).strip() for line in text.split("\n")).strip()
    return _LINE_START.sub(_escape_start, re.sub(r"\n{3,}", "\n\n", text))


def _escape_start(found: re.Match[str]) -> str:
    indent, sign, dot = found.groups()
    return f"{indent}{sign}\\{dot}" if dot else f"{indent}\\{sign}"


class _Reader:
    """Collects blocks; `current` are the pieces of the one being read."""

    def __init__(self) -> None:
        self.blocks: list[tuple[str, str]] = []  # separator before it, text
        self.current: list[str] = []
        self.open = {"strong": 0, "em": 0}
        self.nested: list[list[int]] = []  # per list: next number, 0 for bullets, -1 for quotes
        self.in_item = False  # the next block begins an item
        self.is_listing = False  # the last block stood in a list that goes on
        self.links: list[tuple[int, str]] = []
        self.heading = False

    def text(self, data: str) -> None:
        self.current.append(as_typed(_SPACE.sub(" ", data)))

    def tag(self, name: str, attributes: str, *, closes: bool) -> None:
        if name in _INLINE:
            self.emphasis(_INLINE[name], closes=closes)
        elif name == "br":
            self.current.append("\n")
        elif name == "a":
            self.link(attributes, closes=closes)
        elif name in {"td", "th"}:
            if not closes and "".join(self.current).strip():
                self.current.append(" – ")
        elif name != "code":
            self.block(name, attributes, closes=closes)

    def emphasis(self, kind: str, *, closes: bool) -> None:
        self.open[kind] = max(0, self.open[kind] + (-1 if closes else 1))
        if self.open[kind] == (0 if closes else 1):
            self.current.append((_CLOSE if closes else _OPEN)[kind])

    def link(self, attributes: str, *, closes: bool) -> None:
        if not closes:
            href = _HREF.search(attributes)
            self.links.append((len(self.current), unescape(href[1]) if href else ""))
            return
        start, address = self.links.pop() if self.links else (0, "")
        address = address.strip()
        words = "".join(self.current[start:])
        if not address or start > len(self.current) or re.search(r"[\s<>]", address):
            return
        label = re.sub(r"[\x01-\x04]", "", words).strip()
        if label.replace("\\", "") == address or not label:
            made = address
        else:
            made = f"[{re.sub(r'[][]', '', label)}](<{address}>)"
        self.current[start:] = [made]

    def block(self, name: str, attributes: str, *, closes: bool) -> None:
        self.flush()
        if name == "hr":
            self.blocks.append(("\n\n", "---"))
        elif name in _HEADINGS:
            self.heading = not closes
        elif name == "li":
            self.in_item = not closes
        elif name in _NESTING and closes:
            del self.nested[-1:]
            self.is_listing = bool(self.nested)
        elif name in _NESTING:
            start = _START.search(attributes)
            number = {"ul": 0, "blockquote": -1}.get(name, int(start[1]) if start else 1)
            self.nested.append([number])

    def flush(self) -> None:
        """The current block is complete; emphasis that is still open goes on in the next."""
        kinds = [kind for kind, depth in self.open.items() if depth]
        text = "".join([*self.current, *(_CLOSE[kind] for kind in kinds)])
        self.current = [_OPEN[kind] for kind in kinds]
        text = _emphasised(_lines(text))
        if not text:
            return
        if self.heading and "**" not in text:
            text = "\n".join(f"**{line}**" for line in text.split("\n"))
        self.blocks.append(self.nest(text))

    def nest(self, text: str) -> tuple[str, str]:
        """The text with the signs of its lists and quotes, and what parts it from the last."""
        prefix = ""
        for level in self.nested[:_MAX_DEPTH][:-1]:
            prefix += "> " if level[0] < 0 else "    "
        marker = follow = ""
        if self.nested:
            level = self.nested[min(len(self.nested), _MAX_DEPTH) - 1]
            if level[0] < 0:
                marker = follow = "> "
            elif self.in_item:
                marker = f"{level[0]}. " if level[0] else "- "
                follow = "    "
                level[0] += bool(level[0])
            elif self.is_listing:
                marker = follow = "    "
        tight = self.in_item and self.is_listing
        self.in_item, self.is_listing = False, bool(self.nested)
        lines = text.split("\n")
        body = "\n".join(
            prefix + (follow if at else marker) + line for at, line in enumerate(lines)
        )
        return "\n" if tight else "\n\n", body

    def finished(self) -> str:
        self.flush()
        text = "".join(f"{separator}{block}" for separator, block in self.blocks)
        return re.sub(r"[\x01-\x04]", "", text).strip("\n")


def _emphasised(text: str) -> str:
    """Stars around the words themselves, per line, never around blanks."""
    for kind, sign in _SIGNS.items():
        pattern = f"{_OPEN[kind]}([^{_OPEN[kind]}{_CLOSE[kind]}]*){_CLOSE[kind]}"
        text = re.sub(pattern, partial(_around, sign), text)
    return re.sub(r"(?<=\S) {2,}", " ", re.sub(r"[\x01-\x04]", "", text))


def _around(sign: str, marked: re.Match[str]) -> str:
    found = []
    for line in marked[1].split("\n"):
        core = line.strip(" ")
        bare = core.strip("\x01\x02\x03\x04 ")
        before, after = line[: len(line) - len(line.lstrip(" "))], line[len(line.rstrip(" ")) :]
        found.append(f"{before}{sign}{core}{sign}{after}" if bare else line)
    return "\n".join(found)
