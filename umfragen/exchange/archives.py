"""Zip archives from strangers: bounded in number and size, read by name only, never unpacked."""

import io
import zipfile
import zlib
from collections.abc import Mapping

from umfragen.exchange.report import Refused

MAX_MEMBERS = 500
MAX_TOTAL = 64_000_000  # bytes of everything, unpacked


def read_archive(data: bytes) -> Mapping[str, bytes]:
    """All files by name. Raises `Refused`, also where the archive lies about its sizes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MAX_MEMBERS:
                raise Refused("In diesem Archiv sind zu viele Dateien.")
            return _unpacked(archive, members)
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
        *(RuntimeError, NotImplementedError, ValueError, KeyError),
    ) as error:
        raise Refused("Dieses Archiv ist beschädigt oder verschlüsselt.") from error


def _unpacked(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Mapping[str, bytes]:
    room = MAX_TOTAL
    found: dict[str, bytes] = {}
    for member in members:
        with archive.open(member) as content:
            unpacked = content.read(room + 1)
        room -= len(unpacked)
        if room < 0:
            raise Refused("Dieses Archiv ist ausgepackt zu groß.")
        found.setdefault(member.filename, unpacked)
    return found
