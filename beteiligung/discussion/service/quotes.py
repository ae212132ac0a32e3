"""Who quotes a passage that was taken out elsewhere: people quote, so a look at theirs is due."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service.texts import Thing, key_of
from kern import text
from kern.content import Ref
from kern.db import db
from kern.moderation.cases import find_open, open_case
from kern.moderation.models import CaseKind
from kern.moderation.redaction import holds

LONG = 3  # words that nobody puts in a row by chance
MOST_PIECES = 6  # the longest ones; each is looked for in everything public
MOST = 200  # things that share a word with one and are read whole
_SENTENCE = re.compile(r"[.!?\n]+")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a passage, in plain words."""

    text: str
    word: str  # its longest one
    is_long: bool


def have_reviewed(thing: Thing, passages: Sequence[str]) -> None:
    """Public things that quote one of the passages come to the desk."""
    for one in _quoting(thing, _pieces(passages)):
        ref = Ref(key_of(one), one.id)
        if find_open(ref, CaseKind.REVIEW) or find_open(ref, CaseKind.RELEASE):
            continue
        open_case(CaseKind.REVIEW, ref, one.latest, scope_id=one.scope_id, author_id=one.author_id)


def _pieces(passages: Sequence[str]) -> list[Piece]:
    found: dict[str, Piece] = {}
    for passage in passages:
        sentences = _SENTENCE.split(text.render(passage, links=False).plain)
        for sentence in sentences:
            words = _WORD.findall(sentence)
            if not words or (len(words) < LONG and len(sentences) > 1):
                continue
            longest = max(words, key=len)
            found[sentence] = Piece(sentence, longest, len(words) >= LONG)
    return sorted(found.values(), key=lambda piece: -len(piece.text))[:MOST_PIECES]


def _quoting(thing: Thing, pieces: Sequence[Piece]) -> Iterator[Thing]:
    """Long pieces are looked for in the whole town, a word or two only in the same thread."""
    if not pieces:
        return
    thread_id = thing.id if isinstance(thing, Thread) else thing.thread_id
    posts = select(Post).where(Post.status == Status.PUBLIC)
    posts = posts.where(_mentions(Post.plain, Post.thread_id == thread_id, pieces))
    threads = select(Thread).where(Thread.status == Status.PUBLIC)
    threads = threads.where(_mentions(Thread.plain, Thread.id == thread_id, pieces))
    found: list[Thing] = [
        *db.session.scalars(posts.order_by(Post.id.desc()).limit(MOST)),
        *db.session.scalars(threads.order_by(Thread.id.desc()).limit(MOST)),
    ]
    for other in found:
        if other is not thing and any(holds(other.plain, piece.text) for piece in pieces):
            yield other


def _mentions(
    plain: InstrumentedAttribute[str], is_here: ColumnElement[bool], pieces: Sequence[Piece]
) -> ColumnElement[bool]:
    wanted = [(piece, plain.contains(piece.word, autoescape=True)) for piece in pieces]
    return or_(*(has if piece.is_long else and_(is_here, has) for piece, has in wanted))
