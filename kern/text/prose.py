"""Which stretches of a Markdown source are words, and which are code that is shown as typed."""

import re
from collections.abc import Iterator

from kern.text.dialect import CODE, closing_fence, opening_fence

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
    begin = index = 0
    unclosed: dict[str, int] = {}
    while index < len(lines):
        fence = opening_fence(lines[index])
        end = None
        if fence and len(fence) < unclosed.get(fence[0], len(fence) + 1):
            end = closing_fence(lines, index + 1, fence)
            if end is None:
                unclosed[fence[0]] = len(fence)
        if end is None:
            index += 1
            continue
        if begin < offsets[index]:
            yield begin, offsets[index]
        index = end + 1
        begin = offsets[index]
    if begin < len(source):
        yield begin, len(source)
