"""Templates: balanced double braces, whose meaning lies in another wiki."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_BRACES = re.compile(r"\{\{|\}\}")
_PARTS = re.compile(r"\[\[|\]\]|\{\{|\}\}|\|")
_NAMED = re.compile(r"\s*([^=\n\[{<]{1,60}?)\s*=\s*", re.DOTALL)
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Template:
    """`words`: its parameters that have no name, in order; `named`: the others, names folded."""

    name: str
    words: tuple[str, ...]
    named: Mapping[str, str]
    is_inline: bool


def replace_templates(text: str, made: Callable[[Template], str]) -> str:
    """Every outermost template replaced. Braces without a partner are text."""
    out: list[str] = []
    at = 0
    for start, end in _outermost(text):
        out += [text[at:start], made(_read(text[start + 2 : end - 2]))]
        at = end
    return "".join([*out, text[at:]])


def _outermost(text: str) -> Iterator[tuple[int, int]]:
    """Where balanced braces begin and end, without those inside others."""
    opened: list[int] = []
    closed: list[tuple[int, int]] = []
    for brace in _BRACES.finditer(text):
        if brace.group() == "{{":
            opened.append(brace.start())
        elif opened:
            start = opened.pop()
            while closed and closed[-1][0] > start:
                closed.pop()
            closed.append((start, brace.end()))
    yield from closed


def _read(inner: str) -> Template:
    parts = split_parts(inner)
    words: list[str] = []
    named: dict[str, str] = {}
    for part in parts[1:]:
        name = _NAMED.match(part)
        if name:
            named[name[1].casefold()] = part[name.end() :].strip()
        else:
            words.append(part.strip())
    title = re.sub(r"\s+", " ", parts[0].replace("_", " ")).strip()
    is_inline = "\n" not in inner and not named and len(words) <= _MOST_WORDS
    return Template(title, tuple(filter(None, words)), named, is_inline)


def split_parts(inner: str) -> list[str]:
    """At the bars that stand in no link and no template of their own."""
    parts: list[str] = []
    depth = at = 0
    for sign in _PARTS.finditer(inner):
        if sign.group() in {"[[", "{{"}:
            depth += 1
        elif sign.group() in {"]]", "}}"}:
            depth = max(0, depth - 1)
        elif depth == 0:
            parts.append(inner[at : sign.start()])
            at = sign.end()
    return [*parts, inner[at:]]
