"""What the town keeps about a person besides their own texts.

Whoever keeps something says how it comes into that person's data (Art. 15 and 20 DSGVO) and what
goes with the person; portal registers them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kern.named import Named


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks for their data, or leaves: all parties behind one account, and its address."""

    account_id: int
    parties: Sequence[int]
    address: str  # folded; empty when there is none


@dataclass(frozen=True, slots=True)
class Keeper:
    name: str  # the key in the person's data: German, ASCII
    export: Callable[[Person], Any]
    """Plain values about this person alone, never the words or names of others."""
    forget: Callable[[Person], None] | None = None
    """None: it goes by other ways, or the public record needs it and it names nobody any more."""


_keepers = Named[Keeper]("keeper", lambda keeper: keeper.name)
fill = _keepers.fill


def export(person: Person) -> dict[str, Any]:
    return {keeper.name: keeper.export(person) for keeper in _keepers.values()}


def forget(person: Person) -> None:
    for keeper in _keepers.values():
        if keeper.forget is not None:
            keeper.forget(person)
