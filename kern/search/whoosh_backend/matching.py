"""Which entries of a segment a query means, and what each of them scores."""

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import compress, repeat
from operator import mul
from typing import Any, NamedTuple

from kern.search.expansion import Group, Wanted
from kern.search.query import Phrase
from kern.search.sequences import pattern_of
from kern.search.whoosh_backend.segments import Posting, Segment

_MORE = 3.0  # what one more of the words is worth where not all of them must occur
_MANY_MORE = 12  # times as many postings as candidates: looking each up is quicker than all


class Matches(NamedTuple):
    ids: Sequence[int]
    scores: Sequence[float]


class Matcher:
    """`rarity` says how much a term is worth, `goes_on` whether there is time left."""

    def __init__(
        self,
        wanted: Wanted,
        rarity: Callable[[str], float],
        usual: float,
        goes_on: Callable[[], bool],
    ) -> None:
        self._wanted = wanted
        self._rarity = rarity
        self._usual = usual
        self._goes_on = goes_on

    def of(self, reader: Any, segment: Segment, hidden: Collection[int]) -> Matches:
        terms = [{term: 1.0} for phrase in self._wanted.phrases for term, _ in phrase]
        needed = [list(self._weighed(reader, segment, group)) for group in terms]
        words = [list(self._weighed(reader, segment, group)) for group in self._wanted.groups]
        if self._wanted.spare:
            found = _with_most(words, len(words) - self._wanted.spare)
        else:
            needed = [*words, *needed]
            needed.sort(key=lambda group: sum(len(posting.ids) for posting, _ in group))
            found = _joined(needed.pop(0))
        for group in needed:
            found = _narrowed(found, group)
        found = _without(found, hidden)
        return self._without_phrases(reader, segment, found)

    def _weighed(
        self, reader: Any, segment: Segment, group: Group
    ) -> Iterable[tuple[Posting, float]]:
        """All count as often as the most frequent of them: a rare compound is no better a hit."""
        worth = min(map(self._rarity, group))
        for term, boost in group.items():
            if not self._goes_on():
                return
            posting = segment.posting(reader, term, self._usual)
            if posting.ids:
                yield posting, boost * worth

    def _without_phrases(self, reader: Any, segment: Segment, found: Matches) -> Matches:
        for phrase in self._wanted.excluded:
            lacks = self._having(reader, segment, phrase, found.ids)
            found = _without(found, lacks)
        for phrase in self._wanted.phrases:
            has = self._having(reader, segment, phrase, found.ids)
            found = _kept(found, has)
        return found

    def _having(
        self, reader: Any, segment: Segment, phrase: Phrase, ids: Collection[int]
    ) -> Collection[int]:
        """Which of these have the words of the phrase at their distances."""
        terms = {term for term, _ in phrase}
        having = set(ids)
        for term in terms:
            having.intersection_update(segment.posting(reader, term, self._usual).ids)
        if len(phrase) == 1:
            return having
        sequences = reader.column_reader("sequence", translate=False)
        is_in = re.compile(pattern_of(phrase).encode()).search
        return {number for number in having if is_in(sequences[number])}


def _joined(group: Sequence[tuple[Posting, float]]) -> Matches:
    """The entries that have any of these terms, each scored by all it has."""
    if not group:
        return Matches((), ())
    if len(group) == 1:
        (posting, worth) = group[0]
        return Matches(posting.ids, list(map(mul, posting.impacts, repeat(worth))))
    scores = _scores(group)
    return Matches(list(scores), list(scores.values()))


def _with_most(groups: Iterable[Sequence[tuple[Posting, float]]], needed: int) -> Matches:
    """The entries that have a term of so many groups; those with more of them before others."""
    scores: dict[int, float] = {}
    groups_of: Counter[int] = Counter()
    for group in groups:
        found = _joined(group)
        groups_of.update(found.ids)
        for number, score in zip(found.ids, found.scores, strict=True):
            scores[number] = scores.get(number, 0.0) + score
    ids = [number for number, count in groups_of.items() if count >= needed]
    return Matches(ids, [scores[number] * _MORE ** (groups_of[number] - needed) for number in ids])


def _scores(group: Sequence[tuple[Posting, float]]) -> dict[int, float]:
    first, *others = sorted(group, key=lambda pair: -len(pair[0].ids))
    scores = dict(zip(first[0].ids, map(mul, first[0].impacts, repeat(first[1])), strict=True))
    get = scores.get
    for posting, worth in others:
        for number, impact in zip(posting.ids, posting.impacts, strict=True):
            scores[number] = get(number, 0.0) + impact * worth
    return scores


def _narrowed(found: Matches, group: Sequence[tuple[Posting, float]]) -> Matches:
    """Those that have a term of this group too."""
    size = sum(len(posting.ids) for posting, _ in group)
    if size > _MANY_MORE * len(found.ids):
        group = [(_looked_up(posting, found.ids), worth) for posting, worth in group]
    scores = _scores(group) if group else {}
    pairs = [
        (number, score + scores[number])
        for number, score in zip(found.ids, found.scores, strict=True)
        if number in scores
    ]
    return Matches([number for number, _ in pairs], [score for _, score in pairs])


def _looked_up(posting: Posting, wanted: Iterable[int]) -> Posting:
    """The part of a long posting that is about these few."""
    ids, last = posting.ids, len(posting.ids)
    places = ((number, bisect_left(ids, number)) for number in wanted)
    found = [at for number, at in places if at < last and ids[at] == number]
    return Posting([ids[at] for at in found], array("f", [posting.impacts[at] for at in found]))


def _without(found: Matches, hidden: Collection[int]) -> Matches:
    if not hidden:
        return found
    return chosen(found, [number not in hidden for number in found.ids])


def _kept(found: Matches, wanted: Collection[int]) -> Matches:
    return chosen(found, [number in wanted for number in found.ids])


def chosen(found: Matches, is_chosen: Sequence[bool]) -> Matches:
    return Matches(list(compress(found.ids, is_chosen)), list(compress(found.scores, is_chosen)))


def best_of_families(found: Matches, ranks: Sequence[float], family: Mapping[int, int]) -> Matches:
    """Of things with several entries the best one; `ranks` come before the scores."""
    if not family or family.keys().isdisjoint(found.ids):
        return found
    best: dict[int, tuple[float, float, int]] = {}
    for number, rank, score in zip(found.ids, ranks, found.scores, strict=True):
        head = family.get(number)
        if head is not None and (rank, score, -number) > best.get(head, (-1.0, -1.0, 0)):
            best[head] = (rank, score, -number)
    kept = {-number for _, _, number in best.values()}
    return chosen(found, [number not in family or number in kept for number in found.ids])
