"""Columns of a segment read whole, as they lie on the disk. The library gives their values one by
one, which was most of the first search of a large town after a start.
"""

import sys
from array import array
from collections.abc import Sequence
from itertools import repeat
from typing import Any

from whoosh.codec.whoosh3 import LENGTHS_COLUMN
from whoosh.columns import NumericColumn, RefBytesColumn
from whoosh.util.numeric import byte_to_length

from kern.search.backend import IndexUnavailable

_LENGTH_OF = [byte_to_length(byte) for byte in range(256)]


def column(reader: Any, name: str) -> Any:
    if name not in reader.schema:
        raise IndexUnavailable("er ist von einem älteren Programm")
    return reader.column_reader(name, translate=False)


def numbers(reader: Any, name: str, code: str) -> "array[Any]":
    """One for each entry, of the type that `code` names as `array` does."""
    return _read(column(reader, name), reader.doc_count_all(), code)


def lengths(reader: Any, name: str) -> "array[int]":
    """How many terms each entry has in this field, as roughly as the library remembers it."""
    size, of_field = reader.doc_count_all(), f"_{name}_len"
    files = reader._perdoc  # noqa: SLF001 - the library gives them one by one
    if not files.has_column(of_field):
        return array("I", repeat(0, size))
    read = _read(files.column_reader(of_field, LENGTHS_COLUMN), size, "B")
    return array("I", map(_LENGTH_OF.__getitem__, read))


def words(reader: Any, name: str) -> tuple[Sequence[int], Sequence[bytes]]:
    """Of each entry the number of its value, and the values."""
    found = column(reader, name)
    if isinstance(found, RefBytesColumn.Reader):
        return _at_once(found, found._doccount), found._uniques  # noqa: SLF001 - as above
    known: dict[bytes, int] = {}
    of_each = [known.setdefault(bytes(value), len(known)) for value in found]
    return of_each, list(known)


def _read(found: Any, size: int, code: str) -> "array[Any]":
    """The values at the end are not written down where they are the usual one."""
    if not isinstance(found, NumericColumn.Reader):
        return array(code, found)  # of a segment without any value
    written = min(found._count, size)  # noqa: SLF001 - as above
    read = _at_once(found, written)
    read.extend(repeat(found._default, size - written))  # noqa: SLF001 - as above
    return array(code, read) if read.typecode != code else read


def _at_once(found: Any, count: int) -> "array[Any]":
    """So many values from the first on; their highest byte comes first in the file."""
    read = array(found._typecode)  # noqa: SLF001 - as above
    size = count * read.itemsize
    data = found._dbfile.get(found._basepos, size)  # noqa: SLF001 - as above
    if len(data) != size:  # who may read the rest would be unknown, and nothing of it hidden
        raise IndexUnavailable("eine Spalte ist zu kurz")
    read.frombytes(data)
    if sys.byteorder == "little":
        read.byteswap()
    return read
