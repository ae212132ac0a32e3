"""Columns as stored: of bytes a bit per response for each value, all else compressed. Pure.

Bits are ready for filters as they are read: nothing is unpacked, and a set of 100,000 responses is
a number of 12.5 kB. The first response is the lowest bit.
"""

import zlib
from array import array
from collections.abc import Iterable, Mapping

from umfragen.store.cells import LARGEST
from umfragen.store.columns import NONE, STATUS, Column, Kind

LEVEL = 1  # of zlib: four times as fast as the default, a fifth larger
MOST_VALUES = 256
ZERO, ONE = b"01"


class Damaged(ValueError):
    """These bytes are no column of so many responses."""


def width(count: int) -> int:
    """Bytes of a set of so many responses."""
    return -(-count // 8)


def pack(column: Column, data: bytes) -> bytes:
    if column.kind is not Kind.BYTE:
        return zlib.compress(data, LEVEL)
    values = sorted(set(data))
    if column.part not in {0, STATUS}:  # an option: how the item stands is told by its status
        values = [value for value in values if 0 < value <= LARGEST]
    return bytes([len(values), *values]) + b"".join(_bits(data, value) for value in values)


def unpack_sets(packed: bytes, count: int) -> dict[int, bytes]:
    """By value: who has it. Raises Damaged."""
    values, size = packed[1 : 1 + packed[0]], width(count)
    start = 1 + len(values)
    if len(packed) != start + len(values) * size:
        raise Damaged
    return {
        value: packed[start + at * size : start + (at + 1) * size]
        for at, value in enumerate(values)
    }


def unpack_values(column: Column, packed: bytes, count: int) -> "array[float]":
    """Numbers, days or keys, filled up to whole bytes of a set. Raises Damaged."""
    found: array[float] = array(column.kind)
    found.frombytes(zlib.decompress(packed))
    if len(found) != count:
        raise Damaged
    return filled(column, found)


def filled(column: Column, values: "array[float]") -> "array[float]":
    lacking = 8 * width(len(values)) - len(values)
    values.extend([NONE if column.kind is Kind.NUMBER else 0] * lacking)
    return values


def everybody(counts: Iterable[int]) -> bytes:
    """The set of all, of blocks of so many each."""
    return b"".join(((1 << n) - 1).to_bytes(width(n), "little") for n in counts)


def set_of(flags: bytes) -> int:
    """Of a 1 or 0 for each response."""
    return int(flags.translate(_CHARACTERS)[::-1], 2) if flags else 0


def flags_of(found: int, size: int) -> bytes:
    """The way back, of a set of so many bytes."""
    return format(found, f"0{8 * size}b").encode()[::-1].translate(_FLAGS) if size else b""


def planes(keys: "array[float]") -> list[int]:
    """The bits of whole numbers of 32: the sum over a set is a matter of counting bits then."""
    data, lanes = keys.tobytes(), 4
    tables = [bytes(value >> bit & 1 for value in range(MOST_VALUES)) for bit in range(8)]
    return [set_of(data[lane::lanes].translate(table)) for lane in range(lanes) for table in tables]


def joined(pieces: Iterable[tuple[Mapping[int, bytes], int]]) -> dict[int, int]:
    """Sets of blocks one after the other, with how many bytes each block takes."""
    blocks = list(pieces)
    values = sorted({value for sets, _size in blocks for value in sets})
    return {
        value: int.from_bytes(
            b"".join(sets.get(value) or bytes(size) for sets, size in blocks), "little"
        )
        for value in values
    }


_CHARACTERS = bytes([ZERO]) + bytes([ONE]) * (MOST_VALUES - 1)
_FLAGS = bytes(int(value == ONE) for value in range(MOST_VALUES))


def _bits(data: bytes, value: int) -> bytes:
    table = bytearray([ZERO]) * MOST_VALUES
    table[value] = ONE
    return int(data.translate(table)[::-1], 2).to_bytes(width(len(data)), "little")
