"""Who quotes a passage that was taken out elsewhere: people quote, so a look at theirs is due."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kern import text
from kern.content import Mention, Ref, registry
from kern.moderation.cases import find_open, open_case
from kern.moderation.models import CaseKind
from kern.moderation.redaction import holds

LONG = 3  # words that nobody puts in a row by chance
MOST_PIECES = 6  # the longest ones; each is looked for in everything public
MOST = 200  # things of one kind that share a word with a piece and are read whole
_SENTENCE = re.compile(r"[.!?\n]+")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a passage, in plain words."""

    text: str
    word: str  # its longest one
    is_long: bool


def have_reviewed(ref: Ref, host: Ref, passages: Sequence[str]) -> None:
    """Public things that quote one of the passages come to the desk. Long pieces are looked for in
    the whole town, a word or two only in the same thread or page."""
    pieces = _pieces(passages)
    for mention in _mentions(pieces):
        if mention.ref != ref and _is_quote(mention, host, pieces):
            _open_review(mention.ref)


def _pieces(passages: Iterable[str]) -> list[Piece]:
    found: dict[str, Piece] = {}
    for passage in passages:
        sentences = _SENTENCE.split(text.render(passage, links=False).plain)
        for sentence in sentences:
            words = _WORD.findall(sentence)
            if not words or (len(words) < LONG and len(sentences) > 1):
                continue
            found[sentence] = Piece(sentence, max(words, key=len), len(words) >= LONG)
    return sorted(found.values(), key=lambda piece: -len(piece.text))[:MOST_PIECES]


def _mentions(pieces: Sequence[Piece]) -> Iterator[Mention]:
    words = sorted({piece.word for piece in pieces})
    for type_ in registry().values() if words else ():
        if type_.mentions is not None:
            yield from type_.mentions(words, MOST)


def _is_quote(mention: Mention, host: Ref, pieces: Sequence[Piece]) -> bool:
    near = mention.host == host
    return any((near or piece.is_long) and holds(mention.plain, piece.text) for piece in pieces)


def _open_review(ref: Ref) -> None:
    """Unless somebody is to look at it anyway."""
    item = registry()[ref.key].desk_items([ref.id]).get(ref.id)
    if item is None or find_open(ref, CaseKind.REVIEW) or find_open(ref, CaseKind.RELEASE):
        return
    open_case(
        CaseKind.REVIEW,
        ref,
        item.revision,
        scope_id=item.scope_id,
        author_id=item.author_party,
    )
