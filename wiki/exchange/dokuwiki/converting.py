"""One page of DokuWiki's syntax as Markdown of our dialect.

Links and media keep the names they have there; `reading` leads them to pages and files.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from kern.text import as_typed

_CODE = re.compile(
    r"<(?P<name>code|file)(?P<rest>[^>\n]{0,200})>\n?(?P<code>.*?)</(?P=name)>", re.DOTALL
)
_AS_TYPED = re.compile(r"<nowiki>(.*?)</nowiki>|%%(.*?)%%", re.DOTALL)
_NOTE = re.compile(r"\(\((?P<words>(?:[^()\n]|\([^()\n]*\)){1,2000}?)\)\)")
_LINK = re.compile(r"\[\[(?P<target>[^\[\]|\n]{1,500}+)(?:\|(?P<label>[^\[\]\n]{0,500}+))?\]\]")
_MEDIA = re.compile(r"\{\{(?P<target>[^{}|\n]{1,500}+)(?:\|(?P<label>[^{}\n]{0,500}+))?\}\}")
_HEADING = re.compile(r"^\s{0,3}(?P<marks>={2,6})\s*(?P<title>[^=\n].*?)\s*={2,6}[ \t]*$")
_ITEM = re.compile(r"^(?P<indent>(?: {2}|\t)+)(?P<sign>[*-])\s*(?P<words>.*)$")
_CELLS = re.compile(r"[|^]")
_MACRO = re.compile(r"~~(?P<name>[A-Z]{2,30})[^~\n]{0,100}~~")
_PLUGIN = re.compile(r"</?(?P<name>[a-zA-Z][a-zA-Z0-9_-]{0,30})(?:\s[^<>\n]{0,300})?/?>")
_MARK = "\x00{}\x00"
_MARKED = re.compile(r"\x00(\d+)\x00")
_SILENT = frozenset({"NOTOC", "NOCACHE", "CLOSETOC", "INFO"})
_BARE = {"del": "", "sub": "", "sup": "", "html": "", "php": ""}


@dataclass(slots=True)
class Converted:
    """`title` is the first heading. `lost` counts what has no counterpart, by its name."""

    source: str
    title: str = ""
    lost: Counter[str] = field(default_factory=Counter)
    tags: tuple[str, ...] = ()


def convert(
    text: str,
    link: Callable[[str, str], str],
    media: Callable[[str, str], str],
) -> Converted:
    """`link` and `media` make Markdown of (target, label). Never raises."""
    return _Page(link, media).converted(text)


class _Page:
    def __init__(self, link: Callable[[str, str], str], media: Callable[[str, str], str]) -> None:
        self.link, self.media = link, media
        self.kept: list[str] = []
        self.notes: list[str] = []
        self.found = Converted("")

    def converted(self, text: str) -> Converted:
        text = text.replace("\r\n", "\n").replace("\x00", "")
        text = _CODE.sub(self._code, text)
        text = _AS_TYPED.sub(lambda m: self._keep(as_typed(m[1] or m[2] or "")), text)
        text = _MACRO.sub(self._macro, text)
        text = re.sub(r"\{\{tag>([^{}\n]{1,500})\}\}", self._tags, text)
        lines = self._blocks(text.split("\n"))
        notes = [f"[^{at}]: {words}" for at, words in enumerate(self.notes, 1)]
        source = "\n".join(lines)
        source = "\n\n".join(part for part in (source.strip("\n"), "\n".join(notes)) if part)
        while _MARKED.search(source):
            source = _MARKED.sub(lambda m: self.kept[int(m[1])], source)
        self.found.source = re.sub(r"\n{3,}", "\n\n", source).strip()
        return self.found

    def _keep(self, made: str) -> str:
        self.kept.append(made)
        return _MARK.format(len(self.kept) - 1)

    def _code(self, found: re.Match[str]) -> str:
        code = found["code"].strip("\n")
        if "\n" not in code and not found["rest"].strip() and found["name"] == "code":
            return self._keep(f"`{code.replace('`', ' ')}`") if code.strip() else ""
        fence = "~~~~" if "```" in code else "```"
        return "\n" + self._keep(f"{fence}\n{code}\n{fence}") + "\n"

    def _macro(self, found: re.Match[str]) -> str:
        if found["name"] not in _SILENT:
            self.found.lost[f"~~{found['name']}~~"] += 1
        return ""

    def _tags(self, found: re.Match[str]) -> str:
        words = re.findall(r'"([^"]{1,60})"|(\S{1,60})', found[1])
        names = [(one or other).replace("_", " ").strip() for one, other in words]
        self.found.tags = tuple(dict.fromkeys([*self.found.tags, *names]))
        return ""

    def _blocks(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        table: list[str] = []
        code: list[str] = []
        in_list = False
        for line in lines:
            is_row = line.startswith(("|", "^")) and len(_CELLS.findall(line)) > 1
            if table and not is_row:
                out += ["", *self._table(table), ""]
                table = []
            item = _ITEM.match(line)
            is_code = not item and line.startswith(("  ", "\t")) and bool(line.strip())
            if code and not is_code:
                out += ["", "```", *code, "```", ""]
                code = []
            if is_row:
                table.append(line)
            elif is_code and not in_list:
                code.append(re.sub(r"^(?: {2}|\t)", "", line))
            else:
                out.append(self._line(line, item))
            in_list = bool(item) or (in_list and bool(line.strip()))
        out += self._table(table) if table else []
        return [*out, "```", *code, "```"] if code else out

    def _line(self, line: str, item: re.Match[str] | None) -> str:
        heading = _HEADING.match(line)
        if heading:
            title = self._inline(heading["title"])
            self.found.title = self.found.title or heading["title"].strip()
            return f"\n{'#' * max(1, 7 - len(heading['marks']))} {title}\n"
        if item:
            depth = len(item["indent"].replace("\t", "  ")) // 2 - 1
            sign = "-" if item["sign"] == "*" else "1."
            return f"{'    ' * depth}{sign} {self._inline(item['words'])}"
        if re.fullmatch(r"\s*-{4,}\s*", line):
            return "\n---\n"
        return self._inline(line)

    def _table(self, rows: list[str]) -> list[str]:
        """Its first row is the head, whatever it was: Markdown knows no other."""
        cells = [self._cells(row) for row in rows]
        width = max(len(row) for row in cells)
        full = [row + [""] * (width - len(row)) for row in cells]
        drawn = [f"| {' | '.join(row)} |" for row in full]
        return [drawn[0], f"|{' --- |' * width}", *drawn[1:]]

    def _cells(self, row: str) -> list[str]:
        kept = _LINK.sub(self._inline_link, _MEDIA.sub(self._inline_media, row.strip()))
        parts = _CELLS.split(kept.strip("|^ "))
        return [self._inline(part.strip()).replace("|", "\\|") for part in parts]

    def _inline(self, text: str) -> str:
        text = _NOTE.sub(self._note, text)
        text = _LINK.sub(self._inline_link, _MEDIA.sub(self._inline_media, text))
        text = re.sub(r"(?<![:/])//(?=\S)([^/\n]{1,1000}?)(?<=\S)//", r"*\1*", text)
        text = re.sub(r"__(?=\S)([^_\n]{1,1000}?)(?<=\S)__", r"\1", text)
        text = re.sub(r"''(?=\S)([^'\n]{1,1000}?)(?<=\S)''", r"`\1`", text)
        text = re.sub(r"\\\\(?:\s|$)", "\n", text)
        return _PLUGIN.sub(self._plugin, text)

    def _note(self, found: re.Match[str]) -> str:
        self.notes.append("")
        number = len(self.notes)
        self.notes[number - 1] = self._inline(found["words"].strip())
        return self._keep(f"[^{number}]")

    def _inline_link(self, found: re.Match[str]) -> str:
        label = (found["label"] or "").strip()
        picture = _MEDIA.search(label)
        words = (picture["label"] or "") if picture else label
        return self._keep(self.link(found["target"].strip(), words.strip()))

    def _inline_media(self, found: re.Match[str]) -> str:
        return self._keep(self.media(found["target"].strip(), (found["label"] or "").strip()))

    def _plugin(self, found: re.Match[str]) -> str:
        name = found["name"].lower()
        if name not in _BARE and not found[0].startswith("</"):
            self.found.lost[f"<{name}>"] += 1
        return ""
