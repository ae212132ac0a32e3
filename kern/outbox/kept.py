"""What is made once for everybody, and kept while the counters of what it shows stand."""

from collections.abc import Callable
from typing import Generic, TypeVar

from kern.latest import Key, Latest, Value
from kern.outbox.watching import is_settled

Mark = TypeVar("Mark")


class Kept(Generic[Key, Mark, Value]):
    """Never what a transaction made of its own changes: they may be taken back, and then another
    change counts up to the same mark."""

    def __init__(self, most: int) -> None:
        self._latest: Latest[Key, tuple[Mark, Value]] = Latest(most)

    def get(self, key: Key, mark: Mark, make: Callable[[], Value]) -> Value:
        held = self._latest.get(key)
        if held is not None and held[0] == mark:
            return held[1]
        made = make()
        if is_settled():
            self._latest.put(key, (mark, made))
        return made
