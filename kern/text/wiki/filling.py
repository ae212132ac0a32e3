"""A page that was read, with its slots answered: HTML for the page and words for the search."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from kern.text.dialect import escaped_code
from kern.text.links import linkify
from kern.text.plain import plain_text
from kern.text.render import typed_paragraphs
from kern.text.sanitise import LINK_REL
from kern.text.wiki import furniture
from kern.text.wiki.answers import Answer, Download, Link, Part, Picture, Places, Said
from kern.text.wiki.dialect import Slot, Use
from kern.text.wiki.policy import sanitise_wiki
from kern.text.wiki.reading import Piece, WikiText
from kern.text.wiki.scanning import Kind, Stand
from kern.text.wiki.section import DEEPEST, TOP, Section, fitting
from kern.text.wiki.words import Words

WIKI_VERSION = 2
"""Part of every cache key; raise it when the same source and answers give different HTML."""

MAX_EXPLAINED = 300  # abbreviations of a page
MAX_ADDRESSES = 2_000  # without brackets; those after them are text

_SLOTS = re.compile(r'(<wiki-slot n="\d+">|</wiki-slot>)')
_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
_ALIGNED = re.compile(r'<(t[hd]) align="(left|center|right)"')
_OUTSIDE = re.compile(r'<a href="(?=(?:https?|mailto):)', re.IGNORECASE)
_TAG = re.compile(r"(<[^<>]*>)")
_KEPT = re.compile(r"<(/?)(?:a|code|pre|wiki-slot)\b")
_SECTION = re.compile(r'(?=<div class="df-sub"><h[2-6] id="abschnitt-)')
_UNREAD = re.compile(
    r'<p class="df-sub__acts">.*?</p>|<nav class="df-toc.*?</nav>|<span class="kern-sr-only">.*?'
    r'</span>|<sup class="df-noteref".*?</sup>|<a class="df-back".*?</a>|<p class="df-part__from">'
    r".*?</p>",
    re.DOTALL,
)
_BORDER = re.compile(r"(<section[^<>]*>|</section>)")


@dataclass(frozen=True, slots=True)
class Filled:
    """`sections` know their plain text, `plain` is that of the whole page; words of included pages
    are in neither, for they are found where they stand."""

    html: str
    plain: str
    sections: tuple[Section, ...]


def fill_wiki(text: WikiText, answers: Sequence[Answer], *, edit_path: str = "") -> Filled:
    """`answers` are those of `text.slots`, in their order. With `edit_path` each section shows
    where it can be edited. The sanitiser is the last step; what comes after only reads."""
    html = _Filler(text.words, edit_path).page(text, answers)
    html = linkify(html, MAX_ADDRESSES)
    html = _OUTSIDE.sub(f'<a rel="{LINK_REL}" href="', html)
    html = sanitise_wiki(html).strip()
    words = [plain_text(_UNREAD.sub("", one)) for one in _SECTION.split(_without_parts(html))]
    sections = tuple(
        replace(section, plain=plain) for section, plain in zip(text.sections, words, strict=False)
    )
    return Filled(html, "\n\n".join(filter(None, words)), sections)


@dataclass(slots=True)
class _At:
    """Where filling is: in which text, whether that is a part of another, below which heading."""

    text: WikiText
    answers: Sequence[Answer]
    levels: Mapping[int, int]
    is_part: bool
    level: int


class _Filler:
    def __init__(self, words: Words, edit_path: str) -> None:
        self.words = words
        self.edit_path = edit_path
        self.numbers: dict[tuple[int, str], int] = {}
        self.uses: Counter[int] = Counter()
        self.waiting: list[tuple[_At, str]] = []  # notes, in the order of their numbers
        self.tables = 0
        self.explained = 0

    def page(self, text: WikiText, answers: Sequence[Answer]) -> str:
        at = _At(text, answers, fitting(text.headings, TOP), is_part=False, level=TOP - 1)
        return self._text(at) + furniture.notes(self._notes(at), self.words)

    def _text(self, at: _At) -> str:
        return "".join(
            self._stand(piece, at) + self._flow(piece.html, at) for piece in at.text.pieces
        )

    def _stand(self, piece: Piece, at: _At) -> str:
        stand, words = piece.stand, self._flow(piece.words, at)
        if stand is None:
            return ""
        if piece.slot is not None:
            return self._block(at.text.slots[piece.slot], at.answers[piece.slot], at)
        if stand.kind is Kind.SECTION:
            return self._heading(stand.number, words, at)
        if stand.kind is Kind.CONTENTS:
            return "" if at.is_part else furniture.contents(at.text.sections[1:], self.words)
        return self._plain_stand(stand, words)

    def _plain_stand(self, stand: Stand, words: str) -> str:
        match stand.kind:
            case Kind.HEADING:
                return f"<p><strong>{words}</strong></p>"
            case Kind.BOX:
                return furniture.box(stand.text, words, self.words)
            case Kind.BOX_END:
                return "</div>"
            case Kind.CODE:
                return escaped_code(stand.text.split("\n"))
        return typed_paragraphs(stand.text)

    def _heading(self, number: int, title: str, at: _At) -> str:
        at.level = at.levels[at.text.headings[number - 1].signs]
        if at.is_part:
            return f"<h{at.level}>{title}</h{at.level}>"
        section = at.text.sections[number]
        acts = furniture.section_acts(section, self.edit_path, self.words)
        return furniture.heading(at.level, section.anchor, title, acts)

    def _block(self, slot: Slot, answer: Answer, at: _At) -> str:
        match answer:
            case Part():
                top = min(at.level + 1, DEEPEST)
                levels = fitting(answer.text.headings, top)
                inside = _At(answer.text, answer.answers, levels, is_part=True, level=top - 1)
                html = self._text(inside)
                return furniture.part(html, answer.path, answer.title, self.words)
            case Places():
                return furniture.places(answer, self.words)
            case Picture():
                return furniture.figure(answer)
        return f"<p>{self._answered(slot, answer, escape(slot.words))}</p>"

    def _flow(self, html: str, at: _At) -> str:
        """What Markdown made of words, with its slots filled and its tables in frames."""
        if at.text.abbreviations:
            html = self._explained(html, at.text.abbreviations)
        if "<table>" in html:
            html = _TABLE.sub(self._framed, _ALIGNED.sub(r'<\1 class="df-to-\2"', html))
        if "<wiki-slot" in html:
            html = self._slots(html, at)
        return html

    def _framed(self, table: re.Match[str]) -> str:
        self.tables += 1
        label = f"{self.words.table} {self.tables}"
        return (
            f'<div class="df-scroll" tabindex="0" role="region" aria-label="{label}">'
            f"{table.group()}</div>"
        )

    def _slots(self, html: str, at: _At) -> str:
        """A slot inside another one's words is only its own words."""
        still_open: list[int] = []
        out: list[list[str]] = [[]]
        for found in _SLOTS.split(html):
            if found.startswith("<wiki-slot"):
                still_open.append(int(found[len('<wiki-slot n="') : -len('">')]))
                out.append([])
            elif found == "</wiki-slot>":
                label, number = "".join(out.pop()), still_open.pop()
                slot = at.text.slots[number]
                filled = self._slot(slot, at.answers[number], label, at)
                out[-1].append((label or escape(slot.name)) if still_open else filled)
            else:
                out[-1].append(found)
        return "".join(out[0])

    def _slot(self, slot: Slot, answer: Answer, label: str, at: _At) -> str:
        if slot.use is Use.NOTE:
            return self._note(slot.name, at)
        if slot.use is Use.PICTURE:
            label = escape(slot.words)
        return self._answered(slot, answer, label)

    def _answered(self, slot: Slot, answer: Answer, label: str) -> str:
        match answer:
            case Link():
                return furniture.link(answer, label, self.words)
            case Picture():
                return furniture.inline_picture(answer)
            case Download():
                return furniture.download(answer, label)
            case Said():
                return furniture.said(label or escape(answer.title), answer.sentence)
        return _typed(slot, label)

    def _note(self, name: str, at: _At) -> str:
        key = (id(at.text), name)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers) + 1
            self.waiting.append((at, name))
        number = self.numbers[key]
        self.uses[number] += 1
        return furniture.note_sign(number, self.uses[number], self.words)

    def _notes(self, at: _At) -> Iterator[tuple[int, str, bool]]:
        """In the order in which the text names them, then those it does not; a note may name
        another one."""
        number = 0
        unnamed = iter(at.text.notes)
        while True:
            while number < len(self.waiting):
                where, name = self.waiting[number]
                number += 1
                yield number, self._flow(where.text.notes[name], where), self.uses[number] > 0
            name = next((name for name in unnamed if (id(at.text), name) not in self.numbers), "")
            if not name:
                return
            self.numbers[id(at.text), name] = len(self.numbers) + 1
            self.waiting.append((at, name))

    def _explained(self, html: str, known: Mapping[str, str]) -> str:
        """Abbreviations with what they stand for, outside of links, code and headings."""
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(_as_written, known))})(?!\w)")
        meanings = {escape(short, quote=False): words for short, words in known.items()}
        out: list[str] = []
        closed = 0
        for piece in _TAG.split(html):
            if kept := _KEPT.match(piece):
                closed += -1 if kept[1] else 1
            elif not closed and piece[:1] != "<":
                piece = pattern.sub(lambda found: self._abbr(found[0], meanings), piece)  # noqa: PLW2901 - the piece with its meanings
            out.append(piece)
        return "".join(out)

    def _abbr(self, short: str, meanings: Mapping[str, str]) -> str:
        self.explained += 1
        if self.explained > MAX_EXPLAINED:
            return short
        return f'<abbr title="{escape(meanings[short])}">{short}</abbr>'


def _as_written(short: str) -> str:
    return re.escape(escape(short, quote=False))


def _typed(slot: Slot, label: str) -> str:
    """What the author wrote, for a slot that means nothing."""
    name = escape(slot.name)
    if slot.use is Use.LINK:
        return f"[[{name}|{label}]]" if label else f"[[{name}]]"
    return f"{{{{{name}}}}}" if slot.use is Use.INCLUDE else label or name


def _without_parts(html: str) -> str:
    """Without the words of other pages that are shown in this one."""
    if "df-part" not in html:
        return html
    out: list[str] = []
    depth = 0
    for found in _BORDER.split(html):
        if found.startswith('<section class="df-part"') or (depth and found.startswith("<section")):
            depth += 1
        elif depth and found == "</section>":
            depth -= 1
        elif not depth:
            out.append(found)
    return "".join(out)
