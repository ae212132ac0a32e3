"""The supervisor with real child processes: crash loops, back-off, and an end without loss."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from kern.config import ROOT
from portal.betrieb.supervisor import Patience, Program
from portal.processes import (
    LONGEST_LOG_BYTES,
    Crash,
    ProcessState,
    Status,
    append_crash,
    read_crashes,
    read_state,
    write_state,
)

CONF = ROOT / "portal" / "betrieb" / "gunicorn_conf.py"
QUICK = Patience(first=0.05, longest=0.2, healthy_after=30.0, stop_within=15.0)
SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")
FAILS = (sys.executable, "-c", "raise SystemExit(7)")
DRIVER = """
import json, sys
from pathlib import Path
from portal.betrieb.supervisor import Patience, Program, Supervisor

data, patience, programs, port = json.loads(sys.argv[1])
known = [Program(name, tuple(command)) for name, command in programs]
supervisor = Supervisor(Path(data), known, Patience(**patience))
supervisor.port_to_announce = port
sys.exit(supervisor.run())
"""
SLOW_APP = """
import os, time
from pathlib import Path

HERE = Path(__file__).parent

def app(environ, start_response):
    if environ["PATH_INFO"] == "/langsam":
        (HERE / "angefangen").touch()
        time.sleep(1)
    if environ["PATH_INFO"] == "/" and not (HERE / "repariert").exists():
        (HERE / "gefragt").touch()
        start_response("500 Oh", [])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
"""


T = TypeVar("T")


def wait_for(look: Callable[[], T | None], seconds: float = 30.0) -> T:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return found


def is_alive(pid: int) -> bool:
    """A zombie counts as dead; nobody reaps orphans in a container."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # it may go between opening and reading
        return False
    return status != "Z"


class Run:
    """A supervisor in a process of its own, because it takes over the signals."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.process: subprocess.Popen[bytes] | None = None

    def start(
        self,
        programs: Sequence[Program],
        patience: Patience = QUICK,
        *,
        announce: int | None = None,
    ) -> None:
        named = [(program.name, program.command) for program in programs]
        argument = json.dumps([str(self.data), asdict(patience), named, announce])
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, argument],
            cwd=ROOT,
            env={**os.environ, "DORFLINDE_DATA": str(self.data), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE if announce else None,
        )

    def state(self, name: str) -> ProcessState | None:
        return next((state for state in read_state(self.data) if state.name == name), None)

    def running_pid(self, name: str, *, other_than: int | None = None) -> int | None:
        state = self.state(name)
        return state.pid if state and state.pid != other_than else None

    def waiting(self, name: str) -> ProcessState | None:
        state = self.state(name)
        return state if state and state.status is Status.WAITING else None

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path / "daten")
    yield run
    if run.process and run.process.poll() is None:
        run.process.kill()
        run.process.wait()
    if run.process and run.process.stdout:
        run.process.stdout.close()


@pytest.fixture
def web(tmp_path: Path, port: int) -> Program:
    (tmp_path / "langsame_app.py").write_text(SLOW_APP, encoding="utf-8")
    (tmp_path / "repariert").touch()
    gunicorn = (sys.executable, "-m", "gunicorn", "-c", str(CONF), "--workers", "1")
    where = ("--bind", f"127.0.0.1:{port}", "--pythonpath", str(tmp_path))
    return Program("web", (*gunicorn, *where, "langsame_app:app"))


def get(port: int, path: str) -> bytes | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    except OSError:
        return None
    finally:
        connection.close()


def test_a_crash_loop_is_slowed_down_and_written_down(run: Run) -> None:
    doubling = Patience(first=0.2, longest=0.6)
    run.start([Program("worker", FAILS), Program("web", SLEEPS)], doubling)
    wait_for(lambda: len(read_crashes(run.data)) >= 4)
    crashes = read_crashes(run.data)[::-1]
    assert {(crash.name, crash.exit_code) for crash in crashes} == {("worker", 7)}
    pauses = [
        (later.at - earlier.at).total_seconds() - later.ran_seconds
        for earlier, later in pairwise(crashes)
    ]
    # `ran_seconds` is rounded to tenths, so that much may be missing.
    assert all(pause >= least - 0.1 for pause, least in zip(pauses, (0.2, 0.4, 0.6), strict=False))
    assert run.running_pid("web"), "the other process lives on"
    assert run.end() == 0


def test_a_waiting_process_says_when_it_starts_again(run: Run) -> None:
    run.start([Program("worker", FAILS)], Patience(first=30.0))
    wait_for(lambda: read_crashes(run.data))
    state = wait_for(lambda: run.waiting("worker"))
    assert state.next_start_at
    assert 25 < (state.next_start_at - state.since).total_seconds() <= 31
    assert state.crashes == 1
    assert run.end() == 0


def test_a_healthy_time_makes_the_pause_short_again(run: Run) -> None:
    run.start([Program("worker", FAILS)], Patience(first=0.05, healthy_after=0.0))
    # Without the reset, the pauses before the eleventh crash would add up to 51 seconds.
    wait_for(lambda: len(read_crashes(run.data)) >= 11, seconds=40)
    assert run.end() == 0


def test_a_killed_process_is_started_again(run: Run) -> None:
    run.start([Program("worker", SLEEPS)])
    first = wait_for(lambda: run.running_pid("worker"))
    os.kill(first, signal.SIGKILL)
    second = wait_for(lambda: run.running_pid("worker", other_than=first))
    state = run.state("worker")
    assert state
    assert state.last_crash
    assert state.last_crash.exit_code == -signal.SIGKILL
    assert run.end(signal.SIGINT) == 0
    assert not is_alive(second)


def test_a_running_request_is_finished_before_the_end(run: Run, web: Program, port: int) -> None:
    run.start([web])
    wait_for(lambda: get(port, "/"))
    answers: list[bytes | None] = []
    reader = threading.Thread(target=lambda: answers.append(get(port, "/langsam")))
    reader.start()
    wait_for((run.data.parent / "angefangen").exists)
    assert run.end() == 0
    reader.join(timeout=15)
    assert answers
    assert answers[0]
    assert get(port, "/") is None, "the port is free again"
    state = run.state("web")
    assert state
    assert (state.status, state.pid) == (Status.STOPPED, None)
    assert not read_crashes(run.data), "an end on purpose is no crash"


def test_ready_is_said_with_the_first_good_answer(
    run: Run, web: Program, port: int, tmp_path: Path
) -> None:
    (tmp_path / "repariert").unlink()
    run.start([web], announce=port)
    wait_for((tmp_path / "gefragt").exists)
    assert run.process
    assert run.process.stdout
    os.set_blocking(run.process.stdout.fileno(), False)
    assert run.process.stdout.read() is None, "an error is no answer"
    os.set_blocking(run.process.stdout.fileno(), True)
    (tmp_path / "repariert").touch()
    assert run.process.stdout.readline() == f"bereit: http://127.0.0.1:{port}/\n".encode()
    assert run.end() == 0


def test_the_death_of_a_single_web_worker_is_noted(run: Run, web: Program, port: int) -> None:
    run.start([web])
    worker = wait_for(lambda: get(port, "/"))
    os.kill(int(worker), signal.SIGKILL)
    crashes = wait_for(lambda: read_crashes(run.data))
    assert [(crash.name, crash.exit_code) for crash in crashes] == [("web", None)]
    assert wait_for(lambda: get(port, "/")) != worker
    assert run.end() == 0


def test_the_web_comes_back_after_its_main_process_was_killed(
    run: Run, web: Program, port: int
) -> None:
    run.start([web])
    wait_for(lambda: get(port, "/"))
    first = wait_for(lambda: run.running_pid("web"))
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: run.running_pid("web", other_than=first))
    wait_for(lambda: get(port, "/"))
    assert run.end() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal of Linux")
def test_nothing_stays_behind_when_the_supervisor_is_killed(run: Run) -> None:
    run.start([Program("worker", SLEEPS)])
    pid = wait_for(lambda: run.running_pid("worker"))
    assert run.process
    run.process.kill()
    run.process.wait()
    wait_for(lambda: not is_alive(pid))
    state = run.state("worker")
    assert state
    assert state.status is Status.STOPPED, "the pages must not believe the last word of the dead"


def test_what_ignores_the_signal_is_ended_by_force(run: Run) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1); time.sleep(60)"
    run.start([Program("worker", (sys.executable, "-c", deaf))], Patience(stop_within=0.5))
    pid = wait_for(lambda: run.running_pid("worker"))
    assert run.end() == 0
    assert not is_alive(pid)


def test_a_town_is_run_only_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOCKING]
    env = {**os.environ, "DORFLINDE_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == f"Der Ort in {tmp_path} läuft schon.\n"


COPIES = """
import os, sys, time
from pathlib import Path
from portal.betrieb.supervisor import Born, Patience, Program, Supervisor

data = Path(sys.argv[1])

def work():
    (data / f"lebt-{os.getpid()}").write_text(str(os.getpgid(0)))
    time.sleep(60)
    return 0

try:
    code = Supervisor(data, [Program("worker", run=work)], Patience(first=0.05)).run()
except Born as born:
    code = born.run()
(data / f"ende-{os.getpid()}").touch()
sys.exit(code)
"""


def test_a_copy_is_started_again_after_a_crash_and_ends_with_the_supervisor(
    tmp_path: Path,
) -> None:
    process = subprocess.Popen([sys.executable, "-c", COPIES, str(tmp_path)], cwd=ROOT)

    def living(but: str = "") -> list[str]:
        return [one.name[5:] for one in tmp_path.glob("lebt-*") if one.name[5:] != but]

    try:
        first = wait_for(living)[0]
        # A group of its own: its number is that of the process.
        assert wait_for((tmp_path / f"lebt-{first}").read_text) == first
        os.kill(int(first), signal.SIGKILL)
        second = wait_for(lambda: living(but=first))[0]
        assert wait_for(lambda: read_crashes(tmp_path))[0].exit_code == -signal.SIGKILL
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()

    assert (tmp_path / f"ende-{process.pid}").exists()  # the supervisor alone came to its end
    assert len(list(tmp_path.glob("ende-*"))) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(second), 0)


LEAVING = """
import os, sys, time
from pathlib import Path
from portal.betrieb.supervisor import Born, Patience, Program, Supervisor

data, told = Path(sys.argv[1]), sys.argv[2:]

class Nest:
    def prepare(self):
        (data / f"gelesen-{time.monotonic()}").touch()
        if (data / "kaputt").exists():
            raise RuntimeError("not to be read")

    def leave(self, told):
        if (data / "voll").exists():
            raise OSError("no memory for another program")
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:3], str(data), told])

    def close(self):
        (data / "zu").touch()

def work():
    (data / f"lebt-{os.getpid()}").touch()
    time.sleep(60)
    return 0

programs = [Program("web", run=work), Program("worker", run=work)]
supervisor = Supervisor(data, programs, Patience(first=0.05, longest=0.3), nest=Nest())
if told:
    supervisor.resume(told[0])
try:
    code = supervisor.run()
except Born as born:
    code = born.run()
sys.exit(code)
"""


def test_a_supervisor_that_became_small_knows_its_children_and_starts_them_again(
    tmp_path: Path,
) -> None:
    process = subprocess.Popen([sys.executable, "-c", LEAVING, str(tmp_path)], cwd=ROOT)

    def living() -> set[int]:
        return {pid for one in tmp_path.glob("lebt-*") if is_alive(pid := int(one.name[5:]))}

    def pid_of(name: str) -> int:
        """As it is written down, a moment after the process began."""
        return wait_for(
            lambda: next(
                (
                    state.pid
                    for state in read_state(tmp_path)
                    if state.name == name and state.pid in living()
                ),
                None,
            )
        )

    def readings() -> int:
        return len(list(tmp_path.glob("gelesen-*")))

    try:
        wait_for(lambda: len(living()) == 2)
        assert readings() == 1  # for both
        web, worker = pid_of("web"), pid_of("worker")
        os.kill(worker, signal.SIGKILL)
        assert [crash.name for crash in wait_for(lambda: read_crashes(tmp_path))] == ["worker"]
        assert wait_for(lambda: living() - {web}) == {pid_of("worker")}
        assert web in living(), "the other one lives on"
        (tmp_path / "kaputt").touch()
        os.kill(pid_of("worker"), signal.SIGKILL)
        wait_for(lambda: readings() >= 4)  # it tries again and again
        assert living() == {web}, "what runs does not end because of it"
        (tmp_path / "kaputt").unlink()
        wait_for(lambda: len(living()) == 2)
        (tmp_path / "voll").touch()
        os.kill(worker := pid_of("worker"), signal.SIGKILL)
        wait_for(lambda: len(living() - {worker}) == 2)
        assert web in living(), "a supervisor that cannot become small goes on as it is"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
    assert not living()
    assert (tmp_path / "zu").exists()
    assert {state.status for state in read_state(tmp_path)} == {Status.STOPPED}


LOCKING = """
import sys
from pathlib import Path
from kern import config
from portal.betrieb import serve, supervisor

held = supervisor.lock(config.load().data)
assert held
sys.exit(serve.main(["--port", "1"]))
"""


def test_a_wrong_setting_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "dorflinde.toml").write_text("web_threads = 900\n", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "portal.betrieb.serve"],
        cwd=ROOT,
        env={**os.environ, "DORFLINDE_DATA": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "web_threads" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"supervisor": 1}', '{"processes": [{}]}'])
def test_a_broken_state_file_is_no_state(tmp_path: Path, text: str) -> None:
    (tmp_path / "betrieb").mkdir()
    (tmp_path / "betrieb" / "prozesse.json").write_text(text, encoding="utf-8")
    assert read_state(tmp_path) == []


def test_the_log_of_crashes_stays_small_and_keeps_the_latest(tmp_path: Path, run: Run) -> None:
    write_state(tmp_path, [])
    log = tmp_path / "betrieb" / "prozesse.jsonl"
    at = "2026-11-23T06:00:00+00:00"
    old = {"at": at, "name": "web", "exit_code": 1, "ran_seconds": 1.0}
    line = json.dumps(old) + "\n"
    log.write_text(line * (LONGEST_LOG_BYTES // len(line) + 2), encoding="utf-8")
    newest = Crash("worker", wait_for(lambda: read_crashes(tmp_path))[0].at, -9, 2.0)
    append_crash(tmp_path, newest)
    assert log.stat().st_size < 1000
    assert read_crashes(tmp_path, limit=3)[0] == newest
    assert len(read_crashes(tmp_path, limit=3)) == 3
