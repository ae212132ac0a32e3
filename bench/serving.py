"""The real server as `los.py run` starts it, on a free port of this machine."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

from kern.config import PREFIX, ROOT, Settings

PATIENCE = 180  # seconds to the first answer; a busy computer starts slowly
_CONF = ROOT / "portal" / "betrieb" / "gunicorn_conf.py"


@dataclass(frozen=True, slots=True)
class Served:
    """`started` are the seconds from the start of the program to the first answer."""

    port: int
    pid: int
    started: float

    def memory_mb(self) -> float:
        """Of the process and all that it started, shared pages counted once (PSS)."""
        return sum(self.memory_of_each())

    def memory_of_each(self) -> list[float]:
        """Of each process."""
        return [_pss_kb(pid) / 1024 for pid in _family(self.pid)]

    def processes(self) -> list[int]:
        return list(_family(self.pid))

    def kill(self) -> None:
        """All of it at once, as when the power fails."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cpu_seconds(self) -> float:
        """Of all these processes, since each began."""
        return sum(_cpu_ticks(pid) for pid in _family(self.pid)) / os.sysconf("SC_CLK_TCK")


class Running(Protocol):
    """As much of `subprocess.Popen` as is needed here."""

    pid: int

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...

    def send_signal(self, number: int, /) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


Start = Callable[[Sequence[str], Mapping[str, str]], Running]


def anew(words: Sequence[str], env: Mapping[str, str]) -> Running:
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def town(settings: Settings, start: Start = anew) -> Iterator[Served]:
    """Web processes and worker."""
    with _running(settings, ("-m", "portal.betrieb.serve", "--port"), start=start) as served:
        yield served


@contextmanager
def constant(settings: Settings) -> Iterator[Served]:
    """The same server with a view that does nothing."""
    command = ("-m", "gunicorn", "-c", str(_CONF), "bench.constant:app", "--bind")
    with _running(settings, command, "127.0.0.1:") as served:
        yield served


@contextmanager
def _running(
    settings: Settings, command: Sequence[str], before: str = "", start: Start = anew
) -> Iterator[Served]:
    port = free_port()
    env = os.environ | _as_environment(settings)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # as with everybody, compiled code is kept
    began = time.monotonic()
    process = start([*command, f"{before}{port}"], env)
    try:
        wait(port, process)
        yield Served(port, process.pid, time.monotonic() - began)
    finally:
        stopped(process)


def _as_environment(settings: Settings) -> dict[str, str]:
    """What is not the default; the folder and the database in any case."""
    usual, kept = Settings(), {"data", "database"}
    values = {one.name: getattr(settings, one.name) for one in fields(Settings)}
    return {
        f"{PREFIX}{name.upper()}": str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if name in kept or value != getattr(usual, name)
    }


def stopped(process: Running) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait(port: int, process: Running, path: str = "/") -> None:
    """Until it answers. Raises RuntimeError when it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        if _is_answering(port, path):
            return
        time.sleep(0.02)
    raise RuntimeError("the server gives no answer")


def _is_answering(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.HTTPStatus.BAD_REQUEST
    except OSError:
        return False
    finally:
        connection.close()


def _family(pid: int) -> Iterator[int]:
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text(encoding="ascii").split() if children.exists() else ():
        yield from _family(int(child))


def cpu_seconds(pid: int) -> float:
    """That the process and all that it started have used, those that ended included."""
    return sum(_ticks(one) for one in _family(pid)) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        values = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(one) for one in values[11:15])  # own and of ended children, user and system


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _cpu_ticks(pid: int) -> int:
    """Its own work and the kernel's for it; the name in brackets may hold anything."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(told[11]) + int(told[12])
