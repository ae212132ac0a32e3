"""A PostgreSQL server of one test's own with a streaming replica, both on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

PROGRAMS = ("initdb", "pg_ctl", "pg_basebackup")
QUICK = "-c fsync=off -c shared_buffers=16MB -c max_connections=40 -c unix_socket_directories=''"


def program(name: str) -> str | None:
    """Debian keeps most of them out of the PATH."""
    found = [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    return shutil.which(name) or (max(found) if found else None)


class Server:
    def __init__(self, folder: Path, user: str | None) -> None:
        self.folder = folder
        self._user = user
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    @property
    def address(self) -> str:
        return f"postgresql+psycopg://probe@127.0.0.1:{self.port}/{{ort}}"

    @property
    def pid(self) -> int:
        lines = (self.folder / "postmaster.pid").read_text(encoding="ascii").splitlines()
        return int(lines[0])

    def call(self, name: str, *words: str) -> None:
        command = [str(program(name)), *words]
        log = self.folder.parent / "log"
        with log.open("ab") as out:  # not a pipe: the server would hold its end
            result = subprocess.run(
                command, check=False, user=self._user, cwd="/", stdout=out, stderr=out
            )
        assert result.returncode == 0, log.read_text(encoding="utf-8")[-2000:]

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 {QUICK}"
        self.call("pg_ctl", "start", "-w", "-D", str(self.folder), "-o", options)

    def stop(self) -> None:
        if (self.folder / "postmaster.pid").exists():
            self.call("pg_ctl", "stop", "-w", "-D", str(self.folder), "-m", "immediate")

    def say(self, statement: str) -> object:
        url = self.address.replace("{ort}", "postgres")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                result = connection.execute(text(statement))
                return result.scalar() if result.returns_rows else None
        finally:
            engine.dispose()


class Pair:
    def __init__(self, primary: Server, replica: Server) -> None:
        self.primary, self.replica = primary, replica

    def hold_back(self) -> None:
        """The replica answers, and shows for ever what was."""
        self.replica.say("SELECT pg_wal_replay_pause()")

    def catch_up(self) -> None:
        self.replica.say("SELECT pg_wal_replay_resume()")
        here = self.primary.say("SELECT pg_current_wal_lsn()")
        while self.replica.say(f"SELECT pg_last_wal_replay_lsn() < '{here}'::pg_lsn"):
            pass


@contextmanager
def postgres_pair() -> Iterator[Pair]:
    missing = [name for name in PROGRAMS if program(name) is None]
    if missing:
        tell = pytest.fail if os.environ.get("DORFLINDE_CI") == "1" else pytest.skip
        tell(f"not installed: {', '.join(missing)}")
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory(prefix="dorflinde-pair-") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        primary, replica = Server(folder / "erste", user), Server(folder / "zweite", user)
        try:
            primary.call("initdb", "-D", str(primary.folder), "-A", "trust", "-U", "probe", "-N")
            primary.start()
            source = f"host=127.0.0.1 port={primary.port} user=probe"
            copy = ("-D", str(replica.folder), "-R", "-X", "stream", "-c", "fast")
            primary.call("pg_basebackup", "-d", source, *copy)
            replica.start()
            yield Pair(primary, replica)
        finally:
            replica.stop()
            primary.stop()
