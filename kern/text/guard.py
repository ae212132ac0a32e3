"""Refuse formatting to text on which the Markdown parser would choke.

Python-Markdown recurses per list and quote level and reads the rest again at each, builds a cell
per column even in empty rows, and copies a paragraph once per sign in it. Brackets, its other
weakness, need no guard: `kern.text.dialect` reads links with a pattern of its own.
"""

import re

MAX_DEPTH = 12
"""Levels of lists and quotes at the start of one line."""

MAX_COLUMNS = 60
"""Cells in one line."""

MAX_COPIED = 200_000_000
"""Characters of one paragraph times its signs: 10,000 signs in a paragraph of 20,000."""

_INDENT = 4
_SIGNS = "\\`*_[<\n"
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_PREFIX = re.compile(r"(?:[ \t]|>|[-+*](?=[ \t])|\d{1,9}\.(?=[ \t]))*+")
_MARKER = re.compile(r">|[-+*]|\d+\.")
_RULE = re.compile(r"[ \t]*([-*_])(?:[ \t]*\1)*[ \t]*")


def is_too_complex(text: str) -> bool:
    """Whether a line starts deeper, or a line or paragraph holds more, than any person writes."""
    lines = text.split("\n")
    return any(_depth(line) > MAX_DEPTH or line.count("|") > MAX_COLUMNS for line in lines) or any(
        effort(paragraph) > MAX_COPIED for paragraph in _EMPTY_LINE.split(text)
    )


def effort(paragraph: str) -> int:
    """Characters that the parser copies at most."""
    return len(paragraph) * sum(paragraph.count(sign) for sign in _SIGNS)


def _depth(line: str) -> int:
    """Levels that the line opens; a rule (`- - -`) opens none."""
    found = _PREFIX.match(line)
    prefix = found.group() if found else ""
    if len(prefix) <= MAX_DEPTH or _RULE.fullmatch(line):
        return 0
    wide = prefix.expandtabs(_INDENT)
    indent = len(wide) - len(wide.lstrip())
    return indent // _INDENT + len(_MARKER.findall(prefix))
