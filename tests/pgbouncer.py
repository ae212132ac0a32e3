"""A pgbouncer of one test's own in transaction mode, before the PostgreSQL server of the tests."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

PATIENCE = 20  # seconds to the first answer
CONNECTIONS = 9  # to the server for each database: one more than a test has people
CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}{password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
"""


def program() -> str | None:
    """Debian keeps it where only administrators look."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def pgbouncer(server: URL) -> Iterator[int]:
    """Its port on loopback; every database of the server is reached through it."""
    found = program()
    if found is None:
        missing = pytest.fail if os.environ.get("DORFLINDE_CI") == "1" else pytest.skip
        missing("pgbouncer is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="dorflinde-pgbouncer-") as name:
        file, own = Path(name, "pgbouncer.ini"), _free_port()
        file.write_text(_configuration(server, own), encoding="utf-8")
        user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
        for path in (file.parent, file):
            if user:
                shutil.chown(path, user)
        command = [found, "--quiet", str(file)]
        process = subprocess.Popen(command, user=user, cwd="/", stderr=subprocess.DEVNULL)
        try:
            _wait_for(own)
            yield own
        finally:
            process.kill()
            process.wait()


def _configuration(server: URL, own: int) -> str:
    return CONFIGURATION.format(
        host=server.host or "/var/run/postgresql",
        port=server.port or 5432,
        user=server.username or "",
        password=f" password='{server.password}'" if server.password else "",
        own=own,
        connections=CONNECTIONS,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "pgbouncer does not start"
            time.sleep(0.02)
        else:
            return
