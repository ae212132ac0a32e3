"""Towns that come and go in one installation: each is made beside and put in place whole.

A town is its folder (and its PostgreSQL database), so coming, moving and going are renames. What
runs meanwhile sees a town as soon as it is complete, and never half of one.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from kern.accounts.models import Account
from kern.clock import now
from kern.config import Settings
from kern.db import db, engines, migrate
from kern.files.storage import storage_of
from kern.scope import town_scope
from kern.search import rebuild_all
from kern.settings import change
from kern.town import LOOPBACK, Town, Towns, bare_host, private_folder, use_town
from portal.betrieb import archive, backup, postgres, restore
from portal.betrieb.archive import BadArchive
from portal.betrieb.orte import Refused, inside
from portal.verwaltung.einrichten import INVITED_LIFETIME, setup_link

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?")
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list; `trouble` is a German sentence where the town cannot be opened."""

    town: Town
    accounts: int = 0
    megabytes: float = 0.0
    trouble: str = ""


def create(
    app: Flask,
    settings: Settings,
    slug: str,
    hosts: Iterable[str],
    *,
    name: str = "",
    mail: str = "",
) -> str:
    """A new, empty town; returns the link for its first administrator. Raises Refused."""
    wanted = _checked(settings, slug, hosts)
    with _beside(settings, slug) as place:
        scheme = "https" if settings.https else "http"
        own = sorted(wanted - LOOPBACK)
        town = Towns(place).create(slug, wanted, f"{scheme}://{own[0]}" if own else "")
        _make_database(town)
        try:
            migrate.upgrade(town)
            _put(place, settings, slug)
        except BaseException:
            _drop_database(town)
            raise
    made = Towns(settings).by_slug(slug)
    with inside(app, made):
        town_scope()
        if name:
            change({"name": name})
        return setup_link(mail, INVITED_LIFETIME)


def list_all(app: Flask, settings: Settings) -> Sequence[Listed]:
    return [_listed(app, town) for town in Towns(settings).all()]


def _listed(app: Flask, town: Town) -> Listed:
    files = (path for path in town.path.rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in files) / 1024**2
    try:
        with use_town(town), app.app_context():
            accounts = db.session.scalar(select(func.count(Account.id))) or 0
            db.session.remove()
    except Exception as error:  # noqa: BLE001 - one broken town must not hide the others
        return Listed(town, 0, size, _in_a_line(error))
    return Listed(town, accounts, size)


def export(settings: Settings, slug: str, target: Path) -> None:
    """One town as a backup that `bring_in` and `los.py restore` take. Raises Refused."""
    backup.write(settings, [get(settings, slug)], target)


def bring_in(
    app: Flask, settings: Settings, source: Path, slug: str = "", hosts: Iterable[str] = ()
) -> Town:
    """The one town of a backup, under its own name and addresses or under others; the towns that
    are here stay as they are. Raises Refused."""
    with _beside(settings, slug or "ort") as place:
        try:
            manifest = archive.unpack(source, place.data)
        except BadArchive as error:
            raise Refused(str(error)) from error
        found = [str(town["slug"]) for town in manifest["towns"]]
        if len(found) != 1:
            raise Refused("In dieser Sicherung sind mehrere Orte. Bitte nehmen Sie: los.py restore")
        restore.refuse_newer(manifest)
        name = _renamed(place, found[0], slug)
        wanted = _checked(settings, name, hosts or _hosts_of(place, name))
        _write_hosts(place, settings, name, wanted)
        stamp = f"{now().astimezone():%Y%m%d%H%M%S}"
        databases = restore.prepare(settings, place.data, manifest, stamp)
        with restore.databases_switched(settings, place.data, databases, stamp):
            _put(place, settings, name)
    town = Towns(settings).by_slug(name)
    with use_town(town), app.app_context():
        rebuild_all()
        db.session.remove()
    return town


def delete(settings: Settings, slug: str) -> None:
    """Everything of the town, for good: first out of sight, then from the disk. Raises Refused."""
    town = get(settings, slug)
    engines.close()
    gone = settings.data / f"geloescht-{slug}-{time.time_ns()}"
    town.path.rename(gone)
    _drop_database(town)
    if town.uploads_s3:
        storage = storage_of(town)
        for one in storage.list():
            storage.remove(one.name)
    shutil.rmtree(gone)


def migrate_each(settings: Settings, say: Say) -> list[str]:
    """Every town on today's shape; goes on after one that fails. Returns the slugs of those."""
    return _each(settings, say, "auf dem heutigen Stand", migrate.upgrade)


def backup_each(settings: Settings, folder: Path, say: Say) -> list[str]:
    """A file for each town, so that one that fails stops no other. Returns the slugs of those."""
    private_folder(folder)
    stamp = time.strftime("%Y-%m-%d-%H%M%S")

    def save(town: Town) -> None:
        backup.write(settings, [town], folder / f"{town.slug}-{stamp}.tar.gz")

    return _each(settings, say, "gesichert", save)


def _each(settings: Settings, say: Say, done: str, act: Callable[[Town], object]) -> list[str]:
    found = Towns(settings)
    towns, failed = found.all(), list(found.broken())
    for slug in failed:
        say(f"„{slug}“ misslang: ort.toml oder secret lässt sich nicht lesen.")
    for number, town in enumerate(towns, 1):
        began = time.monotonic()
        try:
            act(town)
        except Exception as error:  # noqa: BLE001 - the others are waiting
            failed.append(town.slug)
            say(f"{number}/{len(towns)} „{town.slug}“ misslang: {_in_a_line(error)}")
        else:
            spent = f"{time.monotonic() - began:.1f}".replace(".", ",")
            say(f"{number}/{len(towns)} „{town.slug}“ {done} ({spent} s)")
    return failed


def _in_a_line(error: Exception) -> str:
    """Also of an error that says nothing."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def get(settings: Settings, slug: str) -> Town:
    """Raises Refused."""
    found = {town.slug: town for town in Towns(settings).all()}
    if slug not in found:
        raise Refused(f"Den Ort „{slug}“ gibt es nicht. Alle Orte zeigt: flask --app wsgi ort list")
    return found[slug]


def _checked(settings: Settings, slug: str, hosts: Iterable[str]) -> frozenset[str]:
    """The addresses, when neither they nor the name are taken or impossible."""
    if not _SLUG.fullmatch(slug):
        raise Refused("Der Name besteht aus kleinen Buchstaben, Ziffern und Bindestrichen.")
    wanted = frozenset(bare_host(host) for host in hosts)
    if not wanted:
        raise Refused("Bitte nennen Sie mindestens eine Adresse des Ortes mit --host.")
    for host in sorted(wanted):
        if not _HOST.fullmatch(host) and host not in LOOPBACK:
            raise Refused(f"„{host}“ ist kein Name eines Rechners. Richtig wäre: mitreden.ort.de")
    if slug in Towns(settings).broken():
        raise Refused(f"Im Ordner „{slug}“ liegt schon ein Ort, der sich nicht lesen lässt.")
    for town in Towns(settings).all():
        if town.slug == slug:
            raise Refused(f"Den Ort „{slug}“ gibt es schon.")
        taken = sorted(wanted & town.hosts)
        if taken:
            raise Refused(f"Die Adresse „{taken[0]}“ gehört schon zu „{town.slug}“.")
    return wanted


class _beside:  # noqa: N801 - used as a context manager only
    """A data folder of its own on the same disk, gone at the end."""

    def __init__(self, settings: Settings, slug: str) -> None:
        self._folder = settings.data / f"entsteht-{slug}-{time.time_ns()}"
        self._settings = replace(settings, data=self._folder)

    def __enter__(self) -> Settings:
        private_folder(self._settings.data.parent)
        private_folder(self._folder)
        return self._settings

    def __exit__(self, *_error: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _put(place: Settings, settings: Settings, slug: str) -> None:
    folder = private_folder(settings.data / "orte")
    (place.data / "orte" / slug / "write.lock").unlink(missing_ok=True)
    (place.data / "orte" / slug / "uploads").mkdir(mode=0o700, exist_ok=True)
    (place.data / "orte" / slug).rename(folder / slug)


def _renamed(place: Settings, old: str, new: str) -> str:
    if new and new != old:
        if not _SLUG.fullmatch(new):
            raise Refused("Der Name besteht aus kleinen Buchstaben, Ziffern und Bindestrichen.")
        (place.data / "orte" / old).rename(place.data / "orte" / new)
    return new or old


def _hosts_of(place: Settings, slug: str) -> frozenset[str]:
    return Towns(place).by_slug(slug).hosts - LOOPBACK


def _write_hosts(place: Settings, settings: Settings, slug: str, hosts: frozenset[str]) -> None:
    """With an address of its own: links in mails lead to the town as it is called here."""
    scheme = "https" if settings.https else "http"
    names = ", ".join(f'"{host}"' for host in sorted(hosts))
    text = f'hosts = [{names}]\naddress = "{scheme}://{min(hosts)}"\n'
    (place.data / "orte" / slug / "ort.toml").write_text(text, encoding="utf-8")


def _make_database(town: Town) -> None:
    if not town.database_url.startswith("sqlite"):
        postgres.make(town.straight.database_url)


def _drop_database(town: Town) -> None:
    if not town.database_url.startswith("sqlite"):
        postgres.drop(town.straight.database_url)
