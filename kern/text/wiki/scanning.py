"""The lines of a page told apart before Markdown reads them: headings, boxes, code, notes.

Each becomes a line of its own that stands for it and that nobody can type, so that Markdown is
called once for a whole page and never sees what would take it long.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from kern.text.dialect import HEADING, closed_fences
from kern.text.guard import effort, is_too_complex
from kern.text.normalise import normalised_lines
from kern.text.wiki.brackets import CONTENTS

MAX_SECTIONS = 500
"""Headings after these stay headings for the eye, without an address of their own."""

MAX_EFFORT = 400_000_000  # characters times signs of all paragraphs; one alone may take half
LITTLE_EFFORT = 1_000_000  # of a paragraph that is formatted even then
MAX_BLOCKS = 10_000
"""Paragraphs, headings, boxes and code together, for the parser copies the list of what is left at
each. The rest is shown as typed; a page of 400,000 characters has some thousand."""

MAX_LINES = 500  # pictures, included pages and lists on lines of their own
MAX_NOTES = 500
MAX_ABBREVIATIONS = 100
MAX_DEPTH = 3  # boxes in boxes
DEFINITIONS = "\x02d\x03"
PIPE = "\x02p\x03"

_BOXES = {"hinweis": "note", "tipp": "tip", "achtung": "warning", "gut zu wissen": "fact"}
_BOX = re.compile(
    r" {0,3}:{3,}+ *(?P<kind>hinweis|tipp|achtung|gut zu wissen)(?!\w)[ :]*(?P<title>[^\n]*)",
    re.IGNORECASE,
)
_BOX_END = re.compile(r" {0,3}:{3,} *")
_NOTE = re.compile(r" {0,3}\[\^(?P<name>[^\[\]^\s]{1,60}+)\]:[ ]*(?P<text>[^\n]*)")
_ABBREVIATION = re.compile(r"\*\[(?P<short>[^\[\]\n]{1,40}+)\]:[ ]*(?P<words>[^\n]{1,200})")
_LINE = re.compile(r" {0,3}(?:\{\{(?P<name>[^{}|\n]{1,400}+)\}\}|\[\[(?P<toc>[\w ]+)\]\]) *")
_PICTURE = re.compile(
    r" {0,3}!\[(?P<alt>[^\[\]\n]*+)\]\(anhang:(?P<name>[^\s()<>]{1,200}+)"
    r"""(?: +(?:"(?P<one>[^"\n]*+)"|'(?P<two>[^'\n]*+)'))? *\) *"""
)
_NOTHING = re.compile(r"[> \t]*")
_DEFINITION = re.compile(r" {0,3}: +\S")
_PIPED = re.compile(r"(\[\[[^\[\]|\n]{1,400}+)\|(?=[^\[\]|\n]{0,400}+\]\])")


class Kind(StrEnum):
    SECTION = "section"
    HEADING = "heading"
    BOX = "box"
    BOX_END = "box_end"
    CODE = "code"
    TYPED = "typed"
    CONTENTS = "contents"
    LINE = "line"
    PICTURE = "picture"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Stand:
    """What one line stands for. `text`: the code, the words as typed, the name in the braces, of
    the picture or of the note, the kind of the box; `number` is that of the section."""

    kind: Kind
    text: str = ""
    number: int = 0
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """`signs` are the # typed; `start` counts characters of the source."""

    signs: int
    text: str
    start: int


@dataclass(slots=True)
class Scan:
    """`lines` are what Markdown reads; `headings` those with a section, in order."""

    lines: list[str] = field(default_factory=list)
    stands: list[Stand] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    abbreviations: dict[str, str] = field(default_factory=dict)


def scan(source: str) -> Scan:
    scanner = _Scanner(source)
    scanner.run()
    return scanner.scan


class _Scanner:
    def __init__(self, source: str) -> None:
        numbered = list(normalised_lines(source))
        self.starts = [start for start, _ in numbered]
        self.lines = [line.expandtabs(4) for _, line in numbered]
        self.code = dict(closed_fences(self.lines))
        self.boxes = dict(self._matched_boxes())
        self.box_ends = set(self.boxes.values())
        self.scan = Scan()
        self.paragraph: list[str] = []
        self.effort = 0
        self.blocks = 0
        self.alone = 0  # of the lines that MAX_LINES counts
        self.depth = 0

    def _matched_boxes(self) -> Iterator[tuple[int, int]]:
        open_at: list[int] = []
        index = 0
        while index < len(self.lines):
            line = self.lines[index]
            if ":::" in line and index not in self.code:
                if _BOX.fullmatch(line):
                    open_at.append(index)
                elif open_at and _BOX_END.fullmatch(line):
                    start = open_at.pop()
                    if len(open_at) < MAX_DEPTH:
                        yield start, index
            index = self.code.get(index, index) + 1

    def run(self) -> None:
        index = 0
        while index < len(self.lines):
            index = self._read(index)
        self._end_paragraph()
        for name, lines in self.scan.notes.items():
            self._stand(Stand(Kind.NOTE, name))
            self.scan.lines.extend(lines)

    def _read(self, index: int) -> int:
        """Take the line, and what belongs to it; where to go on."""
        line = self.lines[index]
        if self.blocks > MAX_BLOCKS:
            return self._give_up(index)
        if index in self.code:
            code = self.lines[index + 1 : self.code[index]]
            self._stand(Stand(Kind.CODE, "\n".join(code)))
            return self.code[index] + 1
        if not line.strip():
            self._end_paragraph()
            self.scan.lines.append("")
            return index + 1
        if note := self._note(line):
            return self._take_note(index, note)
        if not self._is_special(index, line):
            self.paragraph.append(line)
        return index + 1

    def _give_up(self, index: int) -> int:
        self._stand(Stand(Kind.TYPED, "\n".join(self.lines[index:])))
        while self.depth:
            self._stand(Stand(Kind.BOX_END))
            self.depth -= 1
        return len(self.lines)

    def _is_special(self, index: int, line: str) -> bool:
        """Whether the line is one of those that stand alone; then it has been taken."""
        if index in self.boxes:
            self._open_box(line)
        elif index in self.box_ends:
            self._stand(Stand(Kind.BOX_END))
            self.depth -= 1
        elif HEADING.fullmatch(line):
            self._heading(index, line)
        else:
            return self._is_line(line) or self._is_abbreviation(line)
        return True

    def _open_box(self, line: str) -> None:
        found = _BOX.fullmatch(line)
        if found:
            kind, title = _BOXES[found["kind"].casefold()], found["title"].strip()
            self._stand(Stand(Kind.BOX, kind), title)
            self.depth += 1

    def _heading(self, index: int, line: str) -> None:
        signs, _, text = line.partition(" ")
        text = text.strip().rstrip("#").strip()
        if self.depth or len(self.scan.headings) >= MAX_SECTIONS:
            self._stand(Stand(Kind.HEADING), text)
            return
        self.scan.headings.append(Heading(len(signs), text, self.starts[index]))
        self._stand(Stand(Kind.SECTION, number=len(self.scan.headings)), text)

    def _is_line(self, line: str) -> bool:
        """{{Linde}}, [[Inhalt]] or a picture, with nothing else on the line."""
        found = _LINE.fullmatch(line)
        if found and (found["name"] or found["toc"]).strip().casefold() == CONTENTS:
            self._stand(Stand(Kind.CONTENTS))
            return True
        if self.alone >= MAX_LINES:
            return False
        if found and found["name"]:
            self._stand(Stand(Kind.LINE, found["name"]))
        elif picture := _PICTURE.fullmatch(line):
            caption = picture["one"] or picture["two"] or ""
            self._stand(Stand(Kind.PICTURE, picture["name"], alt=picture["alt"], caption=caption))
        else:
            return False
        self.alone += 1
        return True

    def _is_abbreviation(self, line: str) -> bool:
        found = _ABBREVIATION.fullmatch(line) if line.startswith("*[") else None
        if found is None or len(self.scan.abbreviations) >= MAX_ABBREVIATIONS:
            return False
        self.scan.abbreviations.setdefault(found["short"], found["words"].strip())
        return True

    def _note(self, line: str) -> re.Match[str] | None:
        found = _NOTE.fullmatch(line) if "[^" in line else None
        notes = self.scan.notes
        return found if found and len(notes) < MAX_NOTES and found["name"] not in notes else None

    def _take_note(self, index: int, note: re.Match[str]) -> int:
        """The note goes on until a blank line or one that stands alone."""
        self._end_paragraph()
        end = index + 1
        while end < len(self.lines) and self._goes_on(end):
            end += 1
        lines = [note["text"], *(line.lstrip() for line in self.lines[index + 1 : end])]
        if self._is_too_much("\n".join(lines)):
            self._stand(Stand(Kind.TYPED, "\n".join(self.lines[index:end])))
        else:
            self.scan.notes[note["name"]] = lines
        return end

    def _goes_on(self, index: int) -> bool:
        line = self.lines[index]
        return bool(line.strip()) and not (
            index in self.code
            or index in self.boxes
            or index in self.box_ends
            or HEADING.fullmatch(line)
            or _LINE.fullmatch(line)
            or line.lstrip().startswith(("[^", "*[", "!["))
        )

    def _end_paragraph(self) -> None:
        lines, self.paragraph = self.paragraph, []
        if not lines:
            return
        text = "\n".join(lines)
        self.blocks += 1 + sum(map(bool, map(_NOTHING.fullmatch, lines)))
        if self._is_too_much(text):
            self._stand(Stand(Kind.TYPED, text))
            return
        if _is_definitions(lines):
            lines = ["", DEFINITIONS, *lines, ""]
        if "|" in text and "[[" in text:
            lines = [_PIPED.sub(rf"\1{PIPE}", line) for line in lines]
        self.scan.lines.extend(lines)

    def _is_too_much(self, text: str) -> bool:
        costs = effort(text)
        self.effort += costs
        return (costs > LITTLE_EFFORT and self.effort > MAX_EFFORT) or is_too_complex(text)

    def _stand(self, stand: Stand, text: str = "") -> None:
        """A line of its own; `text` is read by Markdown as words of a paragraph are."""
        self._end_paragraph()
        self.blocks += 1
        self.scan.lines.extend(("", f"\x02w{len(self.scan.stands)}\x03{text}", ""))
        self.scan.stands.append(stand)


def _is_definitions(lines: list[str]) -> bool:
    return (
        _DEFINITION.match(lines[0]) is None
        and any(map(_DEFINITION.match, lines))
        and not any(line.startswith(("|", ">", "-", "*", "+")) for line in lines)
    )
