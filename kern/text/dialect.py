"""Our Markdown: what people type on a phone, with links and code read in linear time.

Python-Markdown's own readers of links, references, raw HTML, indented code and code fences are
taken out. HTML is thereby text, four blanks are four blanks, and no bracket costs more than itself.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import DelimiterProcessor, InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import AtomicString

from kern.text.links import safe_href

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*")
_ITEM = re.compile(r" {0,3}(?:[-*+]|1\.) +\S")
HEADING = re.compile(r"#{1,6} +[^\s#][^\n]*")
_MAX_EMPHASIS = 1_000_000  # stars times characters of one paragraph
_TOP_LEVEL = 3
_LAST_LEVEL = 6

# Possessive throughout: a long label or address is read once, whether or not a link comes of it.
_LINK = (
    r"!?+\[(?P<label>[^\[\]]*+)\]"
    r"\([ ]*+(?:<(?P<angle>[^<>\n]*+)>"
    r"|(?P<address>[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+))"
    r"""(?:[ \n]++(?:"[^"\n]*+"|'[^'\n]*+'))?+[ ]*+\)"""
)
_AUTOLINK = r"<(?P<address>(?:https?://|mailto:)[^<>\s]++)>"
CODE = r"(?<![\\`])(?:``(?!`)(?P<two>(?:[^`\n]|`(?!`))++)``(?!`)|`(?!`)(?P<one>[^`\n]++)`(?!`))"
_RUN = r"\*{4,}+|_{4,}+"
_ADDRESS = r"(?:https?://|www\.)[^\s<>\x02\x03]*[^\s<>\x02\x03*_]"
CODE_POINT = re.compile("\x02(\\d+)\x03")


class _Fences(Preprocessor):
    """Set fenced code aside, line by line; a fence that is never closed is text."""

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        at = 0
        for start, end in closed_fences(lines):
            code = escaped_code(lines[start + 1 : end])
            out += [*lines[at:start], "", self.md.htmlStash.store(code), ""]
            at = end + 1
        return [*out, *lines[at:]]


class Breaks(Preprocessor):
    """Give lists and headings the empty line that the parser wants and nobody types.

    A list may begin right below a sentence, but not at "am\n24. Mai".
    """

    def __init__(self, md: Markdown, *, headings: bool) -> None:
        super().__init__(md)
        self.headings = headings

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        in_list = False
        for line in lines:
            if self.headings and HEADING.fullmatch(line):
                out += ["", line, ""]
                in_list = False
                continue
            is_item = _ITEM.match(line) is not None
            if is_item and not in_list and out and _is_paragraph(out[-1]):
                out.append("")
            in_list = is_item or (in_list and bool(line.strip()))
            out.append(line)
        return out


class _Headings(BlockProcessor):
    """`# Titel` with a blank, from h3 down: the page owns h1 and h2, and #1 is no heading."""

    def test(self, parent: ET.Element, block: str) -> bool:
        return HEADING.fullmatch(block.strip("\n")) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        marks, _, title = blocks.pop(0).strip("\n").partition(" ")
        level = min(len(marks) + _TOP_LEVEL - 1, _LAST_LEVEL)
        heading = ET.SubElement(parent, f"h{level}")
        heading.text = title.strip().rstrip("#").strip()


class _Links(InlineProcessor):
    """Links in brackets; a picture becomes a link to it: pages load nothing from outside."""

    def __init__(self, pattern: str, md: Markdown, *, links: bool) -> None:
        super().__init__(pattern, md)
        self.links = links

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element, int, int]:
        groups = m.groupdict()
        address = self._typed(groups.get("angle") or groups.get("address") or "").strip()
        label = groups.get("label") or ""
        href = safe_href(address) if self.links else None
        if href is not None:
            element = ET.Element("a", {"href": href})
            element.text = label if label.strip() else AtomicString(address.removeprefix("mailto:"))
        else:
            element = _shown(label, address)
        return element, m.start(), m.end()

    def _typed(self, address: str) -> str:
        """The address as typed: earlier patterns have set escaped characters and code aside."""
        return CODE_POINT.sub(lambda point: chr(int(point.group(1))), self.unescape(address))


class _Code(InlineProcessor):
    """Code in one or two backticks on one line."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element, int, int]:
        element = ET.Element("code")
        element.text = AtomicString(_escaped((m.group("one") or m.group("two")).strip()))
        return element, m.start(), m.end()


class _Emphasis(DelimiterProcessor):
    """Emphasis, unless the text has so many stars that pairing them takes quadratic time."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        is_new = not self.regions  # what is paired already must be fetched to the end
        if is_new and (data.count("*") + data.count("_")) * len(data) > _MAX_EMPHASIS:
            return None, 0, len(data)
        return super().handleMatch(m, data)


class _Literal(InlineProcessor):
    """What stays as it is: `_` in an address is no emphasis, nor is a line of stars."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        return m.group(), m.start(), m.end()


def _is_paragraph(line: str) -> bool:
    return bool(line.strip()) and not line.startswith((" ", "\t", ">", "|"))


def closed_fences(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Numbers of the lines that open and close fenced code, in order."""
    index = 0
    unclosed: dict[str, int] = {}  # shortest fence known to stay open, so each search is once
    while index < len(lines):
        fence = _opening_fence(lines[index])
        if fence and len(fence) < unclosed.get(fence[0], len(fence) + 1):
            end = _closing_fence(lines, index + 1, fence)
            if end is not None:
                yield index, end
                index = end
            else:
                unclosed[fence[0]] = len(fence)
        index += 1


def _opening_fence(line: str) -> str:
    """The fence that the line begins, else an empty text."""
    found = _FENCE.fullmatch(line)
    return found.group(1) if found else ""


def _closing_fence(lines: Sequence[str], start: int, fence: str) -> int | None:
    """Where the fence is closed, from the line numbered `start` on."""
    for index in range(start, len(lines)):
        line = lines[index].strip()
        if line.startswith(fence) and not line.strip(fence[0]):
            return index
    return None


def escaped_code(lines: Sequence[str]) -> str:
    """The lines as an element that shows them as they are."""
    code = _escaped("\n".join(lines))
    return f"<pre><code>{code}\n</code></pre>"


def _escaped(code: str) -> str:
    return code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shown(label: str, address: str) -> ET.Element:
    """`Text (Adresse)` as words; the sanitiser drops the span and keeps what is in it."""
    element = ET.Element("span")
    address = address.removeprefix("mailto:")
    if not label.strip() or label.strip() == address:
        element.text = AtomicString(address)
        return element
    element.text = label
    if address:
        ET.SubElement(element, "span").text = AtomicString(f" ({address})")
    return element


class Dialect(Extension):
    """Of posts and comments, and the ground of every other one."""

    def __init__(self, *, links: bool, headings: bool) -> None:
        super().__init__()
        self.links = links
        self.headings = headings

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name
        md.preprocessors.deregister("html_block")
        md.preprocessors.register(_Fences(md), "fences", 25)
        md.preprocessors.register(Breaks(md, headings=self.headings), "breaks", 20)
        for name in ("reference", "code", "hashheader", "setextheader"):
            md.parser.blockprocessors.deregister(name)
        if self.headings:
            md.parser.blockprocessors.register(_Headings(md.parser), "headings", 70)
        for name in (
            *("reference", "image_link", "image_reference", "short_reference", "short_image_ref"),
            *("automail", "html", "entity"),
        ):
            md.inlinePatterns.deregister(name)
        md.inlinePatterns.register(_Code(CODE, md), "backtick", 190)
        md.inlinePatterns.register(_Links(_LINK, md, links=self.links), "link", 160)
        md.inlinePatterns.register(_Links(_AUTOLINK, md, links=self.links), "autolink", 120)
        md.inlinePatterns.register(_Literal(_ADDRESS, md), "address", 110)
        md.inlinePatterns.register(_Literal(_RUN, md), "run", 70)
        emphasis = _Emphasis("*", "strong,em", md)
        emphasis.add("_", "strong,em", smart=True)
        md.inlinePatterns.register(emphasis, "em_strong", 60)


def markdown(text: str, *, links: bool, headings: bool) -> str:
    """HTML that is not yet safe. Raises RecursionError on emphasis nested hundreds deep."""
    idle = _idle[links, headings]
    try:
        converter = idle.pop()
    except IndexError:
        converter = _made(links=links, headings=headings)
    html = converter.reset().convert(text)
    idle.append(converter)  # only then: one that failed is left in the middle of a text
    return html


def _made(*, links: bool, headings: bool) -> Markdown:
    extensions = (Nl2BrExtension(), SaneListExtension(), TableExtension())
    return Markdown(extensions=[*extensions, Dialect(links=links, headings=headings)])


_idle: defaultdict[tuple[bool, bool], list[Markdown]] = defaultdict(list)
"""Making one takes longer than a text of some sentences. It holds the state of one text at a time,
so a thread takes it out."""
