"""Texts of XLSForms: Markdown with a little HTML and `${name}` for answers."""

import re
from collections.abc import Mapping
from html import unescape

from umfragen.exchange.report import Loss, Note, echo
from umfragen.exchange.xlsform.xpath import Find

MAX_BODY, MAX_LABEL = 10_000, 500

_BREAK = re.compile(r"<br\s*/?>|</p>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_PLACE = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")
_BRACE = re.compile(r"(?<![$\\])\{(?=\S)")
_CODED = frozenset({"single", "ranking"})


def said(words: Mapping[str, str], find: Find, notes: list[Note]) -> dict[str, str]:
    """A text with formatting, in all its languages."""
    found = {}
    for language, text in words.items():
        made = _cut(_filled(_without_tags(text), find, notes), MAX_BODY, notes)
        if made:
            found[language] = made
    return found


def plain(words: Mapping[str, str], most: int = MAX_LABEL) -> dict[str, str]:
    """On one line, without places for answers."""
    found = {}
    for language, text in words.items():
        line = " ".join(_BRACE.sub(r"\\{", _without_tags(text)).split())
        if line:
            found[language] = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    return found


def _without_tags(text: str) -> str:
    return unescape(_TAG.sub("", _BREAK.sub("\n", text))).strip()


def _filled(text: str, find: Find, notes: list[Note]) -> str:
    """`${name}` as a place for the answer: its words where it is a choice."""
    text = _BRACE.sub(r"\\{", text)

    def put(found: re.Match[str]) -> str:
        target = find(found[1])
        if target is None or target.kind == "multiple" or target.many:
            notes.append(Loss("Im Text entfällt {%(source)s}.", source=echo(found[1])))
            return ""
        return f"{{{target.name}.shown}}" if target.kind in _CODED else f"{{{target.name}}}"

    return _PLACE.sub(put, text)


def _cut(text: str, most: int, notes: list[Note]) -> str:
    if len(text) <= most:
        return text
    notes.append(Loss("Ein Text wurde auf %(most)s Zeichen gekürzt.", most=most))
    return text[: most - 1].rstrip() + "…"
