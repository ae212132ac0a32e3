"""Copies of a town's PostgreSQL database, made by PostgreSQL's own programs."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from kern.db import migrate
from kern.search.postgres_backend import SCHEMA
from portal.betrieb.orte import Refused

# A database that somebody is connected to keeps its name; pgbouncer stays when everybody has gone.
_LEAVE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = '{name}' AND usename = current_user AND pid <> pg_backend_pid()"
)
_ANY_TABLE = (
    "SELECT 1 FROM pg_tables"
    " WHERE schemaname <> 'information_schema' AND NOT starts_with(schemaname, 'pg_') LIMIT 1"
)
_MARK_OF = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"
_MARKED = "Dorflinde "
_LASTING = {"42P04", "3D000", "42501"}  # the name is taken, is unknown, or the role may not


class NotUndone(Refused):
    """Databases have other names than before; the text says which, and what helps."""


def dump(address: str, target: Path) -> None:
    """A consistent copy while others write (`pg_dump` reads one snapshot), without the index."""
    options = ["--format=custom", "--no-owner", "--no-acl", f"--exclude-schema={SCHEMA}*"]
    _call("pg_dump", address, *options, f"--file={target}")
    target.chmod(0o600)


def revision(address: str) -> str:
    """Of its schema; a town that was not started since an update is older than the program."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            return migrate.current(connection) or ""
    finally:
        engine.dispose()


def load_beside(address: str, source: Path, stamp: str) -> str:
    """A new database with the dump's content; returns its address. The town's stays untouched."""
    url = make_url(address)
    name = f"{url.database}_neu_{stamp}"
    _on_server(url, f'CREATE DATABASE "{name}"')
    fresh = url.set(database=name)
    shown = fresh.render_as_string(hide_password=False)
    try:
        _call("pg_restore", shown, "--no-owner", "--no-acl", "--exit-on-error", str(source))
    except Refused:
        _on_server(url, f'DROP DATABASE "{name}"')
        raise
    return shown


def make(address: str) -> None:
    """An empty database; the role must be allowed to. Raises Refused."""
    url = make_url(address)
    if _exists(url):
        raise Refused(f"Auf dem Server gibt es die Datenbank „{url.database}“ schon.")
    _on_server(url, f'CREATE DATABASE "{url.database}"')


def drop(address: str) -> None:
    url = make_url(address)
    _on_server(url, f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')


def is_filled(address: str) -> bool:
    """Whether there is such a database with a table in it, of a town or of anything else."""
    url = make_url(address)
    return _exists(url) and _asked(url, _ANY_TABLE) is not None


def put_mark(address: str, mark: str) -> None:
    """The mark stays with the database under every name, and comes into no dump."""
    url = make_url(address)
    _on_server(url, f"COMMENT ON DATABASE \"{url.database}\" IS '{_MARKED}{mark}'")


def mark_of(address: str) -> str:
    """What `put_mark` left there; empty without."""
    url = make_url(address)
    found = str(_asked(url.set(database="postgres"), _MARK_OF, name=url.database) or "")
    return found.removeprefix(_MARKED) if found.startswith(_MARKED) else ""


@contextmanager
def switched(address: str, fresh: str, stamp: str) -> Iterator[str | None]:
    """The new database takes the town's name; the old one, if any, stays as `<name>_vor_<stamp>`,
    which is given. If something fails inside, all names are as before. Raises Refused, and
    NotUndone if they are not."""
    url, new = make_url(address), str(make_url(fresh).database)
    name = str(url.database)
    kept = f"{name}_vor_{stamp}" if _exists(url) else None
    steps = [(name, kept)] if kept else []
    done: list[tuple[str, str]] = []
    try:
        for step in [*steps, (new, name)]:
            _rename(url, *step)
            done.append(step)
        yield kept
    except BaseException as error:
        _undo(url, new, done, error)
        raise


def _undo(url: URL, new: str, done: list[tuple[str, str]], cause: BaseException) -> None:
    back = [(to, name) for name, to in reversed(done)]
    for number, step in enumerate(back):
        try:
            _rename(url, *step, tries=6)
        except Refused as error:
            moves = [*done, *back[:number]]
            lines = [f'ALTER DATABASE "{name}" RENAME TO "{to}";' for name, to in back[number:]]
            had_one = done[0][0] == url.database
            earlier = f", der bisherige in „{_now(done[0][0], moves)}“" if had_one else ""
            sentences = [
                str(cause),
                f"Das Umbenennen ließ sich nicht zurücknehmen. {error} Gelöscht ist nichts.",
                f"Der Stand aus der Sicherung liegt in „{_now(new, moves)}“{earlier}.",
                "Benennen Sie bitte von Hand um:",
            ]
            raise NotUndone("\n".join([*sentences, *lines])) from cause


def _now(name: str, moves: list[tuple[str, str]]) -> str:
    """How a database is called after these renamings."""
    for earlier, later in moves:
        name = later if name == earlier else name
    return name


def _rename(url: URL, name: str, to: str, tries: int = 3) -> None:
    """Whoever is connected is sent away, and may be back before the next statement."""
    for left in reversed(range(tries)):
        try:
            _on_server(url, _LEAVE.format(name=name), f'ALTER DATABASE "{name}" RENAME TO "{to}"')
        except DBAPIError as error:
            if left and getattr(error.orig, "sqlstate", None) not in _LASTING:
                continue
            raise Refused(
                f"Die Datenbank „{name}“ lässt sich nicht in „{to}“ umbenennen: entweder ist noch"
                " jemand mit ihr verbunden, oder den neuen Namen gibt es schon."
            ) from error
        return


def _exists(url: URL) -> bool:
    query = "SELECT 1 FROM pg_database WHERE datname = :name"
    return _asked(url.set(database="postgres"), query, name=url.database) is not None


def _asked(url: URL, query: str, **values: object) -> object:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            return connection.scalar(text(query), values)
    finally:
        engine.dispose()


def _on_server(url: URL, *statements: str) -> None:
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def _call(program: str, address: str, *words: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise Refused(
            f"Für eine Sicherung von PostgreSQL fehlt das Programm {program}."
            " Unter Debian und Ubuntu hilft: sudo apt install postgresql-client"
        )
    url = make_url(address)
    command = [path, f"--dbname={url.database}", "--no-password", *words]
    command += [f"--host={url.host}"] if url.host else []
    command += [f"--port={url.port}"] if url.port else []
    command += [f"--username={url.username}"] if url.username else []
    env = {**os.environ, "PGPASSWORD": str(url.password or "")}  # not visible to other users
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["ohne Angabe"])[-1]
        raise Refused(f"{program} ist gescheitert: {last}")
