"""All detectors over one text: what was seen, heaviest first. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kern.moderation.hints import links, manner, personal
from kern.moderation.hints.kinds import Finding, HintKind
from kern.moderation.hints.words import WordList

_MOST_NAMED = 5  # words or hosts said in a sentence


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the town wants to be told about. `many` are texts of one person within an hour."""

    words: WordList
    links: bool = True
    personal: bool = True
    manner: bool = True
    lookalikes: bool = True
    many: int = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and what is known of how it came."""

    plain: str
    html: str = ""
    is_first: bool = False
    an_hour: int = 1  # texts of the same person within an hour, this one included
    typed_ms: int | None = None
    own_host: str = ""


def detect(sample: Sample, wishes: Wishes) -> list[Finding]:
    found = [*_in_words(sample, wishes.words)]
    if wishes.links:
        found += _in_links(sample)
    if wishes.personal:
        counts = personal.find(sample.plain)
        found += [Finding(kind, {"count": count}) for kind, count in counts.items()]
    if wishes.manner:
        found += _in_manner(sample)
    if sample.an_hour >= wishes.many:
        found.append(Finding(HintKind.MANY, {"count": sample.an_hour}))
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
    if sample.is_first:
        yield Finding(HintKind.FIRST)
