"""What an index holds, with the digest of each: sixteen bytes for a thing, not some hundred."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kern.content import Ref


class _Kind(NamedTuple):
    """`ids` are in their order; `is_taken` has a byte for each."""

    ids: "array[int]"
    digests: "array[int]"
    is_taken: bytearray


class Digests(Mapping[Ref, int]):
    def __init__(self, rows: Iterable[tuple[str, int]]) -> None:
        """Refs as text, with what `digest_of` says of each of a ref's documents."""
        found: dict[str, tuple[array[int], array[int]]] = {}
        for text, digest in rows:
            key, id_ = Ref.parse(text)
            ids, digests = found.setdefault(key, (array("q"), array("q")))
            ids.append(id_)
            digests.append(digest)
        self._kinds = {key: _sorted(*found.pop(key)) for key in list(found)}

    def __getitem__(self, ref: Ref) -> int:
        kind, at = self._place(ref)
        if kind is None:
            raise KeyError(ref)
        return kind.digests[at]

    def __iter__(self) -> Iterator[Ref]:
        return (Ref(key, id_) for key, kind in self._kinds.items() for id_ in kind.ids)

    def __len__(self) -> int:
        return sum(len(kind.ids) for kind in self._kinds.values())

    def take(self, ref: Ref) -> int | None:
        """Its digest; then it does not belong to the `rest` any more."""
        kind, at = self._place(ref)
        if kind is None:
            return None
        kind.is_taken[at] = True
        return kind.digests[at]

    def rest(self) -> Iterator[Ref]:
        for key, kind in self._kinds.items():
            yield from (
                Ref(key, id_)
                for id_, is_taken in zip(kind.ids, kind.is_taken, strict=True)
                if not is_taken
            )

    def _place(self, ref: Ref) -> tuple[_Kind | None, int]:
        kind = self._kinds.get(ref.key)
        if kind is not None:
            at = bisect_left(kind.ids, ref.id)
            if at < len(kind.ids) and kind.ids[at] == ref.id:
                return kind, at
        return None, 0


def _sorted(ids: "array[int]", digests: "array[int]") -> _Kind:
    """The documents of one thing count together, in whatever order."""
    kind = _Kind(array("q"), array("q"), bytearray())
    for at in sorted(range(len(ids)), key=ids.__getitem__):
        if kind.ids and kind.ids[-1] == ids[at]:
            kind.digests[-1] ^= digests[at]
        else:
            kind.ids.append(ids[at])
            kind.digests.append(digests[at])
    kind.is_taken.extend(bytes(len(kind.ids)))
    return kind
