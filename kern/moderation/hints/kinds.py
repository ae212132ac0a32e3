"""What a hint can be about, and how much each kind weighs when the desk sorts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kern.content import Ref


class HintKind(StrEnum):
    WORDS = "words"
    LINKS = "links"
    SHORTENED = "shortened"  # a link whose target nobody sees
    FAST = "fast"
    FIRST = "first"
    MANY = "many"
    PHONE = "phone"
    EMAIL = "email"
    IBAN = "iban"
    PLATE = "plate"
    NAME = "name"
    STREET = "street"
    CAPITALS = "capitals"
    LOOKALIKE = "lookalike"
    QUOTE = "quote"  # of what was taken out elsewhere; known when it goes, never found again


WEIGHTS: Mapping[HintKind, int] = {
    HintKind.QUOTE: 6,
    HintKind.WORDS: 5,
    HintKind.IBAN: 5,
    HintKind.SHORTENED: 4,
    HintKind.LOOKALIKE: 4,
    HintKind.PLATE: 4,
    HintKind.LINKS: 3,
    HintKind.PHONE: 3,
    HintKind.EMAIL: 3,
    HintKind.NAME: 2,
    HintKind.MANY: 2,
    HintKind.STREET: 1,
    HintKind.CAPITALS: 1,
    HintKind.FAST: 1,
    HintKind.FIRST: 1,
}
"""A case weighs the sum. Personal data and listed words weigh most: there a release harms somebody;
a first post alone is no reproach to anybody."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector saw. `facts` are counts, the town's own words or names of hosts: never words
    of the person who wrote."""

    kind: HintKind
    facts: Mapping[str, Any] = field(default_factory=dict)
    other: Ref | None = None

    @property
    def weight(self) -> int:
        return WEIGHTS[self.kind]


@dataclass(frozen=True, slots=True)
class Hint:
    """A finding as the desk shows it, in the reader's language."""

    kind: HintKind
    weight: int
    sentence: str
    other: Ref | None = None  # of a look-alike, or of what is quoted
