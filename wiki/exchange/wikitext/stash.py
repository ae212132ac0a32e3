"""Pieces that are finished and must not be read again, put aside under a mark."""

import re
from collections.abc import Callable

_MARK = re.compile("\x02(\\d+)\x03")
_CONTROL = re.compile("[\x02\x03]")


class Stash:
    def __init__(self) -> None:
        self._pieces: list[str] = []

    def put(self, piece: str) -> str:
        """A mark to stand in the text."""
        self._pieces.append(piece)
        return f"\x02{len(self._pieces) - 1}\x03"

    def back(self, text: str) -> str:
        """The text with all pieces, those within pieces too."""
        out: list[str] = []
        at = 0
        for mark in _MARK.finditer(text):
            out += [text[at : mark.start()], self.back(self._piece(int(mark[1])))]
            at = mark.end()
        return "".join([*out, text[at:]])

    def _piece(self, number: int) -> str:
        return self._pieces[number] if number < len(self._pieces) else ""


def without_marks(text: str) -> str:
    """A foreign text that cannot be mistaken for a mark."""
    return _CONTROL.sub("", text)


def cut_tags(text: str, names: str, made: Callable[[str, str, str], str]) -> str:
    """Every `<name attributes>content</name>` replaced by `made(name, attributes, content)`.

    `names` is a pattern. Content is taken as it stands; an element that is never closed is text.
    """
    opening = re.compile(rf"<({names})\b([^<>]*)>", re.IGNORECASE)
    lowered = text.lower()
    unclosed: set[str] = set()
    out: list[str] = []
    at = 0
    while found := opening.search(text, at):
        name, attributes = found[1].lower(), found[2]
        end, after = found.end(), found.end()
        if not attributes.endswith("/"):
            closing = f"</{name}>"
            end = -1 if name in unclosed else lowered.find(closing, found.end())
            after = end + len(closing)
        if end < 0:
            unclosed.add(name)
            out.append(text[at : found.end()])
            at = found.end()
            continue
        out += [text[at : found.start()], made(name, attributes, text[found.end() : end])]
        at = after
    return "".join([*out, text[at:]])
