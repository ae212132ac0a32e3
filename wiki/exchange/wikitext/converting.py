"""From a page of wikitext to Markdown, footnotes, tags, and what was lost on the way."""

import re
from dataclasses import dataclass
from functools import partial

from wiki.exchange.wikitext.blocks import Blocks
from wiki.exchange.wikitext.braces import Template, replace_templates
from wiki.exchange.wikitext.citing import cited
from wiki.exchange.wikitext.inline import Findings, Inline
from wiki.exchange.wikitext.names import GERMAN_AND_ENGLISH, Namespaces
from wiki.exchange.wikitext.stash import Stash, cut_tags, without_marks

_REMARK = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->)?")
_SWITCHES = re.compile(r"__[A-ZÄÖÜ]{3,30}__")
_REDIRECT = re.compile(
    r"\s*#(?:REDIRECT|WEITERLEITUNG)\s*:?\s*\[\[([^\[\]|\n]{1,300})", re.IGNORECASE
)
_NAME = re.compile(r"""name\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'/>]+))""", re.IGNORECASE)
_SHOWN_AS_TYPED = "nowiki"
_CODE = "pre|syntaxhighlight|source"
_LAYOUT = frozenset(
    {"reflist", "references", "clear", "toc", "stack begin", "stack end", "-", "main"}
)


@dataclass(frozen=True, slots=True)
class Converted:
    """`redirect`: the title the page leads on to. `files`: names of pictures shown. `templates`
    and `elements`: names of what was lost, and how often. `tables`: drawn as lists now."""

    source: str
    redirect: str = ""
    tags: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    templates: tuple[tuple[str, int], ...] = ()
    elements: tuple[tuple[str, int], ...] = ()
    tables: int = 0


def convert(text: str, names: Namespaces = GERMAN_AND_ENGLISH) -> Converted:
    """Never raises. The same text gives the same source."""
    redirect = _REDIRECT.match(text)
    if redirect:
        title = re.sub(r"[\s_]+", " ", redirect[1].partition("#")[0]).strip()
        return Converted(f"→ [[{title}]]", redirect=title)
    return _Page(names).converted(text)


class _Page:
    def __init__(self, names: Namespaces) -> None:
        self.stash = Stash()
        self.findings = Findings()
        self.inline = Inline(names, self.stash, self.findings)
        self.notes: list[str] = []
        self.named: dict[str, int] = {}
        self.templates: dict[str, int] = {}
        self.blocks = Blocks(self.inline.read)

    def converted(self, text: str) -> Converted:
        text = without_marks(text.replace("\r\n", "\n"))
        text = cut_tags(text, _SHOWN_AS_TYPED, self._typed)
        text = _REMARK.sub("", text)
        text = cut_tags(text, _CODE, self._code)
        text = cut_tags(text, "math|chem|ce", self._formula)
        text = cut_tags(text, "gallery", self._gallery)
        text = cut_tags(text, "references", lambda *_: "")
        text = cut_tags(text, "ref", self._note)
        text = replace_templates(_SWITCHES.sub("", text), self._template)
        source = self.blocks.written(text)
        notes = [f"[^{at}]: {self._note_words(note)}" for at, note in enumerate(self.notes, 1)]
        source = self.stash.back("\n\n".join(filter(None, [source, "\n".join(notes)])))
        return Converted(
            re.sub(r"\n{3,}", "\n\n", source).strip(),
            tags=tuple(self.findings.categories),
            files=tuple(self.findings.files),
            templates=tuple(self.templates.items()),
            elements=tuple(self.findings.lost.items()),
            tables=self.blocks.lost_tables,
        )

    def _typed(self, _name: str, _attributes: str, content: str) -> str:
        return self.stash.put(self._plain(content))

    def _plain(self, content: str) -> str:
        return re.sub(r"([\\`*_\[\]{}<>#])", r"\\\1", content)

    def _code(self, _name: str, attributes: str, content: str) -> str:
        if not content.strip():
            return ""
        if "inline" in attributes.casefold() and "\n" not in content:
            return self.stash.put(f"`{content.replace('`', ' ')}`")
        fence = "```" if "```" not in content else "~~~~"
        return "\n\n" + self.stash.put(f"{fence}\n{content.strip(chr(10))}\n{fence}") + "\n\n"

    def _formula(self, name: str, _attributes: str, content: str) -> str:
        self.findings.lose(name)
        words = re.sub(r"\s+", " ", content.replace("`", " ")).strip()
        return self.stash.put(f"`{words}`") if words else ""

    def _gallery(self, _name: str, _attributes: str, content: str) -> str:
        lines = [line.strip() for line in content.split("\n") if line.strip()]
        named = [line if ":" in line.partition("|")[0] else f"Datei:{line}" for line in lines]
        return "\n\n" + "\n\n".join(f"[[{line}]]" for line in named) + "\n\n"

    def _note(self, _name: str, attributes: str, content: str) -> str:
        name = _NAME.search(attributes)
        key = next(filter(None, name.groups()), "") if name else ""
        if key in self.named and key:
            number = self.named[key]
            if content.strip() and not self.notes[number - 1].strip():
                self.notes[number - 1] = content
        else:
            self.notes.append(content)
            number = len(self.notes)
            if key:
                self.named[key] = number
        return self.stash.put(f"[^{number}]")

    def _note_words(self, note: str) -> str:
        words = self.inline.read(replace_templates(note, partial(self._template, in_note=True)))
        return re.sub(r"\s+", " ", words).strip() or "…"

    def _template(self, template: Template, *, in_note: bool = False) -> str:
        """Its words where it stands within a sentence; what draws boxes goes."""
        if template.name.casefold() in _LAYOUT:
            return ""
        name = template.name[:60]
        self.templates[name] = self.templates.get(name, 0) + 1
        if in_note and template.named:
            return cited(template)
        return " ".join(template.words) if template.is_inline or in_note else ""
