"""The older .xls: records of BIFF8 in a file system of its own, as [MS-XLS] and [MS-CFB] say.

A small part of both: texts, numbers, truth values and results of formulas of every sheet.
"""

import struct
from collections.abc import Iterator, Sequence

from umfragen.exchange.report import Refused
from umfragen.exchange.workbooks import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Sheets, figure, filled

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHORTEST = 512  # bytes of a header
FREE = 0xFFFFFFF0  # from here on sector numbers mean something else
MAX_SECTORS = 65_536
STREAMS = ("Workbook", "Book")

BOUNDSHEET, SST, CONTINUE, EOF, BOF = 0x85, 0xFC, 0x3C, 0x0A, 0x809
LABEL, LABELSST, NUMBER, RK, MULRK, FORMULA, STRING, BOOLERR = (
    0x204, 0xFD, 0x203, 0x27E, 0xBD, 0x06, 0x207, 0x205,
)  # fmt: skip


def read_xls(data: bytes) -> Sheets:
    """Raises `Refused`, whatever is wrong with the file."""
    try:
        return _Book(_stream(data)).sheets()
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise Refused("Diese Datei ist beschädigt oder keine Arbeitsmappe.") from error


# The file system


def _stream(data: bytes) -> bytes:
    """The workbook's own bytes."""
    if len(data) < SHORTEST or not data.startswith(MAGIC):
        raise Refused("Diese Datei ist beschädigt oder keine Arbeitsmappe.")
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in {512, 4096}:
        raise Refused("Diese Datei ist beschädigt oder keine Arbeitsmappe.")
    disk = _Disk(data, size)
    directory = disk.chain(struct.unpack_from("<I", data, 48)[0])
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    root = next((entry for entry in entries if entry[66] == 5), None)  # noqa: PLR2004 - the root
    for entry in entries:
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if name in STREAMS:
            start, count = struct.unpack_from("<II", entry, 116)
            small = count < struct.unpack_from("<I", data, 56)[0]
            return disk.small(root, start, count) if small and root else disk.chain(start)[:count]
    raise Refused("Diese Datei ist beschädigt oder keine Arbeitsmappe.")


class _Disk:
    """Sectors and the chains they form; no chain goes in circles."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data = data
        self.size = size
        count = len(data) // size + 1
        tables = [n for n in struct.unpack_from("<109I", data, 76) if n < FREE]
        following = struct.unpack_from("<I", data, 68)[0]
        for _ in range(MAX_SECTORS):
            if following >= FREE:
                break
            numbers = struct.unpack(f"<{size // 4}I", self.sector(following))
            tables += [n for n in numbers[:-1] if n < FREE]
            following = numbers[-1]
        self.next: list[int] = []
        for table in tables[:count]:
            self.next += struct.unpack(f"<{size // 4}I", self.sector(table))

    def sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        return self.data[start : start + self.size].ljust(self.size, b"\0")

    def chain(self, start: int) -> bytes:
        return b"".join(self.sector(number) for number in _walk(self.next, start))

    def small(self, root: bytes, start: int, count: int) -> bytes:
        """Streams below four kilobytes share the sectors of the root."""
        first = struct.unpack_from("<I", self.data, 60)[0]
        table = self.chain(first)
        following = struct.unpack(f"<{len(table) // 4}I", table)
        box = self.chain(struct.unpack_from("<I", root, 116)[0])
        pieces = [box[number * 64 : number * 64 + 64] for number in _walk(following, start)]
        return b"".join(pieces)[:count]


def _walk(following: Sequence[int], start: int) -> Iterator[int]:
    seen: set[int] = set()
    while start < len(following) and start not in seen and len(seen) < MAX_SECTORS:
        seen.add(start)
        yield start
        start = following[start]


# The workbook


class _Book:
    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.shared: list[str] = []

    def records(self, at: int) -> Iterator[tuple[int, bytes]]:
        while at + 4 <= len(self.stream):
            kind, length = struct.unpack_from("<HH", self.stream, at)
            yield kind, self.stream[at + 4 : at + 4 + length]
            at += 4 + length

    def sheets(self) -> Sheets:
        places: list[tuple[str, int]] = []
        strings: list[bytes] = []
        in_table = False
        for kind, data in self.records(0):
            if kind == BOUNDSHEET and data[5] == 0:
                start = struct.unpack_from("<I", data)[0]
                places.append((_short_text(data, 6), start))
            elif kind == SST or (kind == CONTINUE and in_table):
                strings.append(data)
            elif kind == EOF:
                break
            in_table = kind == SST or (kind == CONTINUE and in_table)
        self.shared = list(_shared(strings)) if strings else []
        return {name.strip(): self.rows(start) for name, start in places}

    def rows(self, start: int) -> list[list[str]]:
        cells: dict[int, dict[int, str]] = {}
        waiting = (0, 0)
        for kind, data in self.records(start):
            if kind == EOF:
                break
            if kind == STRING:  # the result of the formula before
                cells.setdefault(waiting[0], {})[waiting[1]] = _long_text(data, 0)
                continue
            for row, column, text in self.cells(kind, data):
                waiting = row, column
                if row < MAX_ROWS and column < MAX_COLUMNS:
                    cells.setdefault(row, {})[column] = text
        return [filled(cells.get(at, {})) for at in range(max(cells, default=-1) + 1)]

    def cells(self, kind: int, data: bytes) -> Iterator[tuple[int, int, str]]:
        if kind not in {LABEL, LABELSST, NUMBER, RK, MULRK, FORMULA, BOOLERR}:
            return
        row, column = struct.unpack_from("<HH", data)
        if kind == MULRK:
            for at in range((len(data) - 6) // 6):
                packed = struct.unpack_from("<I", data, 6 + at * 6)[0]
                yield row, column + at, _packed_number(packed)
        elif kind == LABELSST:
            at = struct.unpack_from("<I", data, 6)[0]
            yield row, column, self.shared[at] if at < len(self.shared) else ""
        else:
            yield row, column, _one(kind, data)


def _one(kind: int, data: bytes) -> str:
    if kind == LABEL:
        return _long_text(data, 6)
    if kind == RK:
        return _packed_number(struct.unpack_from("<I", data, 6)[0])
    if kind == BOOLERR:
        return ("true" if data[6] else "false") if data[7] == 0 else ""
    if kind == FORMULA and data[12:14] == b"\xff\xff":  # a text, a truth value or nothing
        return ("true" if data[8] else "false") if data[6] == 1 else ""
    return figure(repr(struct.unpack_from("<d", data, 6)[0]))


def _packed_number(packed: int) -> str:
    if packed & 2:
        number = float(packed >> 2 if packed < 1 << 31 else (packed >> 2) - (1 << 30))
    else:
        number = struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))[0]
    return figure(repr(number / 100 if packed & 1 else number))


def _short_text(data: bytes, at: int) -> str:
    count, flags = data[at], data[at + 1]
    return _decoded(data[at + 2 :], count, wide=bool(flags & 1))


def _long_text(data: bytes, at: int) -> str:
    count, flags = struct.unpack_from("<HB", data, at)
    return _decoded(data[at + 3 :], count, wide=bool(flags & 1))


def _decoded(data: bytes, count: int, *, wide: bool) -> str:
    if wide:
        return data[: count * 2].decode("utf-16-le", "replace")[:MAX_CELL]
    return data[:count].decode("latin-1")[:MAX_CELL]


def _shared(parts: list[bytes]) -> Iterator[str]:
    """The table of texts. A text may go on in the next record, where its width is said again."""
    reader = _Parts(parts)
    _, count = struct.unpack("<II", reader.take(8))
    for _ in range(min(count, 500_000)):
        if reader.is_over:
            return
        yield reader.text()


class _Parts:
    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts
        self.part = 0
        self.at = 0

    @property
    def is_over(self) -> bool:
        while self.part < len(self.parts) and self.at >= len(self.parts[self.part]):
            self.part, self.at = self.part + 1, 0
        return self.part >= len(self.parts)

    def take(self, count: int) -> bytes:
        """Bytes, across records."""
        found = b""
        while len(found) < count and not self.is_over:
            piece = self.parts[self.part][self.at : self.at + count - len(found)]
            self.at += len(piece)
            found += piece
        return found.ljust(count, b"\0")

    def text(self) -> str:
        count, flags = struct.unpack("<HB", self.take(3))
        runs = struct.unpack("<H", self.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", self.take(4))[0] if flags & 4 else 0
        wide, words = bool(flags & 1), []
        while count > 0:
            left = len(self.parts[self.part]) - self.at if self.part < len(self.parts) else 0
            room = left // (2 if wide else 1)
            if room == 0:
                self.at = len(self.parts[self.part]) if self.part < len(self.parts) else 0
                if self.is_over:
                    break
                wide = bool(self.take(1)[0] & 1)
                continue
            taken = min(count, room)
            words.append(_decoded(self.take(taken * (2 if wide else 1)), taken, wide=wide))
            count -= taken
        self.take(min(runs * 4 + extra, 1_000_000))
        return "".join(words)[:MAX_CELL]
