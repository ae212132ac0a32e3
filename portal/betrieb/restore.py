"""Bring a backup back: check all of it, build it beside, then switch by renaming."""

import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select

from kern.accounts.models import Account
from kern.clock import now
from kern.config import Settings
from kern.content import registry
from kern.db import db, engines, migrate
from kern.files.storage import Disk, storage_of
from kern.search import rebuild_all
from kern.town import Town, Towns, use_town
from portal.app import create_app
from portal.betrieb import archive, postgres
from portal.betrieb.archive import BadArchive
from portal.betrieb.brought_settings import bring_settings
from portal.betrieb.orte import Refused, spent
from portal.betrieb.supervisor import lock

MARK = "datenbank"  # in a town's folder: which database is its own; in no backup


def run(settings: Settings, source: Path) -> None:
    started = time.monotonic()
    if not source.is_file():
        raise Refused(f"Die Sicherung {source} gibt es nicht.")
    held = lock(settings.data)
    if held is None:
        raise Refused("Der Ort läuft gerade. Bitte beenden Sie ihn zuerst.")
    stamp = f"{now().astimezone():%Y-%m-%d-%H%M%S}"
    beside = settings.data / f"einspielen-{stamp}"
    with held, archive.scratch(beside):
        try:
            manifest = archive.unpack(source, beside)
        except BadArchive as error:
            raise Refused(str(error)) from error
        print(f"Die Sicherung ist unversehrt, geprüft nach {spent(started)}.")
        refuse_newer(manifest)
        databases = prepare(settings, beside, manifest, stamp)
        kept = _switch(settings, beside, databases, stamp)
    if kept:
        print(f"Der bisherige Stand liegt noch in {kept}.")
    _count_and_index(settings)
    print(f"Zurückgespielt nach {spent(started)}.")


def refuse_newer(manifest: Mapping[str, Any]) -> None:
    if any(town["schema"] > migrate.head() for town in manifest["towns"]):
        raise Refused(
            f"Diese Sicherung stammt von Dorflinde {manifest['version']} und ist neuer als dieses"
            " Programm. Bitte spielen Sie zuerst die neuere Fassung des Programms ein."
        )


def prepare(
    settings: Settings, beside: Path, manifest: Mapping[str, Any], stamp: str
) -> dict[str, str]:
    """Bring every town to today's shape, still beside; returns the new PostgreSQL databases."""
    towns = Towns(replace(settings, data=beside)).all()
    _refuse_other_kind(settings, manifest)
    for town in towns:
        _refuse_taken(settings, town)
    fresh: dict[str, str] = {}
    try:
        for town in towns:
            if settings.database:
                dump = town.path / "ort.dump"
                beyond = town.straight.database_url
                address = postgres.load_beside(beyond, dump, stamp.replace("-", ""))
                fresh[town.slug] = address
                _mark(town.path, address)
                dump.unlink()
                town = replace(town, database_url=address, direct_url="")  # noqa: PLW2901 - the same town, beside
            else:
                _require_whole(town)
            put_uploads(town)
            if migrate.upgrade(town):
                print(f"„{town.slug}“ ist auf den heutigen Stand gebracht.")
    except BaseException:
        for address in fresh.values():
            postgres.drop(address)
        raise
    return fresh


def _refuse_other_kind(settings: Settings, manifest: Mapping[str, Any]) -> None:
    kind = "postgresql" if settings.database else "sqlite"
    if any(town["database"] != kind for town in manifest["towns"]):
        raise Refused(
            "Diese Sicherung hat eine andere Art von Datenbank als diese Einrichtung."
            " Bitte prüfen Sie die Einstellung „database“."
        )


def _refuse_taken(settings: Settings, town: Town) -> None:
    """Whoever tries a backup in another folder means no harm to the database of the first."""
    if not settings.database:
        return
    address = town.straight.database_url
    if postgres.is_filled(address) and not _belongs(settings.data / "orte" / town.slug, address):
        raise Refused(
            f"Die Datenbank „{make_url(address).database}“ ist nicht leer und gehört nicht zu"
            " diesem Datenordner. Zum Üben tragen Sie bitte bei „database“ eine andere Adresse ein."
            " Ist der Datenordner verloren, benennen Sie die Datenbank vorher um;"
            " docs/betrieb/sicherung.md zeigt, wie."
        )


def _belongs(folder: Path, address: str) -> bool:
    """A folder from before there were marks has none, and its database is taken for its own.
    A town's secret would not tell, for it comes with the backup."""
    mark = folder / MARK
    if not mark.exists():
        return folder.exists()
    return postgres.mark_of(address) == mark.read_text("utf-8")


def _mark(folder: Path, address: str) -> None:
    mark = secrets.token_hex(16)
    postgres.put_mark(address, mark)
    (folder / MARK).write_text(mark, encoding="utf-8")


def put_uploads(town: Town) -> None:
    """From the folder into the store, where there is one: what lies in the folder is gone then."""
    if not town.uploads_s3:
        return
    folder, storage = Disk(town.uploads), storage_of(town)
    for one in folder.list():
        storage.write(one.name, folder.read(one.name))
        folder.remove(one.name)


def _require_whole(town: Town) -> None:
    with closing(sqlite3.connect(town.path / "ort.db")) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Refused(f"Die Datenbank von „{town.slug}“ ist beschädigt.")


@contextmanager
def databases_switched(
    settings: Settings, beside: Path, databases: Mapping[str, str], stamp: str
) -> Iterator[None]:
    """Inside, what `prepare` made has the names of the towns' databases. If something fails there,
    it is gone again, and all is as before. Raises Refused, and NotUndone if it is not."""
    towns = Towns(replace(settings, data=beside)).all()
    addresses = {town.slug: town.straight.database_url for town in towns}
    try:
        with ExitStack() as switches:
            earlier = [
                switches.enter_context(postgres.switched(addresses[slug], fresh, stamp))
                for slug, fresh in databases.items()
            ]
            yield
    except postgres.NotUndone:
        raise
    except BaseException as error:
        for fresh in databases.values():
            postgres.drop(fresh)
        if isinstance(error, Refused):
            raise Refused(f"{error} Es ist alles, wie es vorher war.") from error
        raise
    for name in filter(None, earlier):
        print(f"Die bisherige Datenbank heißt jetzt „{name}“.")


def _switch(
    settings: Settings, beside: Path, databases: Mapping[str, str], stamp: str
) -> Path | None:
    engines.close()
    for folder in (beside / "orte").iterdir():
        (folder / "write.lock").unlink(missing_ok=True)
        (folder / "uploads").mkdir(mode=0o700, exist_ok=True)
    with databases_switched(settings, beside, databases, stamp.replace("-", "")):
        kept = _switch_folders(settings.data, beside, stamp)
    bring_settings(beside / archive.SETTINGS, settings.data / archive.SETTINGS, settings)
    return kept


def _switch_folders(data: Path, beside: Path, stamp: str) -> Path | None:
    """Two renames on one disk; if the second fails, the first is undone."""
    current, kept = data / "orte", data / f"orte.vor-{stamp}"
    had_towns = current.exists()
    if had_towns:
        current.rename(kept)
    try:
        (beside / "orte").rename(current)
    except OSError:
        if had_towns:
            kept.rename(current)
        raise
    return kept if had_towns else None


def _count_and_index(settings: Settings) -> None:
    """The index is a copy: it is built from the database that came back."""
    app = create_app(settings)
    for town in Towns(settings).all():
        started = time.monotonic()
        with use_town(town), app.app_context():
            accounts = db.session.scalar(select(func.count(Account.id))) or 0
            things = {
                type_.plural: sum(1 for _ in type_.public_ids()) for type_ in registry().values()
            }
            indexed = rebuild_all()
            db.session.remove()
        shown = ", ".join(f"{count} {plural}" for plural, count in things.items())
        print(
            f"„{town.slug}“: {accounts} Konten{', ' + shown if shown else ''};"
            f" Suche mit {indexed} Einträgen neu gebaut nach {spent(started)}."
        )
    engines.close()
