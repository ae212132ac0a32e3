"""What a query means, as PostgreSQL reads it; for very long texts also as patterns."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from kern.search.expansion import Group, Wanted
from kern.search.postgres_backend.schema import quoted
from kern.search.query import Phrase
from kern.search.sequences import pattern_of


class Matching(NamedTuple):
    """`exact` says it all; `loose` leaves distances out. In a sequence of terms all patterns of
    `has` must match and none of `lacks`. Both are empty where no distance matters."""

    exact: str
    loose: str
    has: tuple[str, ...]
    lacks: tuple[str, ...]


def matching(wanted: Wanted) -> Matching:
    ways = [f"({' & '.join(map(_any_of, way))})" for way in wanted.ways if way]
    groups = [f"({' | '.join(ways)})"] if ways else []
    single = [f"!{_in_order(phrase)}" for phrase in wanted.excluded if len(phrase) == 1]
    longer = [phrase for phrase in wanted.excluded if len(phrase) > 1]
    phrases = [_in_order(phrase) for phrase in wanted.phrases]
    excluded = [f"!{_in_order(phrase)}" for phrase in longer]
    anywhere = [quoted(term) for phrase in wanted.phrases for term, _ in phrase]
    return Matching(
        " & ".join([*groups, *phrases, *single, *excluded]),
        " & ".join([*groups, *anywhere, *single]),
        tuple(pattern_of(phrase) for phrase in wanted.phrases),
        tuple(pattern_of(phrase) for phrase in longer),
    )


def any_of(terms: Iterable[str]) -> str:
    return " | ".join(quoted(term) for term in terms)


def _any_of(group: Group) -> str:
    return f"({any_of(group)})"


def _in_order(phrase: Phrase) -> str:
    """Words at exactly the distances they have in the phrase."""
    parts = [quoted(phrase[0][0])]
    for (_, before), (term, place) in pairwise(phrase):
        parts.append(f"<{place - before}> {quoted(term)}")
    return f"({' '.join(parts)})"
