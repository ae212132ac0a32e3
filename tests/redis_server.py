"""A Redis of one test's own, on a socket file: it may be stopped, killed and started again."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis


class RedisServer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"unix://{self._folder / 'redis.sock'}"

    def start(self) -> None:
        command = ["redis-server", "--port", "0", "--unixsocket", str(self._folder / "redis.sock")]
        command += ["--dir", str(self._folder), "--save", "", "--daemonize", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with redis.Redis.from_url(self.address) as client:
            _wait_for(client)

    def hang(self) -> None:
        """It takes connections and says nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)


def _wait_for(client: "redis.Redis") -> None:
    end = time.monotonic() + 20
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            assert time.monotonic() < end, "redis-server does not start"
            time.sleep(0.02)
        else:
            return


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        missing = pytest.fail if os.environ.get("DORFLINDE_CI") == "1" else pytest.skip
        missing("redis-server is not installed")
    # Not below tmp_path: the name of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="dorflinde-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
