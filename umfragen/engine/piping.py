"""Texts with places for answers: `Sie wohnen in {ort.shown}.`

Braces are an expression unless a blank follows the first one, as in ExpressionScript; `\\{` is
always a brace. What answers bring in is escaped, so nobody can write markup into a question.
"""

import json
import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from umfragen.definition.texts import Text
from umfragen.engine.resolving import Resolver
from umfragen.engine.sheet import Sheet
from umfragen.engine.variables import Names
from umfragen.expression import (
    Mistake,
    Node,
    Value,
    evaluate,
    ids,
    outward,
    parse,
    text_of,
    wire,
)

MAX_PLACES = 50
COMMA_LANGUAGES = {"da", "de", "es", "fr", "it", "nl", "pl", "pt", "ru", "sv", "tr", "uk"}
"""Where people write 1,5."""

_PLACE = re.compile(
    r"""\\[{}]
    | \{ (?=[^\s{}])
      (?P<source> (?: [^{}"'] | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )*+ )
      \}""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """An expression inside of a text; `start`: where it begins there, after the brace."""

    source: str
    start: int


Pieces = tuple[str | Place, ...]


@lru_cache(maxsize=8_192)
def pieces_of(text: str) -> Pieces:
    """Words and places in turn; more than fifty places are words again."""
    found: list[str | Place] = []
    at = places = 0
    for match in _PLACE.finditer(text):
        found.append(text[at : match.start()])
        at = match.end()
        source = match["source"]
        if source is None:
            found.append(match.group()[1])
        elif places < MAX_PLACES:
            found.append(Place(source, match.start("source")))
            places += 1
        else:
            found.append(match.group())
    found.append(text[at:])
    return tuple(piece for piece in found if piece)


def node_at(names: Names, place: Place) -> tuple[Node | None, list[Mistake]]:
    """The expression of a place, resolved; None and the mistakes where it is none."""
    try:
        tree = parse(place.source)
    except Mistake as mistake:
        return None, [mistake]
    resolver = Resolver(names)
    node = resolver.resolve(tree)
    return (None if resolver.mistakes else node), resolver.mistakes


def plain(sheet: Sheet, text: Text) -> str:
    """The text with answers filled in, not escaped: for mails, exports and tests."""
    return "".join(
        piece if isinstance(piece, str) else piped(sheet, piece)
        for piece in pieces_of(_said(sheet, text))
    )


def html(sheet: Sheet, text: Text, live: Container[str] = ()) -> str:
    """The text escaped, with line breaks, and answers filled in escaped too.

    Places that look at `live` variables carry their expression for the browser in `data-pipe`.
    """
    return "".join(
        _escaped(piece) if isinstance(piece, str) else _html_place(sheet, piece, live)
        for piece in pieces_of(_said(sheet, text))
    )


def _said(sheet: Sheet, text: Text) -> str:
    return text.say(sheet.language, sheet.plan.definition.language)


def _escaped(words: str) -> str:
    return escape(words).replace("\n", "<br>")


def _html_place(sheet: Sheet, place: Place, live: Container[str]) -> str:
    words = _escaped(piped(sheet, place))
    node, _ = node_at(sheet.plan.names, place)
    if node is None or not any(found in live for found in ids(node)):
        return words
    tree = json.dumps(wire(node), ensure_ascii=False, separators=(",", ":"))
    return f'<span data-pipe="{escape(tree)}">{words}</span>'


def piped(sheet: Sheet, place: Place) -> str:
    """What stands at a place; an expression with a mistake shows itself, so that it is seen."""
    node, _ = node_at(sheet.plan.names, place)
    if node is None:
        return "{" + place.source + "}"
    return words_of(outward(evaluate(node, sheet.value)), sheet.language)


def words_of(value: Value, language: str) -> str:
    """A value as people of this language write it."""
    if isinstance(value, str | bool):
        return text_of(value)
    text = text_of(value)
    return text.replace(".", ",") if language.partition("-")[0] in COMMA_LANGUAGES else text


# For texts that were rendered once, at write


MARK = re.compile(r"⟦(\d+)⟧")


def with_marks(text: str) -> str:
    """The text with `⟦0⟧`, `⟦1⟧` ... for its places, ready for Markdown and the sanitiser."""
    count = iter(range(MAX_PLACES))
    return "".join(
        f"⟦{next(count)}⟧"
        if isinstance(piece, Place)
        else piece.replace("⟦", "[").replace("⟧", "]")
        for piece in pieces_of(text)
    )


def fill_marks(sheet: Sheet, markup: str, said: str) -> str:
    """Rendered markup of `with_marks(said)` with the answers in it, escaped for text and for
    attributes in double quotes."""
    places = [piece for piece in pieces_of(said) if isinstance(piece, Place)]

    def put(match: re.Match[str]) -> str:
        at = int(match[1])
        return escape(piped(sheet, places[at])) if at < len(places) else ""

    return MARK.sub(put, markup)
