"""Web and worker as `los.py run` starts them, from the first answer to the end."""

import http.client
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from kern import clock
from kern.config import ROOT, Settings
from kern.town import Town
from portal.processes import Status, read_crashes, read_state
from tests import copies
from tests.portal.test_supervisor import is_alive, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
PAUSE = timedelta(seconds=20)
SMALL = 30  # megabytes; the whole program takes about a hundred


Served = subprocess.Popen[bytes] | copies.Copy


@pytest.fixture
def served(settings: Settings, town: Town, port: int) -> Iterator[Served]:
    """The first start spared; what is started again after a crash reads the program itself."""
    words, env = _command(settings, port)
    process = copies.start(words, env)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def truly_served(settings: Settings, town: Town, port: int) -> Iterator[Served]:
    """By the command that an operator gives."""
    words, env = _command(settings, port)
    process = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env)
    yield process
    process.kill()
    process.wait()


def _command(settings: Settings, port: int) -> tuple[list[str], dict[str, str]]:
    set_web_processes(settings, 2)
    env = os.environ | {"DORFLINDE_DATA": str(settings.data)}
    return ["-m", "portal.betrieb.serve", "--port", str(port)], env


def set_web_processes(settings: Settings, number: int) -> None:
    (settings.data / "dorflinde.toml").write_text(f"web_processes = {number}\n", encoding="utf-8")


def status_of(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def pids(settings: Settings) -> dict[str, int]:
    return {one.name: one.pid for one in read_state(settings.own) if one.pid}


def megabytes(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found
    return int(found[1]) / 1024


def is_put_off(settings: Settings, name: str) -> bool:
    """For much longer than the pause after a first crash."""
    (found,) = (one for one in read_state(settings.own) if one.name == name)
    return found.next_start_at is not None and found.next_start_at > clock.now() + PAUSE


def begun(served: Served, settings: Settings, port: int) -> dict[str, int]:
    """A web process may answer before who watches has written all down and become small."""
    wait_for(lambda: status_of(port) == 200, seconds=60)
    wait_for(lambda: len(pids(settings)) == 3, seconds=60)
    wait_for(lambda: megabytes(served.pid) < SMALL, seconds=60)
    return pids(settings)


def test_who_watches_is_small_and_each_process_comes_back(
    truly_served: Served, settings: Settings, port: int
) -> None:
    served = truly_served
    first = begun(served, settings, port)
    assert sorted(first) == ["web", "web 2", "worker"]
    assert megabytes(first["web"]) > SMALL

    for name in ("web 2", "worker"):
        os.kill(first[name], signal.SIGKILL)
        assert status_of(port) == 200, "the others go on"
    wait_for(lambda: len(pids(settings)) == 3 and not first.keys() - pids(settings).keys())
    wait_for(lambda: pids(settings).get("worker") not in {None, first["worker"]}, seconds=60)
    wait_for(lambda: pids(settings).get("web 2") not in {None, first["web 2"]}, seconds=60)
    assert pids(settings)["web"] == first["web"]
    assert {crash.name for crash in read_crashes(settings.own)} == {"web 2", "worker"}
    wait_for(lambda: megabytes(served.pid) < SMALL)

    last = pids(settings)
    served.send_signal(signal.SIGTERM)
    assert served.wait(timeout=60) == 0
    assert not any(is_alive(pid) for pid in last.values())
    assert status_of(port) == 0
    assert {one.status for one in read_state(settings.own)} == {Status.STOPPED}


def test_settings_changed_for_the_next_start_end_nothing_that_runs(
    served: Served, settings: Settings, port: int
) -> None:
    first = begun(served, settings, port)
    set_web_processes(settings, 3)
    os.kill(first["web 2"], signal.SIGKILL)
    wait_for(lambda: pids(settings).get("web 2") not in {None, first["web 2"]}, seconds=60)
    wait_for(lambda: megabytes(served.pid) < SMALL, seconds=60)

    later = pids(settings)
    assert sorted(later) == ["web", "web 2", "worker"], "the number counts from the next start on"
    assert (later["web"], later["worker"]) == (first["web"], first["worker"])
    assert is_alive(first["web"])
    assert status_of(port) == 200


def test_a_program_for_another_database_is_not_started_beside_the_old_one(
    served: Served, settings: Settings, town: Town, port: int
) -> None:
    """As between an update of the files and the start that follows it."""
    first = begun(served, settings, port)
    with closing(sqlite3.connect(town.path / "ort.db")) as connection:
        ((true,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
        os.kill(first["web 2"], signal.SIGKILL)
        wait_for(lambda: is_put_off(settings, "web 2"), seconds=60)
        assert all(status_of(port) == 200 for _ in range(20))
        assert "web 2" not in pids(settings)
        assert is_alive(first["web"])
        connection.execute("UPDATE alembic_version SET version_num = ?", (true,))
        connection.commit()


def test_all_ends_with_who_watches(served: Served, settings: Settings, port: int) -> None:
    before = begun(served, settings, port)
    served.kill()
    served.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in before.values()), seconds=60)


READ = """
import os, threading
before = set(os.listdir("/proc/self/fd"))
from portal.betrieb.whole import Whole
made = Whole(0)
made.open([])
opened = set(os.listdir("/proc/self/fd")) - before - {str(one) for one in made.listening()}
print(threading.active_count(), [one for one in opened if os.path.exists(f"/proc/self/fd/{one}")])
"""


def test_what_is_read_before_the_fork_leaves_no_thread_and_nothing_open(
    settings: Settings, town: Town
) -> None:
    """Copies would share it, and a file of SQLite that two use at once is soon a broken one."""
    env = os.environ | {"DORFLINDE_DATA": str(settings.data)}
    told = subprocess.run(
        [sys.executable, "-c", READ], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )

    assert told.stdout == "1 []\n"


HANGING = """
from gunicorn.config import Config
from portal.betrieb.watchdog import Watchdog

config = Config()
config.set("timeout", 1)
Watchdog(config).notify()
while True:
    pass
"""


def test_a_process_that_hangs_ends_itself_and_says_where() -> None:
    told = subprocess.run(
        [sys.executable, "-c", HANGING], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert told.returncode == 1
    assert "most recent call first" in told.stderr
