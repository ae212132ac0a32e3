"""The towns of this installation, and the one that is being served right now.

A town is a folder `orte/<slug>/` below the data folder: `ort.toml`, `secret`, its database (or a
PostgreSQL one named by the settings), `index/`, `uploads/` and `wartend/` (files of unsent forms).
Nothing of a town lies elsewhere.
"""

import logging
import os
import secrets
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from kern.config import Settings
from kern.errors import DomainError

log = logging.getLogger(__name__)

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NoTown(RuntimeError):
    """Something asked for the current town outside of one: a fault of ours, never a default."""


class UnknownHost(DomainError):
    status = 400


@dataclass(frozen=True, slots=True)
class Town:
    slug: str
    path: Path
    hosts: frozenset[str]
    address: str  # "https://mitreden.lindenau.de", without a slash at the end; used in mails
    database_url: str
    secret: bytes
    identity: str  # of this town and of no later one with its name: for what a process remembers
    read_url: str = ""  # of a copy of the database that anonymous pages may be read from
    direct_url: str = ""  # of the database itself, where `database_url` leads to pgbouncer
    uploads_s3: str = ""  # where uploads lie when it is not the folder
    search_engine: str = ""  # as `Settings` has it

    @property
    def is_postgres(self) -> bool:
        return not self.database_url.startswith("sqlite")

    @property
    def straight(self) -> "Town":
        """The same town past pgbouncer: for what needs a session of its own, as a backup does."""
        if not self.direct_url:
            return self
        return replace(self, database_url=self.direct_url, direct_url="")

    @property
    def host(self) -> str:
        """Of its address: the right half of what is unique in the world."""
        return bare_host(urlsplit(self.address).netloc) or "dorflinde"

    @property
    def uploads(self) -> Path:
        return self.path / "uploads"

    @property
    def index(self) -> Path:
        return self.path / "index"


_current: ContextVar[Town] = ContextVar("town")


def current_town() -> Town:
    try:
        return _current.get()
    except LookupError:
        raise NoTown("no current town") from None


def enter(town: Town) -> Token[Town]:
    return _current.set(town)


def leave(token: Token[Town]) -> None:
    _current.reset(token)


@contextmanager
def use_town(town: Town) -> Iterator[Town]:
    token = enter(town)
    try:
        yield town
    finally:
        leave(token)


def private_folder(path: Path) -> Path:
    """Make the folder if it is missing; nobody but the owner may look into it (mode 0700)."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


class Towns:
    """All towns of a data folder, read again when a town comes or goes."""

    def __init__(self, settings: Settings, gone: Callable[[Town], object] | None = None) -> None:
        """`gone` is told each town that is no more."""
        self._settings = settings
        self._gone = gone or (lambda _town: None)
        self._towns_path = str(settings.data / "orte")
        self._stamp: float = -1.0
        self._by_slug: dict[str, Town] = {}
        self._by_host: dict[str, Town] = {}
        self._broken: dict[str, str] = {}
        self._is_readable = True

    def all(self) -> list[Town]:
        self._refresh()
        return list(self._by_slug.values())

    def broken(self) -> Mapping[str, str]:
        """Folders that cannot be read as a town, with why: the other towns go on without them."""
        self._refresh()
        return self._broken

    def by_slug(self, slug: str) -> Town:
        self._refresh()
        if slug not in self._by_slug:
            raise NoTown(f"no town {slug!r}")
        return self._by_slug[slug]

    def by_host(self, host: str) -> Town:
        """`host` is the Host header, with or without a port. Raises UnknownHost (400)."""
        self._refresh()
        town = self._by_host.get(bare_host(host))
        if town is None:
            raise UnknownHost("Unter dieser Adresse gibt es keinen Ort.")
        return town

    def create(self, slug: str, hosts: frozenset[str], address: str = "") -> Town:
        """A new, empty folder; the database is made by `kern.db.migrate`."""
        folder = private_folder(self._folder() / slug)
        private_folder(folder / "uploads")
        names = ", ".join(f'"{host}"' for host in sorted(hosts))
        text = f'hosts = [{names}]\naddress = "{address}"\n'
        (folder / "ort.toml").write_text(text, encoding="utf-8")
        _write_secret(folder / "secret")
        self._stamp = -1.0
        return self.by_slug(slug)

    def _folder(self) -> Path:
        private_folder(self._settings.data)
        return private_folder(self._settings.data / "orte")

    def _refresh(self) -> None:
        with suppress(FileNotFoundError):  # asked with every request: pathlib took a fifth of it
            if os.stat(self._towns_path).st_mtime == self._stamp:  # noqa: PTH116 - as said
                return
        folder = self._folder()
        stamp = folder.stat().st_mtime
        self._broken, self._is_readable = {}, True
        tried = [self._try(path.parent) for path in sorted(folder.glob("*/ort.toml"))]
        found = [town for town in tried if town is not None]
        before, self._by_slug = self._by_slug, {town.slug: town for town in found}
        self._by_host = {host: town for town in found for host in town.hosts}
        self._stamp = stamp if self._is_readable else -1.0
        for town in set(before.values()).difference(found):
            self._gone(town)

    def _try(self, folder: Path) -> Town | None:
        try:
            return self._read(folder)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.error("Der Ort „%s“ lässt sich nicht lesen: %s", folder.name, error)  # noqa: TRY400 - the sentence says it
            self._broken[folder.name] = str(error)
            if isinstance(error, OSError):  # it may pass: the next request tries again
                self._is_readable = False
            return None

    def _read(self, folder: Path) -> Town:
        values = tomllib.loads((folder / "ort.toml").read_text(encoding="utf-8"))
        slug, made = folder.name, (folder / "ort.toml").stat()
        address = values.get("address") or f"http://localhost:{self._settings.port}"
        hosts = frozenset(bare_host(host) for host in values.get("hosts", []))
        template = self._settings.database
        url = template.replace("{ort}", slug) if template else f"sqlite:///{folder / 'ort.db'}"
        return Town(
            slug=slug,
            path=folder,
            hosts=hosts | {bare_host(urlsplit(address).netloc)},
            address=address,
            database_url=url,
            secret=(folder / "secret").read_bytes(),
            read_url=self._settings.datenbank_lesen.replace("{ort}", slug),
            direct_url=self._settings.datenbank_direkt.replace("{ort}", slug),
            uploads_s3=self._settings.uploads_s3,
            search_engine=self._settings.search_engine,
            identity=f"{folder}|{made.st_ino}|{made.st_mtime_ns}",
        )


def bare_host(host: str) -> str:
    """`Mitreden.Lindenau.de:8000` -> `mitreden.lindenau.de`; `[::1]:80` and `::1` -> `::1`."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    if host.count(":") > 1:  # an address without brackets, as ort.toml names it
        return host
    return host.partition(":")[0].rstrip(".")


def _write_secret(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
