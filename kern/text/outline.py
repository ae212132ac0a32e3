"""Headings that fit the page around them, whatever levels were typed."""

import re

_HEADING = re.compile(r"<(/?)h([1-6])>")
DEEPEST = 6


def outline(html: str, top: int) -> str:
    """Sanitised HTML whose first level of headings is `top` (2 for h2), the next one below, and so
    on: people begin with ## as often as with #, and a page must not skip a level."""
    used = sorted({int(level) for _slash, level in _HEADING.findall(html)})
    fitting = {level: min(top + place, DEEPEST) for place, level in enumerate(used)}
    return _HEADING.sub(lambda tag: f"<{tag[1]}h{fitting[int(tag[2])]}>", html)
