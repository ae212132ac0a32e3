"""What people type into the search box, understood by a small parser of our own.

Words, `"phrases in quotes"`, `-without` and `begin*`: nothing else means anything, nothing is an
error, and every length is bounded, so no input can cost more than a long honest question.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kern.search import alternatives, analysis, compounds
from kern.search.alternatives import NONE, Other, Synonyms

MAX_TEXT = 200
MAX_WORDS = 12
MAX_PHRASE = 8
MIN_PREFIX = 3  # letters; below, half the dictionary would match
_TWO_TO_SPARE = range(4, 7)  # words; beyond, there would be too many ways to leave out two

_HEAD = 2  # letters that no ending is taken from
_FINISHED = (".", ",", ";", ":", "!", "?")  # behind a word: nobody is still typing it
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<bare>[^\s"]+))')

Phrase = tuple[tuple[str, int], ...]
"""Terms, each with its distance in words from the first one."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word, and the term it would be if the word were already complete."""

    text: str
    term: str
    is_meant: bool = False  # a star was typed: longer words are as good


@dataclass(frozen=True, slots=True)
class Query:
    """All words, phrases and prefixes must occur, nothing excluded may. Terms as `analysis` has.

    `spare` of the words and prefixes may be missing all the same.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    prefixes: tuple[Prefix, ...] = ()
    others: tuple[Other, ...] = ()
    spare: int = 0

    @property
    def looser(self) -> "Query | None":
        """The same with a word or two to spare; None when each of them is needed."""
        count = len(self.words) + len(self.prefixes)
        if self.spare or count <= 1:
            return None
        return replace(self, spare=2 if count in _TWO_TO_SPARE else 1)

    @property
    def is_empty(self) -> bool:
        """Nothing to look for: only small words, or only exclusions."""
        return not (self.words or self.phrases or self.prefixes)

    @property
    def wants(self) -> Callable[[str], bool]:
        """A test whether a word of a text is one of those that were looked for."""
        return _Wanted(self)


class _Wanted:
    """What a query looks for, laid out once for the thousands of words of a page of hits."""

    def __init__(self, query: Query) -> None:
        self._terms = frozenset(
            {
                *query.words,
                *(prefix.term for prefix in query.prefixes),
                *(part for phrase in query.phrases for part, _ in phrase),
                *(other.text for other in query.others),
            }
        )
        self._starts = tuple(prefix.text for prefix in query.prefixes)
        self._heads = tuple(start[:_HEAD] for start in self._starts)
        self._parts = (
            *query.words,
            *(prefix.term for prefix in query.prefixes if not prefix.is_meant),
            *(other.text for other in query.others if other.boost == alternatives.SYNONYM),
        )

    def __call__(self, word: str) -> bool:
        term = analysis.stem_of(word)
        if not term:
            return False
        return term in self._terms or self._begins(word, term) or self._has_part(term)

    def _begins(self, word: str, term: str) -> bool:
        """Only endings go from a term, so most words are told by it, which is known already."""
        return term.startswith(self._heads) and analysis.fold(word).startswith(self._starts)

    def _has_part(self, term: str) -> bool:
        """The index has looked up what the town's words are; marking need not again."""
        if not term.startswith(self._parts) and not term.endswith(self._parts):
            return False
        return any(compounds.has_part(term, part, _everything) for part in self._parts)


def _everything(_term: str) -> bool:
    return True


class _Parts:
    """Collects what was found, up to the limits."""

    def __init__(self) -> None:
        self.left = MAX_WORDS
        self.words: dict[str, None] = {}
        self.phrases: dict[Phrase, None] = {}
        self.excluded: dict[Phrase, None] = {}
        self.prefixes: dict[Prefix, None] = {}
        self.bare: list[list[str]] = [[]]  # words as they were typed, in runs of neighbours

    def take_phrase(self, text: str, *, excluded: bool) -> None:
        self.bare.append([])
        phrase = _phrase(text, min(self.left, MAX_PHRASE))
        self.left -= len(phrase)
        if not phrase:
            return
        if excluded:
            self.excluded[phrase] = None
        elif len(phrase) == 1:
            self.words[phrase[0][0]] = None
        else:
            self.phrases[phrase] = None

    def take_words(self, text: str, *, unfinished: bool) -> None:
        """Words without quotes; the last one may be a beginning: `radw*`, or still being typed."""
        starred = text.endswith("*")
        unfinished = unfinished and not text.endswith(_FINISHED)
        typed = [word for word, _, _ in analysis.words(text)]
        found = [part for word in typed for part in alternatives.parted(word)]
        for number, word in enumerate(found, start=1):
            term, last = analysis.stem_of(word), number == len(found)
            if self.left > 0 and (term or (last and starred)):
                self.left -= 1
                self.bare[-1].append(word)
                self._take(word, term, begins=last and (starred or unfinished), starred=starred)

    def _take(self, word: str, term: str, *, begins: bool, starred: bool) -> None:
        start = analysis.fold(word)
        if begins and len(start) >= MIN_PREFIX:
            self.prefixes[Prefix(start, term or start, starred)] = None
        elif term:
            self.words[term] = None

    def others(self, synonyms: Synonyms) -> tuple[Other, ...]:
        """The best ones first, as the limit cuts off the rest."""
        found = dict.fromkeys(other for run in self.bare for other in alternatives.joined(run))
        begun = (prefix.term for prefix in self.prefixes if not prefix.is_meant)
        for term in (*self.words, *begun):
            found |= dict.fromkeys(alternatives.others_of(term, synonyms))
        return tuple(found)[: alternatives.MOST]


def parse(text: str, *, complete_last: bool = True, synonyms: Synonyms = NONE) -> Query:
    """Never raises. With `complete_last` the last bare word also matches longer words."""
    text = _clean(text)
    parts = _Parts()
    matches = list(_PART.finditer(text))
    for match in matches:
        excluded = match["minus"] is not None
        if match["phrase"] is not None or excluded:
            parts.take_phrase(match["phrase"] or match["bare"] or "", excluded=excluded)
        else:
            unfinished = complete_last and match.end() == len(text)
            parts.take_words(match["bare"], unfinished=unfinished)
    return Query(
        text=text,
        words=tuple(parts.words),
        phrases=tuple(parts.phrases),
        excluded=tuple(parts.excluded),
        prefixes=tuple(parts.prefixes),
        others=parts.others(synonyms),
    )


def _clean(text: str) -> str:
    """One line, bounded, without control characters."""
    return " ".join("".join(_printable(text[: 4 * MAX_TEXT])).split())[:MAX_TEXT]


def _printable(text: str) -> Iterator[str]:
    return (char if char.isprintable() or char in "\u00ad\u200c\u200d" else " " for char in text)


def _phrase(text: str, limit: int) -> Phrase:
    terms = [(term.text, term.position) for term in analysis.analyse(text)][: max(limit, 0)]
    return tuple((term, position - terms[0][1]) for term, position in terms)
