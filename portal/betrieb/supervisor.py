"""Runs a small town: serves the pages and drains the outbox, and starts again what crashes.

SIGTERM, SIGINT and SIGHUP end it: children get SIGTERM and the time to finish what they do.
One thread only, woken by signals: nothing polls, and a fork never meets a held lock.
"""

import contextlib
import ctypes
import fcntl
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Protocol, TextIO

from kern import config
from kern.clock import now
from portal.processes import (
    FOLDER,
    Crash,
    ProcessState,
    Status,
    append_crash,
    write_state,
)

log = logging.getLogger("dorflinde.betrieb")

PR_SET_PDEATHSIG = 1  # prctl(2), Linux
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ANSWER_EVERY = 0.2
LONGEST_ANSWER = 2.0


@dataclass(frozen=True, slots=True)
class Program:
    """A command, or a function that returns an exit code: then the child is a copy of this process
    and shares its memory."""

    name: str
    command: tuple[str, ...] = ()
    run: Callable[[], int] | None = None


class Born(BaseException):
    """In a child that is a copy: leave the supervisor's ways behind, and `run`."""

    def __init__(self, run: Callable[[], int]) -> None:
        super().__init__()
        self.run = run


class Copy:
    """Such a child; what the supervisor needs of `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.returncode: int | None = None
        self.pid = pid

    @classmethod
    def of(cls, run: Callable[[], int]) -> "Copy":
        """Raises Born in the child."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _begin_anew(parent)
            raise Born(run)
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)  # here as well: whoever is first
        return cls(pid)

    def poll(self) -> int | None:
        return self._look(os.WNOHANG)

    def wait(self) -> int | None:
        return self._look(0)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def _look(self, how: int) -> int | None:
        if self.returncode is None:
            found, status = os.waitpid(self.pid, how)
            if found:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def _begin_anew(parent: int) -> None:
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, *ENDING):
        signal.signal(number, signal.SIG_DFL)
    _end_with_parent()
    if os.getppid() != parent:  # it died before we asked to be told
        raise SystemExit(1)
    logging.root.handlers.clear()


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. The pause after a crash doubles from `first` to `longest`."""

    first: float = 1.0
    longest: float = 60.0
    healthy_after: float = 60.0
    stop_within: float = 40.0  # more than gunicorn's graceful_timeout


@dataclass(slots=True)
class Child:
    program: Program
    pause: float
    process: subprocess.Popen[bytes] | Copy | None = None
    since: datetime = field(default_factory=now)
    started: float = 0.0
    start_at: float = 0.0


class Nest(Protocol):
    """Where the program is that copies are made of."""

    def prepare(self) -> None:
        """Read it."""

    def leave(self, told: str) -> None:
        """Become a fresh process by an exec, without what was read. Its supervisor is told this and
        resumes; hence nothing behind this call happens, unless it raises OSError."""

    def close(self) -> None:
        """Let nobody else in."""


def names_told(told: str) -> list[str]:
    """Of the children that a supervisor takes over: what was started, whatever settings say now."""
    return [str(values[0]) for values in json.loads(told)["children"]]


class Supervisor:
    def __init__(
        self,
        data: Path,
        programs: Sequence[Program],
        patience: Patience | None = None,
        nest: Nest | None = None,
    ) -> None:
        self.data = data
        self.nest = nest
        self.patience = patience or Patience()
        self.children = [Child(program, self.patience.first) for program in programs]
        self.port_to_announce: int | None = None
        self.is_ending = False
        self.is_fresh = True  # nothing of an older program is in memory
        self._alarm, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(self._alarm, False)

    def resume(self, told: str) -> None:
        """Take over the children from the supervisor that this process was before its exec."""
        known = json.loads(told)
        self.port_to_announce, self.is_fresh = known["port"], known["is_fresh"]
        for child, values in zip(self.children, known["children"], strict=True):
            _name, child.pause, child.started, child.start_at, pid, since = values
            child.since = datetime.fromisoformat(since)
            child.process = Copy(pid) if pid else None

    def run(self) -> int:
        self._listen_to_signals()
        try:
            self._reap()  # who died during an exec; its signal came to nobody
            while not self.is_ending:
                self._start_due()
                self._wait()
                self._reap()
                self._announce()
        except Born:
            os.close(self._alarm)
            os.close(self._bell)
            self.children = []  # ours are our siblings now
            raise
        finally:
            if self.children:
                self._stop()
        return 0

    def _listen_to_signals(self) -> None:
        signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in ENDING:
            signal.signal(number, self._end)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)  # that waited for the end of an exec

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.is_ending = True

    def _start_due(self) -> None:
        due = [c for c in self.children if not c.process and c.start_at <= time.monotonic()]
        nest = self.nest if any(child.program.run for child in due) else None
        if nest and not self.is_fresh:  # the files may be another version's by now
            self._leave(nest, is_fresh=True)
        if nest and not self._is_prepared(nest, due):
            due = []
        for child in due:
            child.started = time.monotonic()
            child.since = now()
            child.process = _start(child.program)
        if due:
            self._publish()
        if nest:
            self._leave(nest, is_fresh=False)

    def _is_prepared(self, nest: Nest, due: Sequence[Child]) -> bool:
        """A program that cannot be read again ends nothing that still runs."""
        try:
            nest.prepare()
        except Exception:
            if not any(child.process for child in self.children):
                raise
            log.exception(
                "Das Programm ließ sich nicht noch einmal lesen; was läuft, läuft weiter. Nach"
                " einem Update hilft ein Neustart."
            )
            for child in due:
                child.start_at = time.monotonic() + self.patience.longest
            self._publish()
            return False
        return True

    def _leave(self, nest: Nest, *, is_fresh: bool) -> None:
        """Where that does not work, this process goes on, with all that it has read."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            if not self.is_ending:
                nest.leave(self._as_told(is_fresh=is_fresh))
        except OSError as error:
            log.error("Der Prozess, der aufpasst, bleibt groß: %s", error)  # noqa: TRY400 - no trace
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def _as_told(self, *, is_fresh: bool) -> str:
        children = [
            (
                *(c.program.name, c.pause, c.started, c.start_at),
                *(c.process and c.process.pid, c.since.isoformat()),
            )
            for c in self.children
        ]
        return json.dumps(
            {"port": self.port_to_announce, "is_fresh": is_fresh, "children": children}
        )

    def _wait(self) -> None:
        """Until a signal, the next start or the next look for the first answer."""
        starts = [child.start_at for child in self.children if not child.process]
        waits = [max(0.0, start - time.monotonic()) for start in starts]
        if self.port_to_announce:
            waits.append(ANSWER_EVERY)
        if not self.is_ending:
            self._sleep(min(waits, default=None))

    def _sleep(self, seconds: float | None) -> None:
        ready, _, _ = select.select([self._alarm], [], [], seconds)
        if ready:
            os.read(self._alarm, 4096)

    def _reap(self) -> None:
        for child in self.children:
            if child.process and child.process.poll() is not None and not self.is_ending:
                self._note_crash(child, child.process)

    def _note_crash(self, child: Child, process: subprocess.Popen[bytes] | Copy) -> None:
        _signal_group(process, signal.SIGTERM)  # workers of a dead gunicorn hold the port
        ran = time.monotonic() - child.started
        if ran >= self.patience.healthy_after:
            child.pause = self.patience.first
        pause = child.pause
        child.process = None
        child.since = now()
        child.start_at = time.monotonic() + pause
        child.pause = min(pause * 2, self.patience.longest)
        log.error(
            "Der Prozess „%s“ ist nach %.0f s abgebrochen (Code %s). Neustart in %.0f s.",
            *(child.program.name, ran, process.returncode, pause),
        )
        self._record(Crash(child.program.name, child.since, process.returncode, ran))
        self._publish()

    def _record(self, crash: Crash) -> None:
        try:
            append_crash(self.data, crash)
        except OSError as error:  # a full disk must not end what still runs
            log.error("Der Abbruch ließ sich nicht aufschreiben: %s", error)  # noqa: TRY400 - no trace

    def _publish(self) -> None:
        try:
            write_state(self.data, [_describe(child) for child in self.children])
        except OSError as error:
            log.error("Der Zustand ließ sich nicht aufschreiben: %s", error)  # noqa: TRY400 - no trace

    def _announce(self) -> None:
        if self.port_to_announce and not self.is_ending and _answers(self.port_to_announce):
            print(f"bereit: http://127.0.0.1:{self.port_to_announce}/", flush=True)
            self.port_to_announce = None

    def _stop(self) -> None:
        if self.nest:
            self.nest.close()
        running = [child.process for child in self.children if child.process]
        for process in running:
            _signal_process(process, signal.SIGTERM)
        deadline = time.monotonic() + self.patience.stop_within
        while any(process.poll() is None for process in running):
            if time.monotonic() > deadline:
                log.error("Nicht alles ließ sich rechtzeitig beenden; der Rest wird abgebrochen.")
                break
            self._sleep(0.5)
        for process in running:
            _signal_group(process, signal.SIGKILL)
            process.wait()
        for child in self.children:
            child.process, child.start_at, child.since = None, 0.0, now()
        self._publish()


def _start(program: Program) -> subprocess.Popen[bytes] | Copy:
    """In a group of its own: Ctrl+C at the terminal reaches only us, so requests can finish."""
    if program.run is not None:
        return Copy.of(program.run)
    return subprocess.Popen(
        program.command,
        cwd=config.ROOT,
        process_group=0,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - there is only one thread
    )


def _describe(child: Child) -> ProcessState:
    status, next_start_at = Status.STOPPED, None
    if child.process:
        status = Status.RUNNING
    elif child.start_at:
        status = Status.WAITING
        next_start_at = now() + timedelta(seconds=max(0.0, child.start_at - time.monotonic()))
    pid = child.process.pid if child.process else None
    return ProcessState(child.program.name, status, pid, child.since, next_start_at)


def _end_with_parent() -> None:
    """In the child, before exec: if we are killed, the port must not stay taken (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_process(process: subprocess.Popen[bytes] | Copy, number: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(number)


def _signal_group(process: subprocess.Popen[bytes] | Copy, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return  # nobody of the group is left; macOS answers EPERM for zombies


def _answers(port: int) -> bool:
    """Whether the start page is served; redirects count, errors do not."""
    asked = f"GET / HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    try:
        with socket.create_connection(("127.0.0.1", port), LONGEST_ANSWER) as connection:
            connection.sendall(asked)
            head = connection.makefile("rb").readline(1000).split()
    except OSError:
        return False
    return len(head) > 1 and head[1][:1] in {b"2", b"3"}


def lock(data: Path, *, alone: bool = True) -> TextIO | None:
    """Held while this process lives; None when another one already runs this town. Hosts that share
    a folder hold its lock together, so that nobody puts a backup into it meanwhile."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = (folder / "laeuft").open("w", encoding="ascii")
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
