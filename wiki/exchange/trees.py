"""A folder or a zip archive as names and what stands under each: bounded, and nothing is unpacked.

Names are data here, never paths that are opened. An archive with a name that climbs out of it, a
link or a device was made to harm and is refused; in a folder, links are left aside and told.
"""

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from wiki.exchange.foreign import Lost, Refused, echo

MAX_MEMBERS = 50_000
MAX_TOTAL = 2_000_000_000  # bytes of everything, unpacked
MAX_MEMBER = 100_000_000  # bytes of one file
MAX_PACKING = 200  # so many bytes of one packed are a bomb; prose packs to a third
SMALL = 10_000_000  # bytes that may pack as well as they like
MAX_NAME = 300
DAMAGED = "Dieses Archiv ist beschädigt oder verschlüsselt."
TOO_MANY = "In diesem Archiv sind zu viele Dateien."
TOO_LARGE = "Dieses Archiv ist ausgepackt zu groß."
CLIMBS = "Dieses Archiv lesen wir nicht: „%(name)s“ führt aus ihm hinaus."
LINKS = "Dieses Archiv lesen wir nicht: „%(name)s“ ist nur ein Verweis auf eine andere Datei."
_CHUNK = 256 * 1024
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(RuntimeError, NotImplementedError, ValueError, KeyError),
)


@dataclass(frozen=True, slots=True)
class Tree:
    """Files by their names with "/" between folders. `lost` are names that were left aside."""

    files: Mapping[str, Callable[[], bytes]]
    lost: tuple[Lost, ...] = ()

    def under(self, folder: str) -> "Tree":
        """What stands in that folder, named from there."""
        start = f"{folder.strip('/')}/"
        inside = {name[len(start) :]: read for name, read in self.files.items()}
        return Tree(
            {name: read for name, read in inside.items() if f"{start}{name}" in self.files},
            self.lost,
        )

    def top(self) -> "Tree":
        """Without the one folder that some programs put around everything."""
        tops = {name.partition("/")[0] for name in self.files}
        if len(tops) != 1 or not all("/" in name for name in self.files):
            return self
        return self.under(tops.pop())


def tree_of(named: Mapping[str, Callable[[], bytes]]) -> Tree:
    """Files that somebody else has named, under the same rules. Raises `Refused`."""
    found = _Found()
    for name, read in named.items():
        found.take(name, read)
    return found.tree()


def read_folder(folder: Path) -> Tree:
    """Every file below it; hidden ones and links are left aside. Raises `Refused`."""
    found = _Found()
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found.leave(name)
        else:
            found.take(name, partial(_read_file, path))
    return found.tree()


def _walk(folder: Path) -> Iterator[Path]:
    """Files, and links without following them."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_symlink() or path.is_file():
            yield path
        elif path.is_dir():
            yield from _walk(path)


def _read_file(path: Path) -> bytes:
    if path.stat().st_size > MAX_MEMBER:
        raise _too_large(path.name)
    return path.read_bytes()


def read_zip(file: IO[bytes]) -> Tree:
    """Every file of the archive, read only when asked for. `file` stays open as long as the tree is
    used. Raises `Refused`, also from the files themselves."""
    try:
        archive = zipfile.ZipFile(file)
        members = [member for member in archive.infolist() if not member.is_dir()]
    except _UNREADABLE as error:
        raise Refused(DAMAGED) from error
    _refuse_bombs(members)
    found = _Found()
    for member in members:
        if _is_link(member):
            raise Refused(LINKS, name=echo(member.filename))
        if _climbs(member.filename):
            raise Refused(CLIMBS, name=echo(member.filename))
        found.take(member.filename, partial(_read_member, archive, member))
    return found.tree()


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise Refused(TOO_MANY)
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if total > MAX_TOTAL or (total > SMALL and total > packed * MAX_PACKING):
        raise Refused(TOO_LARGE)


def _is_link(member: zipfile.ZipInfo) -> bool:
    mode = member.external_attr >> 16
    return bool(mode) and stat.S_IFMT(mode) not in {0, stat.S_IFREG}


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """No more than the archive says is read, whatever comes out of it."""
    limit = min(member.file_size, MAX_MEMBER)
    pieces, room = [], limit + 1
    try:
        with archive.open(member) as content:
            while room > 0 and (piece := content.read(min(_CHUNK, room))):
                pieces.append(piece)
                room -= len(piece)
    except _UNREADABLE as error:
        raise Refused(DAMAGED) from error
    if room <= 0:
        raise _too_large(member.filename)
    return b"".join(pieces)


def _too_large(name: str) -> Refused:
    return Refused("Die Datei „%(name)s“ ist zu groß.", name=echo(PurePosixPath(name).name))


@dataclass(slots=True)
class _Found:
    files: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)

    def take(self, name: str, read: Callable[[], bytes]) -> None:
        clean = _clean(name)
        if clean is None:
            self.leave(name)
        elif not _is_hidden(clean):
            self.files.setdefault(clean, read)
        if len(self.files) > MAX_MEMBERS:
            raise Refused(TOO_MANY)

    def leave(self, name: str) -> None:
        self.lost.append(
            Lost(
                "„%(name)s“ wurde nicht gelesen: Es ist nur ein Verweis, oder der Name führt hinaus"
                " oder ist kein brauchbarer Dateiname.",
                (("name", echo(name)),),
            )
        )

    def tree(self) -> Tree:
        return Tree(dict(sorted(self.files.items())), tuple(self.lost))


def _clean(name: str) -> str | None:
    """The name, or None where it is a climb, or none that a file of a wiki has."""
    parts = _parts(name)
    if _climbs(name) or not parts or len(name) > MAX_NAME or not name.isprintable():
        return None
    return "/".join(parts)


def _climbs(name: str) -> bool:
    """To a folder above, to the root, or to a drive."""
    parts = _parts(name)
    return bool(parts) and (parts[0] == "/" or ".." in parts or ":" in parts[0])


def _parts(name: str) -> tuple[str, ...]:
    return PurePosixPath(name.replace("\\", "/")).parts


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
