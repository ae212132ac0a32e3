"""„Meinten Sie ...?“: what somebody may have meant to type, when that would find more.

The words come from the index, which also knows what only invited people read; so a correction is
only made when the reader's own audience finds something with it, and spelt as in a text they may
read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from kern import outbox
from kern.content import Ref
from kern.search import spelling, synonyms
from kern.search.alternatives import Synonyms
from kern.search.asking import FEW
from kern.search.backend import PUBLIC, Hit, IndexUnavailable, Request, SearchBackend
from kern.search.confirming import documents_of
from kern.search.opening import open_index
from kern.search.query import Query, parse
from kern.settings import town_settings

_READ = 5  # texts that show how a word is written

Texts = Callable[[Sequence[Hit]], Iterable[str]]


class Spelt(NamedTuple):
    word: str
    total: int  # of texts that have it


@dataclass(frozen=True, slots=True)
class Shelf:
    """An index, whose texts one reader may see, and how to read them."""

    index: SearchBackend
    request: Request  # with the reader's audiences, and what is masked
    texts_of: Texts
    synonyms: Synonyms = field(default_factory=dict)

    def total(self, text: str) -> int:
        query = parse(text, synonyms=self.synonyms)
        return self.index.search(replace(self.request, query=query, limit=1)).total

    def spelt(self, term: str) -> Spelt:
        """How texts of the shelf write the term; its word is empty when none has it."""
        asked = replace(self.request, query=Query(words=(term,)), limit=_READ)
        hits = self.index.search(asked)
        return Spelt(spelling.spelt(term, self.texts_of(hits.hits)), hits.total)


def did_you_mean(text: str, have: int, *, audiences: frozenset[str] = frozenset({PUBLIC})) -> str:
    """What to offer instead of `text`, all words of which `have` texts have; empty when nothing is
    better. Never raises."""
    if have >= FEW:
        return ""
    masked = frozenset(Ref(*ref) for ref in outbox.masked())
    request = Request(Query(), audiences=audiences, masked=masked, is_counted=False)
    meant = synonyms.read(town_settings().synonyms)
    try:
        return correct(text, have, Shelf(open_index(), request, partial(_texts, audiences), meant))
    except IndexUnavailable:
        return ""


def _texts(audiences: frozenset[str], hits: Sequence[Hit]) -> Iterable[str]:
    """Of hits, as the database has them at present."""
    for document in documents_of(hit.ref for hit in hits):
        if document.audience in audiences:
            yield f"{document.title}\n{document.body}"


def correct(text: str, have: int, shelf: Shelf) -> str:
    """`text` with words that are in the shelf, when it finds more than `have` then."""
    text = parse(text).text  # one line of bounded length
    meant = shelf.index.consult(partial(spelling.misspelt, text))
    words = {typed: shelf.spelt(term) for typed, term in meant.items()}
    words = {typed: spelt for typed, spelt in words.items() if spelt.word}
    if not words:
        return ""
    better = spelling.replaced(text, {typed: spelt.word for typed, spelt in words.items()})
    if _is_one_word(parse(better)) and max(spelt.total for spelt in words.values()) > have:
        return better  # it finds these texts, and perhaps more
    return better if shelf.total(better) > have else ""


def _is_one_word(query: Query) -> bool:
    return len(query.words) + len(query.prefixes) == 1 and not query.phrases + query.excluded
