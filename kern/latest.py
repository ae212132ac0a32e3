"""A memory of the things used last: so many and no more, over all towns of a process."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Latest(Generic[Key, Value]):
    """Safe to share between threads. `let_go` is told each value that falls out."""

    def __init__(self, most: int, let_go: Callable[[Value], object] | None = None) -> None:
        self.most = most
        self._let_go = let_go
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Key, value: Value) -> None:
        """In place of what was there, which falls out as well."""
        with self._lock:
            before = self._kept.pop(key, None)
            fallen = [] if before is None or before is value else [before]
            self._kept[key] = value
            while len(self._kept) > self.most:
                fallen.append(self._kept.popitem(last=False)[1])
        self._tell(fallen)

    def drop(self, key: Key) -> None:
        with self._lock:
            found = self._kept.pop(key, None)
        self._tell([] if found is None else [found])

    def clear(self) -> None:
        with self._lock:
            fallen = list(self._kept.values())
            self._kept.clear()
        self._tell(fallen)

    def __len__(self) -> int:
        return len(self._kept)

    def _tell(self, fallen: list[Value]) -> None:
        if self._let_go is not None:
            for value in fallen:
                self._let_go(value)
