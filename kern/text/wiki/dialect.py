"""The dialect of wiki pages on top of the one of posts: what leads elsewhere becomes a slot.

A slot or stand is an element of a name that HTML does not know. Nobody can type one, because HTML
is text here; what stands for it is put in later, and what is forgotten the sanitiser drops.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from kern.text.dialect import CODE_POINT, HEADING, Breaks, Dialect
from kern.text.wiki.brackets import BRACKETS, MAX_BRACKETS
from kern.text.wiki.scanning import DEFINITIONS, PIPE, Scan
from kern.text.wiki.words import Words

_STAND = re.compile("\x02w(\\d+)\x03([^\n]*)")
_ATTACHED = (
    r"(?P<picture>!?+)\[(?P<label>[^\[\]]*+)\]"
    r"\([ ]*+(?:<anhang:(?P<angle>[^<>\n]{1,200}+)>|anhang:(?P<name>[^\s()<>]{1,200}+))"
    r"""(?:[ \n]++(?:"(?P<one>[^"\n]*+)"|'(?P<two>[^'\n]*+)'))?+[ ]*+\)"""
)
_NOTE = r"\[\^(?P<name>[^\[\]^\s]{1,60}+)\]"
_TASK = re.compile(r"\[([ xX])\] +(?=\S)")
_DEFINES = re.compile(r" {0,3}: +")


class Use(StrEnum):
    LINK = "link"
    INCLUDE = "include"
    FILE = "file"
    PICTURE = "picture"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Slot:
    """Something in the text that is answered elsewhere. `name` is what stands in the brackets
    before the bar, of the file or of the note; `words` are about what is shown, without markup, and
    empty for the thing's own title; `is_block` where nothing else stands on the line."""

    use: Use
    name: str
    words: str = ""
    caption: str = ""
    is_block: bool = False


class _Slots(InlineProcessor):
    def __init__(self, pattern: str, md: Markdown, slots: list[Slot]) -> None:
        super().__init__(pattern, md)
        self.slots = slots

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        slot = self.slot(m) if len(self.slots) < MAX_BRACKETS else None
        if slot is None:
            return None, None, None
        element = ET.Element("wiki-slot", {"n": str(len(self.slots))})
        if slot.use in {Use.LINK, Use.FILE} and m["label"]:
            element.text = m["label"].strip()
        self.slots.append(slot)
        return element, m.start(), m.end()

    def slot(self, m: re.Match[str]) -> Slot | None:
        raise NotImplementedError

    def typed(self, text: str | None) -> str | None:
        """As it was typed: escaped signs have been set aside by now; None where code was."""
        text = CODE_POINT.sub(lambda point: f"\\{chr(int(point[1]))}", text or "")
        return None if "\x02" in text else text.strip()


class _Brackets(_Slots):
    def slot(self, m: re.Match[str]) -> Slot | None:
        name = self.typed(m["link"] or m["included"])
        if not name:
            return None
        use = Use.INCLUDE if m["link"] is None else Use.LINK
        return Slot(use, name, self.typed(m["label"]) or "")


class _Attached(_Slots):
    def slot(self, m: re.Match[str]) -> Slot | None:
        name = self.typed(m["angle"] or m["name"])
        caption = self.typed(m["one"] or m["two"])
        if not name or caption is None:
            return None
        use = Use.PICTURE if m["picture"] else Use.FILE
        return Slot(use, plain_name(name), self.typed(m["label"]) or "", caption)


class _Notes(_Slots):
    def __init__(self, pattern: str, md: Markdown, slots: list[Slot], scan: Scan) -> None:
        super().__init__(pattern, md, slots)
        self.known = scan.notes

    def slot(self, m: re.Match[str]) -> Slot | None:
        name = self.typed(m["name"])
        return Slot(Use.NOTE, name) if name in self.known else None


class _Stands(BlockProcessor):
    def test(self, parent: ET.Element, block: str) -> bool:
        return _STAND.fullmatch(block) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        found = _STAND.fullmatch(blocks.pop(0))
        if found:
            element = ET.SubElement(parent, "wiki-stand", {"n": found[1]})
            element.text = found[2]


class _Definitions(BlockProcessor):
    """Terms, and below each the lines that explain it, which begin with a colon."""

    def test(self, parent: ET.Element, block: str) -> bool:
        return block.startswith(DEFINITIONS)

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        lines = blocks.pop(0).split("\n")[1:]
        group = ET.SubElement(parent, "dl")
        last: ET.Element | None = None
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            defines = _DEFINES.match(line)
            is_term = not defines and _DEFINES.match(following)
            if defines or is_term or last is None:
                last = ET.SubElement(group, "dd" if defines else "dt")
                last.text = line[defines.end() :] if defines else line.strip()
            else:
                last.text = f"{last.text}\n{line.strip()}"


class _Headings(BlockProcessor):
    """In a quote or a list: bold, for the contents of the page know nothing of it."""

    def test(self, parent: ET.Element, block: str) -> bool:
        return HEADING.match(block.lstrip("\n")) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        line, _, rest = blocks.pop(0).lstrip("\n").partition("\n")
        if rest.strip():
            blocks.insert(0, rest)
        text = line.partition(" ")[2]
        heading = ET.SubElement(ET.SubElement(parent, "p"), "strong")
        heading.text = text.strip().rstrip("#").strip()


class _Pipes(Treeprocessor):
    """The bar of a link again a bar: it was hidden from the table around it."""

    def run(self, root: ET.Element) -> None:
        for element in root.iter():
            if element.text and PIPE in element.text:
                element.text = element.text.replace(PIPE, "|")


class _Tasks(Treeprocessor):
    """`- [x] erledigt`: a box that shows and cannot be ticked."""

    def __init__(self, md: Markdown, words: Words) -> None:
        super().__init__(md)
        self.words = words

    def run(self, root: ET.Element) -> None:
        for item in root.iter("li"):
            place = item[0] if len(item) and item[0].tag == "p" and not item.text else item
            found = _TASK.match(place.text or "")
            if found is None:
                continue
            is_done = found[1] != " "
            named = {"aria-label": self.words.done if is_done else self.words.open}
            box = ET.Element("input", {"type": "checkbox", "disabled": "", **named})
            if is_done:
                box.set("checked", "")
            box.tail = (place.text or "")[found.end() :]
            place.text = AtomicString("")
            place.insert(0, box)
            item.set("class", "df-task")


class _Wiki(Extension):
    def __init__(self, scan: Scan, slots: list[Slot], words: Words) -> None:
        super().__init__()
        self.scan, self.slots, self.words = scan, slots, words

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name
        for name in ("normalize_whitespace", "fences", "breaks"):
            md.preprocessors.deregister(name)
        md.preprocessors.register(Breaks(md, headings=False), "breaks", 20)
        md.parser.blockprocessors.register(_Stands(md.parser), "stands", 98)
        md.parser.blockprocessors.register(_Definitions(md.parser), "definitions", 97)
        md.parser.blockprocessors.register(_Headings(md.parser), "headings", 70)
        md.treeprocessors.register(_Pipes(md), "pipes", 26)
        md.treeprocessors.register(_Tasks(md, self.words), "tasks", 25)
        notes = _Notes(_NOTE, md, self.slots, self.scan)
        md.inlinePatterns.register(notes, "note", 170)
        md.inlinePatterns.register(_Brackets(BRACKETS, md, self.slots), "brackets", 165)
        md.inlinePatterns.register(_Attached(_ATTACHED, md, self.slots), "attached", 162)


def plain_name(name: str) -> str:
    """The name of a file as it is called, whether or not its blanks were written as %20."""
    return unquote(name).strip()


def convert(scan: Scan, words: Words) -> tuple[str, list[Slot]]:
    """HTML with stands and slots, and what the slots are. Raises RecursionError on emphasis nested
    hundreds deep."""
    slots: list[Slot] = []
    converter = Markdown(
        extensions=[
            Nl2BrExtension(),
            SaneListExtension(),
            TableExtension(use_align_attribute=True),
            Dialect(links=True, headings=False),
            _Wiki(scan, slots, words),
        ]
    )
    return converter.convert("\n".join([*scan.lines, "", ""])), slots
