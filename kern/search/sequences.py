"""All terms of a text in reading order, as a text of its own: phrases are looked for in it."""

from collections.abc import Sequence
from itertools import pairwise

from kern.search.analysis import Term
from kern.search.query import Phrase

_NO_TERM = "-"  # stands for a small word


def sequence_of(terms: Sequence[Term]) -> str:
    """With a blank before and behind each of them; empty for a text without any."""
    if not terms:
        return ""
    words = [_NO_TERM] * (terms[-1].position + 1)
    for term in terms:
        words[term.position] = term.text
    return f" {' '.join(words)} "


def pattern_of(phrase: Phrase) -> str:
    """Words at exactly the distances they have in the phrase, as a regular expression."""
    parts = [f" {phrase[0][0]}"]
    for (_, before), (term, place) in pairwise(phrase):
        between = place - before - 1
        parts.append(f"( [^ ]+){{{between}}} {term}" if between else f" {term}")
    return f"{''.join(parts)} "
