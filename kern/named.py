"""Things that portal registers under a name, once per process (again when tests build apps)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Named(Mapping[str, T], Generic[T]):
    """By name, in the order of registration. `what` says what they are when a name comes twice."""

    def __init__(self, what: str, name_of: Callable[[T], str]) -> None:
        self._what = what
        self._name_of = name_of
        self._found: dict[str, T] = {}

    def fill(self, found: Iterable[T]) -> None:
        """In place of what was registered before. Raises ValueError for a name that comes twice."""
        self._found.clear()
        for one in found:
            name = self._name_of(one)
            if name in self._found:
                raise ValueError(f"{self._what} {name!r} is registered twice")
            self._found[name] = one

    def __getitem__(self, name: str) -> T:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
