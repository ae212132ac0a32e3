"""Which stretches of a Markdown source are words, and which are code that is shown as typed."""

import re
from collections.abc import Iterator

from kern.text.dialect import CODE, closed_fences

_CODE_SPAN = re.compile(CODE)
Span = tuple[int, int]


def prose_spans(source: str) -> Iterator[Span]:
    """(start, end) of everything outside fenced and inline code, in order. Reads as the renderer
    does: a fence or a backtick that is never closed is text."""
    for start, end in _outside_fences(source):
        at = start
        for code in _CODE_SPAN.finditer(source, start, end):
            if at < code.start():
                yield at, code.start()
            at = code.end()
        if at < end:
            yield at, end


def _outside_fences(source: str) -> Iterator[Span]:
    lines = source.split("\n")
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)
    begin = 0
    for start, end in closed_fences(lines):
        if begin < offsets[start]:
            yield begin, offsets[start]
        begin = offsets[end + 1]
    if begin < len(source):
        yield begin, len(source)
