"""The Markdown of other programs where ours reads another way: HTML, references, old headings."""

import re
from collections import Counter
from html import unescape

from kern.text import prose_spans

_DEFINITION = re.compile(
    r"^ {0,3}\[(?P<name>[^\[\]^\n]{1,200}+)\]:[ \t]*<?(?P<address>[^\s<>]{1,2000}+)>?"
    r"(?:[ \t]+(?:\"(?P<title>[^\"\n]{0,300})\"|'[^'\n]{0,300}'|\([^()\n]{0,300}\)))?[ \t]*$",
    re.MULTILINE,
)
_REFERENCE = re.compile(
    r"(?P<sign>!?)\[(?P<label>[^\[\]\n]{1,500}+)\]"
    r"(?:[ ]?\[(?P<name>[^\[\]\n]{0,200}+)\])?(?![\[(:])"
)
_SETEXT = re.compile(r"^(?P<title>\S[^\n]{0,300})\n(?P<line>=+|-+)[ \t]*$", re.MULTILINE)
_BLOCK_START = re.compile(r"^(?:[-*+>#|]|\d+[.)] |```|~~~)")
_REMARK = re.compile(r"<!--(?:[^-]|-(?!->))*+-->")
_BREAK = re.compile(r"[ \t]*<br[ \t]*/?>[ \t]*\n?", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b(?P<attributes>[^<>]{0,2000}+)>", re.IGNORECASE)
_ANCHOR = re.compile(
    r"<a\b(?P<attributes>[^<>]{0,2000}+)>(?P<label>[^<>]{0,500}+)</a>", re.IGNORECASE
)
_TAG = re.compile(r"</?(?P<name>[a-zA-Z][a-zA-Z0-9]{0,20})\b(?:\s[^<>]{0,2000}+)?/?>")
_ATTRIBUTE = re.compile(
    r"""(?P<name>[a-z-]{1,20})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE
)
_LIQUID = re.compile(r"\{%[^%\n]{0,500}+%\}|\{\{[^{}\n]{0,500}+\}\}")
_EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_SILENT = frozenset({"p", "div", "span", "center", "figure", "section", "article", "small", "a"})


class Tidy:
    """`lost` counts the names of elements and switches that had no counterpart."""

    def __init__(self) -> None:
        self.lost: Counter[str] = Counter()

    def tidied(self, source: str) -> str:
        source = _indented_code(source)
        source = self._definitions(source)
        return "".join(self._pieces(source)).strip("\n")

    def _pieces(self, source: str) -> list[str]:
        pieces, at = [], 0
        for start, end in prose_spans(source):
            pieces += [source[at:start], self._prose(source[start:end])]
            at = end
        return [*pieces, source[at:]]

    def _prose(self, text: str) -> str:
        text = _REMARK.sub("", text)
        text = _LIQUID.sub(self._switch, text)
        text = _SETEXT.sub(_heading, text)
        text = _BREAK.sub("\n", text)
        text = _IMAGE.sub(_image, text)
        text = _ANCHOR.sub(_link, text)
        return _TAG.sub(self._tag, text)

    def _switch(self, found: re.Match[str]) -> str:
        """Commands of a site builder do nothing here; a name in braces is shown as typed."""
        if found[0].startswith("{%"):
            self.lost["{% … %}"] += 1
            return ""
        name = found[0].strip("{} ")
        if re.search(r"[.|%]|^\w+$", name) and name.islower():
            self.lost["{{ … }}"] += 1
            return f"\\{found[0]}"
        return found[0]

    def _tag(self, found: re.Match[str]) -> str:
        name = found["name"].lower()
        if name == "hr":
            return "\n\n---\n\n"
        if name in _EMPHASIS:
            return _EMPHASIS[name]
        if name not in _SILENT and not found[0].startswith("</"):
            self.lost[f"<{name}>"] += 1
        return "\n\n" if name in {"p", "div"} else ""

    def _definitions(self, source: str) -> str:
        """Addresses named at the end of a text go to where they are used."""
        known: dict[str, str] = {}
        for found in _DEFINITION.finditer(source):
            title = f' "{found["title"]}"' if found["title"] else ""
            known.setdefault(_folded(found["name"]), f"<{found['address']}>{title}")
        if not known:
            return source

        def inline(found: re.Match[str]) -> str:
            address = known.get(_folded(found["name"] or found["label"]))
            return f"{found['sign']}[{found['label']}]({address})" if address else found[0]

        return _REFERENCE.sub(inline, _DEFINITION.sub("", source))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _heading(found: re.Match[str]) -> str:
    """A line that is underlined, unless it is a list, a table or the end of one."""
    if _BLOCK_START.match(found["title"]) or (found["line"] == "-" and "|" in found["title"]):
        return found[0]
    marks = "#" if found["line"].startswith("=") else "##"
    return f"{marks} {found['title'].strip()}"


def _attributes(text: str) -> dict[str, str]:
    return {
        found["name"].lower(): unescape(next(filter(None, found.groups()[1:]), ""))
        for found in _ATTRIBUTE.finditer(text)
    }


def _image(found: re.Match[str]) -> str:
    read = _attributes(found["attributes"])
    if not read.get("src"):
        return ""
    alt = re.sub(r"[\[\]\n]", " ", read.get("alt", "")).strip()
    title = re.sub(r"[\"\n]", " ", read.get("title", "")).strip()
    caption = f' "{title}"' if title else ""
    return f"![{alt}](<{read['src']}>{caption})"


def _link(found: re.Match[str]) -> str:
    address = _attributes(found["attributes"]).get("href", "")
    label = re.sub(r"[\[\]]", "", found["label"]).strip()
    return f"[{label or address}](<{address}>)" if address else found["label"]


def _indented_code(source: str) -> str:
    """Four blanks after an empty line were code there; within a list they were its text."""
    out: list[str] = []
    code: list[str] = []
    in_list = False
    lines = source.split("\n")
    for at, line in enumerate(lines):
        is_code = line.startswith(("    ", "\t")) and bool(line.strip())
        starts = is_code and not in_list and (at == 0 or not lines[at - 1].strip())
        if (code and (is_code or not line.strip())) or starts:
            code.append(line)
            continue
        out += _fenced(code)
        code = []
        if line.strip():
            in_list = bool(re.match(r"\s*(?:[-*+]|\d+[.)])\s", line)) or (
                in_list and line.startswith((" ", "\t"))
            )
        out.append(line)
    return "\n".join([*out, *_fenced(code)])


def _fenced(code: list[str]) -> list[str]:
    if not code:
        return []
    after = 0
    while not code[-1].strip():
        code.pop()
        after += 1
    bare = [re.sub(r"^(?: {4}|\t)", "", line) for line in code]
    fence = "~~~~" if any(line.startswith("```") for line in bare) else "```"
    return [fence, *bare, fence, *[""] * after]
