"""Some of the answers: by what they gave, by source, language and version. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kern.ids import parse_id
from umfragen.definition.items import Holds, Item
from umfragen.store.cells import LANGUAGE, SOURCE, VERSION, Head

MAX_CHOICES = 40
HEADS: Mapping[int, Callable[[Head], int]] = {
    LANGUAGE: lambda head: head.language,
    SOURCE: lambda head: head.source,
    VERSION: lambda head: head.version,
}
"""What a response has beside its answers, and can be chosen by."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Of every item named, one of its codes named."""

    wanted: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.wanted)

    def words(self) -> list[str]:
        """As it stands in an address."""
        return [f"{item}.{code}" for item, codes in self.wanted.items() for code in sorted(codes)]


def read_filter(values: Iterable[str], items: Mapping[int, Item]) -> Filter:
    """From an address; what no longer exists there is left out."""
    wanted: dict[int, set[int]] = {}
    for value in list(values)[:MAX_CHOICES]:
        item, code = read_choice(value)
        if item is not None and code is not None and _exists(item, code, items):
            wanted.setdefault(item, set()).add(code)
    return Filter({item: frozenset(codes) for item, codes in sorted(wanted.items())})


def read_choice(value: str) -> tuple[int | None, int | None]:
    item, _, code = value.partition(".")
    known, chosen = parse_id(item.removeprefix("-")), parse_id(code)
    if known is None or chosen is None:
        return None, None
    return -known if item.startswith("-") else known, chosen


def can_choose_by(item: Item) -> bool:
    return item.holds in {Holds.CODE, Holds.CODES}


def _exists(item: int, code: int, items: Mapping[int, Item]) -> bool:
    if item in HEADS:
        return True
    return item in items and can_choose_by(items[item]) and code in items[item].codes
