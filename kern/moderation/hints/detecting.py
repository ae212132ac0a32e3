"""All detectors over one text: what was seen, heaviest first. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kern.moderation.hints import links, manner, personal
from kern.moderation.hints.kinds import Finding, HintKind
from kern.moderation.hints.words import WordList

MANY_AN_HOUR = 5  # texts of one person: lively is no fault, so this is the first that says it
_MOST_NAMED = 5  # words or hosts said in a sentence


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and what is known of how it came."""

    plain: str
    html: str = ""
    is_first: bool = False
    an_hour: int = 1  # texts of the same person within an hour, this one included
    typed_ms: int | None = None
    own_host: str = ""


def detect(sample: Sample, words: WordList) -> list[Finding]:
    found = [
        *_in_words(sample, words),
        *_in_links(sample),
        *(Finding(kind, {"count": n}) for kind, n in personal.find(sample.plain).items()),
        *_in_manner(sample),
    ]
    return sorted(found, key=lambda finding: -finding.weight)


def _in_words(sample: Sample, words: WordList) -> Iterator[Finding]:
    found = words.find(sample.plain) if words else ()
    if found:
        yield Finding(HintKind.WORDS, {"words": list(found[:_MOST_NAMED])})


def _in_links(sample: Sample) -> Iterator[Finding]:
    found = links.find(sample.plain, sample.html, sample.own_host)
    if found.shortened:
        yield Finding(HintKind.SHORTENED, {"hosts": list(found.shortened[:_MOST_NAMED])})
    if found.count >= links.MANY or (found.count and sample.is_first):
        facts: Mapping[str, Any] = {"count": found.count, "hosts": list(found.hosts[:_MOST_NAMED])}
        yield Finding(HintKind.LINKS, {**facts, "first": sample.is_first})


def _in_manner(sample: Sample) -> Iterator[Finding]:
    characters = len(sample.plain)
    if manner.is_shouted(sample.plain):
        yield Finding(HintKind.CAPITALS)
    if sample.typed_ms is not None and manner.is_fast(characters, sample.typed_ms):
        seconds = max(1, round(sample.typed_ms / 1000))
        yield Finding(HintKind.FAST, {"characters": characters, "seconds": seconds})
    if sample.an_hour >= MANY_AN_HOUR:
        yield Finding(HintKind.MANY, {"count": sample.an_hour})
    if sample.is_first:
        yield Finding(HintKind.FIRST)
