"""Save all towns into one file while they run: databases, uploads, secrets, settings.

Index, queue and rate limits are copies or passing things and stay out. The database is copied
first: every upload it names is on the disk by then.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from kern.clock import now
from kern.config import Settings
from kern.files.storage import Storage, storage_of
from kern.town import Town
from portal.betrieb import archive, postgres
from portal.betrieb.orte import Refused, require_towns, spent
from portal.zustand import note_backup, version


def run(settings: Settings, target: Path) -> None:
    write(settings, require_towns(settings), target, whole=True)
    note_backup(settings.data, now())


def write(settings: Settings, towns: Sequence[Town], target: Path, *, whole: bool = False) -> None:
    """These towns into one file, with the installation's own settings when it is the `whole` of it.
    Raises Refused."""
    started = time.monotonic()
    if target.exists():
        raise Refused(f"{target} gibt es schon. Bitte nehmen Sie einen anderen Namen.")
    if not target.parent.is_dir():
        raise Refused(f"Den Ordner {target.parent} gibt es nicht.")
    part = target.with_name(f"{target.name}.teil")
    part.unlink(missing_ok=True)
    stamp = f"sicherung-{time.time_ns()}"
    with (
        archive.scratch(settings.data / "betrieb" / stamp) as scratch,
        archive.Writer(target) as to,
    ):
        described = [_add_town(to, town, scratch) for town in towns]
        own = settings.data / archive.SETTINGS
        if whole and own.exists():
            to.add(archive.SETTINGS, own)
        to.finish({"version": version(), "made_at": now().isoformat(), "towns": described})
        count = to.count
    megabytes = f"{target.stat().st_size / 1024**2:.1f}".replace(".", ",")
    names = ", ".join(f"„{town.slug}“" for town in towns)
    print(f"Gesichert: {names}, {count} Dateien, {megabytes} MB nach {spent(started)}.")
    print(f"Die Sicherung enthält Geheimnisse und Adressen. Nur Sie können sie lesen: {target}")


def _add_town(to: archive.Writer, town: Town, scratch: Path) -> dict[str, Any]:
    is_sqlite = town.database_url.startswith("sqlite")
    copy = scratch / town.slug
    if is_sqlite:
        schema = copy_sqlite(town, copy)
    else:
        schema = postgres.revision(town.straight.database_url)
        postgres.dump(town.straight.database_url, copy)
    base = f"orte/{town.slug}"
    to.add(f"{base}/{'ort.db' if is_sqlite else 'ort.dump'}", copy)
    for name in ("ort.toml", "secret"):
        to.add(f"{base}/{name}", town.path / name)
    _add_uploads(to, town, scratch)
    return {
        "slug": town.slug,
        "database": "sqlite" if is_sqlite else "postgresql",
        "schema": schema,
    }


def copy_sqlite(town: Town, target: Path) -> str:
    """A whole copy in one step, so it is of one moment; returns its schema's revision."""
    source = make_url(town.database_url).database
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise Refused(f"Die Datenbank von „{town.slug}“ ist beschädigt.")
        found = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0])


def _add_uploads(to: archive.Writer, town: Town, scratch: Path) -> None:
    storage = storage_of(town)
    for one in storage.list():
        name = f"orte/{town.slug}/uploads/{one.name}"
        if not archive.is_known(name):
            print(f"Nicht gesichert, weil es nicht von Dorflinde ist: {town.slug}, {one.name}")
            continue
        try:
            with _near(town, storage, one.name, scratch) as path:
                to.add(name, path)
        except FileNotFoundError:  # deleted this moment: nothing names it any more
            continue


@contextmanager
def _near(town: Town, storage: Storage, name: str, scratch: Path) -> Iterator[Path]:
    """The file itself, or for a moment a copy of what lies in a store."""
    if not town.uploads_s3:
        yield town.uploads / name
        return
    copy = scratch / "datei"
    source, _size = storage.open(name)
    try:
        with source, copy.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        yield copy
    finally:
        copy.unlink(missing_ok=True)
