"""Who quotes a passage that was taken out elsewhere: people quote, so copies of it are looked for.

What is public or waits comes to the desk, where a person decides. What nobody decides about loses
the passage at once: earlier wordings, what is hidden or refused, drafts, notes of the desk, texts
that wait for the mail of their author.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import or_, select

from kern import text
from kern.accounts import pending
from kern.content import ContentType, DeskItem, Mention, Ref, desk_items_of, registry
from kern.db import db
from kern.moderation.cases import find_open, open_case
from kern.moderation.hints import mark_quote
from kern.moderation.models import Case, CaseKind, CaseNote
from kern.moderation.persons import PERSON_KEY
from kern.moderation.redaction import holds, without_quotes

LONG = 3  # words that nobody puts in a row by chance
MOST_PIECES = 6  # the longest ones; each is looked for in all texts
MOST = 200  # texts of one kind that share a word with a piece and are read whole
_SENTENCE = re.compile(r"[.!?\n]+")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a passage, in plain words."""

    text: str
    word: str  # its longest one
    is_long: bool


@dataclass(frozen=True, slots=True)
class Search:
    """Long pieces are looked for in the whole town, a word or two only nearby."""

    pieces: Sequence[Piece]

    @property
    def words(self) -> list[str]:
        return sorted({piece.word for piece in self.pieces})

    def strike(self, words: str, *, near: bool) -> str:
        """The text without what it quotes."""
        sought = [piece.text for piece in self.pieces if near or piece.is_long]
        return without_quotes(words, sought)

    def finds(self, words: str, *, near: bool) -> bool:
        return any((near or one.is_long) and holds(words, one.text) for one in self.pieces)


def pursue(ref: Ref, host: Ref, passages: Sequence[str]) -> None:
    """`passages` went from `ref`, which hangs on `host` (a thread, or itself)."""
    search = Search(_pieces(passages))
    if not search.pieces:
        return
    for type_, mention in _mentions(search.words):
        near = mention.host == host
        if mention.ref == ref or not search.finds(mention.plain, near=near):
            continue
        if mention.is_decidable:
            _bring_to_desk(mention.ref, ref)
        elif type_.strike is not None:
            type_.strike(mention, partial(search.strike, near=near))
    items = desk_items_of([ref, host])
    _strike_notes(items.get(ref), search)
    _strike_pending(items.get(host), search)


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


def _mentions(words: Sequence[str]) -> Iterator[tuple[ContentType, Mention]]:
    for type_ in registry().values():
        if type_.mentions is not None:
            yield from ((type_, mention) for mention in type_.mentions(words, MOST))


def _bring_to_desk(ref: Ref, source: Ref) -> None:
    """The case says why; whoever has one open about it anyway reads it there."""
    case = find_open(ref, CaseKind.RELEASE) or find_open(ref, CaseKind.REVIEW)
    if case is None:
        item = desk_items_of([ref]).get(ref)
        if item is None:
            return
        case = open_case(
            CaseKind.REVIEW,
            ref,
            item.revision,
            scope_id=item.scope_id,
            author_id=item.author_party,
        )
    mark_quote(case, source)


def _strike_notes(item: DeskItem | None, search: Search) -> None:
    """What reporters, moderators and objectors wrote; nearby is the same project, and what was
    said to the same person."""
    holding = [CaseNote.text.icontains(word, autoescape=True) for word in search.words]
    query = select(CaseNote, Case).join(Case, Case.id == CaseNote.case_id).where(or_(*holding))
    for note, case in db.session.execute(query):
        near = item is not None and (
            case.scope_id == item.scope_id
            or (case.content_key == PERSON_KEY and case.content_id == item.author_party)
        )
        note.text = search.strike(note.text, near=near)


def _strike_pending(host: DeskItem | None, search: Search) -> None:
    path = host.path if host is not None else ""
    pending.rewrite(lambda words, back: search.strike(words, near=back == path))
