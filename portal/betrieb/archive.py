"""The file of a backup: a .tar.gz of plain files, with a list of them and their SHA-256 at its end.

Reading trusts nothing: only known names, only plain files, each checked before anything is used.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from kern.town import private_folder

FORMAT = 1
MANIFEST = "manifest.json"
SETTINGS = "dorflinde.toml"
_SLUG = r"[a-z0-9][a-z0-9_-]{0,62}"
_ALLOWED = re.compile(
    rf"(?:{re.escape(MANIFEST)}|{re.escape(SETTINGS)}"
    rf"|orte/{_SLUG}/(?:ort\.toml|secret|ort\.db|ort\.dump|uploads(?:/[\w@+~=.-]+)+))",
    re.ASCII,
)


class BadArchive(Exception):
    """The file is damaged, or was not made by `backup`; the text is a German sentence."""


@dataclass
class Hashed:
    """A reader that adds up what passes through it."""

    file: BinaryIO
    digest: Any = field(default_factory=hashlib.sha256)

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def is_known(name: str) -> bool:
    """Whether `unpack` would take a member of this name."""
    return _ALLOWED.fullmatch(name) is not None and ".." not in name.split("/")


class Writer:
    """Writes beside and renames at the end: a backup is there whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.teil")
        self._members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._raw = os.fdopen(os.open(self._part, flags, 0o600), "wb")
        self._tar = tarfile.open(fileobj=self._raw, mode="w:gz", compresslevel=6)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._raw.close()
            self._part.unlink(missing_ok=True)

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            hashed = Hashed(file)
            self._tar.addfile(_plain(name, size), hashed)
        self._members[name] = {"sha256": hashed.digest.hexdigest(), "size": size}

    def finish(self, facts: Mapping[str, Any]) -> None:
        text = json.dumps({**facts, "format": FORMAT, "members": self._members}, indent=1)
        data = text.encode()
        self._tar.addfile(_plain(MANIFEST, len(data)), io.BytesIO(data))
        self._tar.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._part.replace(self._path)

    @property
    def count(self) -> int:
        return len(self._members)


def _plain(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    info.mtime = int(time.time())
    return info


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Everything into `folder` (mode 0700), checked; returns the manifest. Raises BadArchive."""
    private_folder(folder)
    found: dict[str, dict[str, Any]] = {}
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                _require_known(member, found)  # before a single byte of it is written
                found[member.name] = _extract(tar, member, folder)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeError) as error:
        raise BadArchive("Die Sicherung ist beschädigt und lässt sich nicht lesen.") from error
    manifest = _read_manifest(folder / MANIFEST)
    found.pop(MANIFEST, None)
    if found != manifest["members"]:
        wrong = sorted(
            name
            for name in {*found, *manifest["members"]}
            if found.get(name) != manifest["members"].get(name)
        )
        raise BadArchive(f"Die Sicherung ist beschädigt: {wrong[0]} stimmt nicht.")
    return manifest


def _require_known(member: tarfile.TarInfo, found: Mapping[str, object]) -> None:
    name = member.name
    if not member.isreg() or name in found or not is_known(name):
        shown = name.encode("unicode_escape").decode()[:80]
        raise BadArchive(
            f"In der Sicherung steht etwas, das nicht hineingehört („{shown}“)."
            " Sie wird deshalb nicht zurückgespielt."
        )


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> dict[str, Any]:
    target = folder / member.name
    if not target.resolve().is_relative_to(folder.resolve()):
        raise BadArchive("Die Sicherung ist beschädigt und lässt sich nicht lesen.")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = tar.extractfile(member)
    if source is None:
        raise BadArchive("Die Sicherung ist beschädigt und lässt sich nicht lesen.")
    hashed = Hashed(source)  # type: ignore[arg-type]  # typeshed's IO[bytes]
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(target, flags, 0o600), "wb") as file:
        shutil.copyfileobj(hashed, file, 1024 * 1024)
        file.flush()
        os.fsync(file.fileno())
    return {"sha256": hashed.digest.hexdigest(), "size": target.stat().st_size}


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        is_known = manifest["format"] == FORMAT and isinstance(manifest["members"], dict)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadArchive("Das ist keine Sicherung von Dorflinde.") from error
    if not is_known:
        raise BadArchive("Diese Sicherung stammt von einer neueren Fassung des Programms.")
    return manifest


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder for in-between, beside the data so that a rename stays on one disk."""
    private_folder(folder.parent)
    private_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
