"""Tables that tell nobody about a handful of people: small cells go, and so many others with them
that no sum gives them back.

Small cells and zeros look alike here, and so do the cells hidden to protect them. How narrow the
sums leave a hidden cell is measured exactly: in a table with sums, the least and the greatest value
are found by flows in the network of rows and columns (Cox, Network Models for Complementary Cell
Suppression, JASA 90, 1995); the partners of a small cell are the corners of a rectangle (Repsilber,
Preservation of Confidentiality in Aggregated Data, 1994, as in GHMITER).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

K = 5
"""Fewest people a public figure may stand for."""

Spot = tuple[int, int]
Cells = tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Protected:
    """None stands for a hidden figure. `n` is all of them and never hidden."""

    cells: Cells
    across: tuple[int | None, ...]
    down: tuple[int | None, ...]
    n: int

    @property
    def is_empty(self) -> bool:
        return all(cell is None for row in self.cells for cell in row)


def protect(
    table: Sequence[Sequence[int]],
    k: int = K,
    *,
    hidden: Iterable[Spot] = (),
    sums_are_known: bool = False,
) -> Protected:
    """A table of counts, with its sums. Below `k` people in all, nothing is shown but their number,
    which the caller should not show either.

    `hidden`: what is not shown anyway. `sums_are_known`: all others of the sums are public already,
    so only inner figures can be hidden."""
    network = _Network(table, k)
    network.hidden = set(hidden)
    network.keeps_sums = sums_are_known
    if not network.hide_all_small():
        network.hide_everything()
    rows = [
        tuple(None if (i, j) in network.hidden else value for j, value in enumerate(row))
        for i, row in enumerate(network.values)
    ]
    return Protected(
        tuple(row[:-1] for row in rows[:-1]),
        tuple(row[-1] for row in rows[:-1]),
        rows[-1][:-1],
        network.n,
    )


def bounds(table: Sequence[Sequence[int]], hidden: frozenset[Spot] | set[Spot]) -> dict[Spot, Spot]:
    """What an attacker with pen and paper knows of each hidden figure: its least and its greatest
    value. Sums count as row or column behind the last."""
    network = _Network(table, 1)
    network.hidden = set(hidden)
    return {spot: network.range_of(spot, network.n) for spot in sorted(hidden)}


def hidden_spots(table: Protected) -> frozenset[Spot]:
    rows = (*zip(table.cells, table.across, strict=True), (table.down, table.n))
    return frozenset(
        (i, j)
        for i, (cells, total) in enumerate(rows)
        for j, value in enumerate((*cells, total))
        if value is None
    )


class _Network:
    """A table with its sums as further row and column, every line of which balances: inner figures
    and the total count up, the other sums down."""

    def __init__(self, table: Sequence[Sequence[int]], k: int) -> None:
        inner = [list(row) for row in table]
        if not inner or not inner[0] or len({len(row) for row in inner}) != 1:
            raise ValueError("a table has rows of one length")
        self.values = [[*row, sum(row)] for row in inner]
        self.values.append([sum(column) for column in zip(*self.values, strict=True)])
        self.k = k
        self.last_row, self.last_column = len(inner), len(inner[0])
        self.n = self.values[-1][-1]
        self.hidden: set[Spot] = set()
        self.keeps_sums = False

    def spots(self) -> Iterator[Spot]:
        """All but the total."""
        for i, row in enumerate(self.values):
            for j in range(len(row)):
                if (i, j) != (self.last_row, self.last_column):
                    yield i, j

    def value(self, spot: Spot) -> int:
        return self.values[spot[0]][spot[1]]

    def is_sum(self, spot: Spot) -> bool:
        return (spot[0] == self.last_row) != (spot[1] == self.last_column)

    def room(self, spot: Spot, up: bool) -> int:
        """By how much the balance of a figure may go up or down while it stays a count."""
        return self.n if up != self.is_sum(spot) else self.value(spot)

    def hide_everything(self) -> None:
        self.hidden.update(self._to_hide())

    def hide_all_small(self) -> bool:
        """False where sums would always give a figure away."""
        small = [spot for spot in self._to_hide() if self.value(spot) < self.k]
        self.hidden.update(small)
        if self.n < self.k:
            return False
        return all(self._cover(spot) for spot in sorted(small, key=self.value))

    def _to_hide(self) -> list[Spot]:
        return [spot for spot in self.spots() if not (self.keeps_sums and self.is_sum(spot))]

    def _cover(self, spot: Spot) -> bool:
        """Hide partners until the figure may be anything within as wide a range as 0 to k - 1."""
        wanted = self.k - 1
        while not self._is_wide(spot, wanted):
            found = self._best_corners(spot, wanted)
            if not found:
                return False
            self.hidden.update(found)
        return True

    def _is_wide(self, spot: Spot, wanted: int) -> bool:
        low, high = self.range_of(spot, wanted)
        return high - low >= wanted

    def range_of(self, spot: Spot, limit: int) -> Spot:
        """No further than `limit` to each side."""
        raised = min(self._flow(spot, limit, up=True), self.room(spot, up=True))
        lowered = min(self._flow(spot, limit, up=False), self.room(spot, up=False))
        if self.is_sum(spot):
            raised, lowered = lowered, raised
        return self.value(spot) - lowered, self.value(spot) + raised

    def _best_corners(self, spot: Spot, wanted: int) -> set[Spot] | None:
        """The rectangle that widens the range and costs the fewest figures."""
        i, j = spot
        best: tuple[bool, int] | None = None
        found = None
        for other_i in range(self.last_row + 1):
            for other_j in range(self.last_column + 1):
                corners = {(i, other_j), (other_i, j), (other_i, other_j)}
                if other_i == i or other_j == j or not self._may_hide(corners):
                    continue
                width = self._width(spot, (other_i, other_j))
                price = (width < wanted, sum(map(self._price, corners - self.hidden)))
                if width and (best is None or price < best):
                    best, found = price, corners
        return found

    def _may_hide(self, corners: set[Spot]) -> bool:
        new = corners - self.hidden
        kept = (self.last_row, self.last_column) in new
        return bool(new) and not kept and not (self.keeps_sums and any(map(self.is_sum, new)))

    def _price(self, spot: Spot) -> int:
        return self.value(spot) + 1 + (self.n if self.is_sum(spot) else 0)

    def _width(self, spot: Spot, opposite: Spot) -> int:
        """How far the four corners can be turned against each other."""
        same = (spot, opposite)
        against = ((spot[0], opposite[1]), (opposite[0], spot[1]))

        def turn(up: bool) -> int:
            with_it = min(self.room(corner, up) for corner in same)
            return min(with_it, *(self.room(corner, not up) for corner in against))

        return turn(up=True) + turn(up=False)

    def _flow(self, spot: Spot, limit: int, *, up: bool) -> int:
        """How much the other hidden figures can take up: the greatest flow from the row of this
        figure to its column, by Edmonds and Karp, J. ACM 19 (1972)."""
        room: dict[int, dict[int, int]] = {}
        columns = self.last_row + 1
        for i, j in self.hidden - {spot}:
            room.setdefault(i, {})[columns + j] = self.room((i, j), not up)
            room.setdefault(columns + j, {})[i] = self.room((i, j), up)
        total = 0
        while total < limit:
            path = _find_path(room, spot[0], columns + spot[1])
            if not path:
                break
            step = min(limit - total, *(room[a][b] for a, b in path))
            for a, b in path:
                room[a][b] -= step
                room[b][a] += step
            total += step
        return total


def _find_path(room: Mapping[int, Mapping[int, int]], start: int, end: int) -> list[Spot]:
    came_from = {start: start}
    waiting = deque([start])
    while waiting and end not in came_from:
        here = waiting.popleft()
        for there, left in room.get(here, {}).items():
            if left > 0 and there not in came_from:
                came_from[there] = here
                waiting.append(there)
    if end not in came_from:
        return []
    path = []
    while end != start:
        path.append((came_from[end], end))
        end = came_from[end]
    return path
