"""Refuse formatting to text on which the Markdown parser would choke.

Python-Markdown recurses per list and quote level and reads the rest again at each, and it builds a
cell per column even in empty rows. Brackets, its other weakness, need no guard:
`kern.text.dialect` reads links with a pattern of its own.
"""

import re

MAX_DEPTH = 12
"""Levels of lists and quotes at the start of one line."""

MAX_COLUMNS = 60
"""Cells in one line."""

_INDENT = 4
_PREFIX = re.compile(r"(?:[ \t]|>|[-+*](?=[ \t])|\d{1,9}\.(?=[ \t]))*+")
_MARKER = re.compile(r">|[-+*]|\d+\.")
_RULE = re.compile(r"[ \t]*([-*_])(?:[ \t]*\1)*[ \t]*")


def is_too_complex(text: str) -> bool:
    """Whether one line starts deeper or has more columns than any person writes."""
    return any(
        _depth(line) > MAX_DEPTH or line.count("|") > MAX_COLUMNS for line in text.split("\n")
    )


def _depth(line: str) -> int:
    """Levels that the line opens; a rule (`- - -`) opens none."""
    found = _PREFIX.match(line)
    prefix = found.group() if found else ""
    if len(prefix) <= MAX_DEPTH or _RULE.fullmatch(line):
        return 0
    wide = prefix.expandtabs(_INDENT)
    indent = len(wide) - len(wide.lstrip())
    return indent // _INDENT + len(_MARKER.findall(prefix))
