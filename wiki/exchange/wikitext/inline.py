"""Words of one paragraph: links, emphasis, a few elements of HTML."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape

from kern.text import as_typed
from wiki.exchange.wikitext.braces import split_parts
from wiki.exchange.wikitext.names import Namespaces
from wiki.exchange.wikitext.stash import Stash

_LINK = re.compile(
    r"\[\[([^\[\]\n]{1,500}(?:\[\[?[^\[\]\n]{0,300}\]\]?[^\[\]\n]{0,300}){0,9})\]\](\w*)"
)
_OUTSIDE = re.compile(r"\[((?:https?|mailto):[^\s\[\]<>\"]{1,1500})(?:\s+([^\[\]\n]{0,500}))?\]")
_ADDRESS = re.compile(r"https?://[^\s\[\]<>\"']{1,1500}[^\s\[\]<>\"'.,;:!?)]")
_QUOTES = re.compile(r"'{2,}")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b([^<>]{0,500})>")
_SETTINGS = re.compile(
    r"(?:thumb|thumbnail|mini|miniatur|frame|gerahmt|frameless|rahmenlos|border|rand|left|links|right"
    r"|rechts|center|zentriert|none|ohne|upright.*|hochkant.*|\d*x?\d+px|alt=.*|link=.*|class=.*"
    r"|lang=.*|page=.*|seite=.*|baseline|middle|top|bottom|sub|super|text-top|text-bottom)",
    re.IGNORECASE,
)
_ALT = re.compile(r"alt=(.*)", re.IGNORECASE | re.DOTALL)
_SAME = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_BOLD, _ITALIC = 3, 2


@dataclass(slots=True)
class Findings:
    """What a page says apart from its words. Names of files and categories in order, each once."""

    files: dict[str, None] = field(default_factory=dict)
    categories: dict[str, None] = field(default_factory=dict)
    languages: int = 0
    lost: dict[str, int] = field(default_factory=dict)  # names of elements

    def lose(self, name: str) -> None:
        self.lost[name] = self.lost.get(name, 0) + 1


class Inline:
    """Reads words; finished pieces go to the stash."""

    def __init__(self, names: Namespaces, stash: Stash, findings: Findings) -> None:
        self.names, self.stash, self.findings = names, stash, findings

    def read(self, text: str) -> str:
        """Markdown with marks for what is finished."""
        text = _OUTSIDE.sub(self._outside, _LINK.sub(self._link, text))
        text = _ADDRESS.sub(lambda found: self.stash.put(found[0]), text)
        text = "\n".join(_emphasised(line, self.stash) for line in text.split("\n"))
        text = _TAG.sub(self._tag, text)
        return as_typed(unescape(text).replace("\xa0", " "))

    def _link(self, found: re.Match[str]) -> str:
        parts = split_parts(found[1])
        kind, rest = self.names.split(parts[0])
        made = {"file": self._picture, "category": self._category, "language": self._language}
        if kind in made:
            return made[kind](rest, parts[1:]) + found[2]
        if kind == "project":
            return "|".join(parts[1:]).strip() or rest
        return self._page(rest, "|".join(parts[1:]).strip(), found[2])

    def _page(self, target: str, label: str, tail: str) -> str:
        name = re.sub(r"\s+", " ", unescape(target).replace("_", " ")).strip()
        if label or tail:
            label = _bare((label or name.lstrip("#")) + tail)
        if not name.strip("#"):
            return label
        name = name[:1].upper() + name[1:]
        same = not label or label == name
        return self.stash.put(f"[[{name}]]" if same else f"[[{name}|{label}]]")

    def _picture(self, name: str, settings: list[str]) -> str:
        name = re.sub(r"\s+", " ", name.replace("_", " ")).strip()
        self.findings.files[name] = None
        words = [part.strip() for part in settings if not _SETTINGS.fullmatch(part.strip())]
        alts = [found[1].strip() for part in settings if (found := _ALT.fullmatch(part.strip()))]
        caption = _bare(words[-1] if words else "")
        label = re.sub(r"[\[\]]", "", _bare(alts[0]) if alts else caption) or name
        picture = f"![{label}](<{re.sub(r'[<>]', '', name)}>)"
        return self.stash.put(picture) + (f"\n{caption}" if caption and caption != label else "")

    def _category(self, name: str, _sort: list[str]) -> str:
        self.findings.categories[re.sub(r"\s+", " ", name.replace("_", " ")).strip()] = None
        return ""

    def _language(self, _name: str, _rest: list[str]) -> str:
        self.findings.languages += 1
        return ""

    def _outside(self, found: re.Match[str]) -> str:
        address, label = found[1], _bare(found[2] or "")
        return self.stash.put(f"[{label}](<{address}>)" if label else address)

    def _tag(self, found: re.Match[str]) -> str:
        name = found[2].lower()
        if name == "br":
            return "\n"
        if name in _SAME:
            return self.stash.put(_SAME[name])
        if name in {"sup", "sub", "u", "s", "del", "ins", "big", "small", "font", "span", "abbr"}:
            return ""
        if not found[1] and name not in {"div", "center", "p", "cite", "noinclude", "onlyinclude"}:
            self.findings.lose(name)
        return ""


def _bare(label: str) -> str:
    """Words of a label without links and emphasis of their own."""
    label = _LINK.sub(lambda found: split_parts(found[1])[-1] + found[2], label)
    label = _TAG.sub("", _QUOTES.sub("", label))
    return re.sub(r"\s+", " ", re.sub(r"[\[\]|]", "", unescape(label))).strip()


def _emphasised(line: str, stash: Stash) -> str:
    """Two apostrophes are italic, three bold, five both; what stays open ends with the line."""
    runs = list(_QUOTES.finditer(line))
    if len(runs) == 0:
        return line
    out: list[str] = []
    at = 0
    opened: list[int] = []
    for run in runs:
        out.append(line[at : run.start()])
        at = run.end()
        length = len(run.group())
        out.append("'" * max(0, length - _BOLD - _ITALIC if length > _BOLD else 0))
        out += [stash.put(sign) for sign in _toggled(opened, length)]
    out.append(line[at:])
    text = "".join(out).rstrip()
    return text + "".join(stash.put("*" * _stars(kind)) for kind in reversed(opened))


def _stars(kind: int) -> int:
    return 2 if kind == _BOLD else 1


def _toggled(opened: list[int], length: int) -> list[str]:
    wanted = {2: [_ITALIC], 3: [_BOLD], 4: [_BOLD]}.get(length, [_BOLD, _ITALIC])
    if len(wanted) > 1 and opened:
        wanted = [*reversed(opened), *(kind for kind in wanted if kind not in opened)]
    signs = []
    for kind in wanted:
        if kind in opened:
            signs += _closed(opened, kind)
        else:
            opened.append(kind)
            signs.append("*" * _stars(kind))
    return signs


def _closed(opened: list[int], kind: int) -> list[str]:
    """Closes it and what was opened within it; that is opened again."""
    at = opened.index(kind)
    within = opened[at + 1 :]
    del opened[at:]
    signs = ["*" * _stars(one) for one in reversed(within)] + ["*" * _stars(kind)]
    for one in within:
        opened.append(one)
        signs.append("*" * _stars(one))
    return signs


Reader = Callable[[str], str]
