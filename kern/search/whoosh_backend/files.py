"""Files of a segment as they lie on the disk, looked at and not copied.

The library maps a segment into memory, and then reads each of its files into memory of its own: a
large town's whole index, for every thread that searches and once more after every change. Here all
threads and processes look at the same pages, which the operating system keeps and takes back.

They look for as long as a reader is open, so files of a generation are never changed where they
lie: a process that looks at one which lost its end dies of SIGBUS. Our writers make new files, a
rebuild a new folder, and restoring a backup puts a whole folder in the place of the old one.
"""

import os
from typing import Any

from whoosh.filedb import compound
from whoosh.filedb.structfile import BufferFile, StructFile


class _Reader:
    """The part of a file object that reading a segment needs, over a view."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        start = self._at
        found = bytes(self._view[start:] if size < 0 else self._view[start : start + size])
        self._at = start + len(found)
        return found

    def readline(self) -> bytes:
        """Only pickles ask for it, a few times for each file."""
        line, end, _ = bytes(self._view[self._at :]).partition(b"\n")
        self._at += len(line) + len(end)
        return line + end

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: len(self._view)}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at


class View(BufferFile):  # type: ignore[misc]  # the package has no types
    def __init__(self, buf: memoryview, name: str | None = None, onclose: Any = None) -> None:
        StructFile.__init__(self, _Reader(buf), name, onclose)
        self._buf = buf

    def subset(self, position: int, length: int, name: str | None = None) -> "View":
        return View(self._buf[position : position + length], name or self._name)


def install() -> None:
    """For all segments that are opened from now on."""
    compound.BufferFile = View
