"""Programs that begin as copies of a process that has read the application.

To read it takes seconds of the processor, at each start again; a fork takes a moment. The copy is
a process like any other: it has a number, command line, environment and folder of its own, opens
all for itself, and dies by a signal alone. One test of `test_serve`, the first host of
`test_hosts`, `test_betrieb`, `test_bounces` and `test_killed_in_a_flood` start theirs by the
command that an operator gives.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from kern.config import ROOT

SEED = "PYTHONHASHSEED"

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.copied"])


class Copy:
    """As `subprocess.Popen` has it."""

    def __init__(self, process: ForkServerProcess) -> None:
        assert process.pid
        self._process, self.pid = process, process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("copy", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(words: Sequence[str], env: Mapping[str, str], told: Path | None = None) -> Copy:
    """`words` as behind `python`: `-m` and a module, or a file. `told` keeps what it prints."""
    _begin()
    process = context.Process(target=_become, args=(list(words), dict(env), told), daemon=True)
    process.start()
    return Copy(process)


def _begin() -> None:
    """The same order of sets in all copies, as long as the process lives that they are made of."""
    before = os.environ.get(SEED)
    os.environ[SEED] = "0"
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ[SEED]
        else:
            os.environ[SEED] = before


def _become(words: list[str], env: dict[str, str], told: Path | None) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    if told is not None:
        with told.open("wb") as file:
            os.dup2(file.fileno(), sys.stdout.fileno())
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")
