"""Bring a town's database to the shape this code needs, once, whoever asks at the same time."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.pool import ConnectionPoolEntry

from kern.config import ROOT
from kern.db.engines import connect_alone, open_engine, writing
from kern.errors import Unavailable
from kern.later import Later
from kern.town import Town

if TYPE_CHECKING:
    from alembic import command
    from alembic import config as configuration
else:
    command, configuration = Later("alembic.command"), Later("alembic.config")

FOLDER = ROOT / "migrations"


class WrongSchema(Unavailable):
    """The database is older or newer than the code; the sentence names the command that helps."""


@cache
def head() -> str:
    """The newest revision. Files are named by it, so nothing needs to be imported to know it."""
    return max(path.name.partition("_")[0] for path in Path(FOLDER, "versions").glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def require_current(engine: Engine, town: Town) -> None:
    """Raises WrongSchema, so that old code never writes into new tables, nor the reverse.

    Never waits for the writer's place: whoever holds it may be waiting for this engine.
    """
    with connect_alone(engine) as connection:
        found = current(connection)
    if found == head():
        return
    if found is None or found < head():
        raise WrongSchema(
            "Die Datenbank von „%(town)s“ ist älter als das Programm. "
            "Bitte rufen Sie auf: python3 los.py run --data %(data)s",
            town=town.slug,
            data=town.path.parent.parent,
        )
    raise WrongSchema(
        "Die Datenbank von „%(town)s“ ist neuer als das Programm. Bitte spielen Sie die neuere "
        "Fassung des Programms ein oder eine ältere Sicherung zurück: python3 los.py restore DATEI",
        town=town.slug,
    )


def upgrade(town: Town, to: str | None = None) -> bool:
    """Migrate to the newest shape, or to an older revision; says whether there was a way to go."""
    to = to or head()
    engine = open_engine(town.straight)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _let_references_be)
    try:
        with writing(), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(4711)"))
            if current(connection) == to:
                return False
            config = configuration.Config()
            config.set_main_option("script_location", str(FOLDER))
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            _require_references(connection)
            return True
    finally:
        engine.dispose()


def _let_references_be(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """A batch makes a table anew on SQLite; dropping the old one would delete what hangs on it."""
    connection.execute("PRAGMA foreign_keys=OFF")


def _require_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        if broken:
            raise RuntimeError(f"the migration leaves references to nothing: {broken[:5]}")
