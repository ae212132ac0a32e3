"""Web and worker as `los.py run` starts them, from the first answer to the end."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kern.config import ROOT, Settings
from kern.town import Town
from portal.processes import Status, read_crashes, read_state
from tests.portal.test_supervisor import is_alive, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
SMALL = 30  # megabytes; the whole program takes about a hundred


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def served(settings: Settings, town: Town, port: int) -> Iterator[subprocess.Popen[bytes]]:
    env = os.environ | {"DORFLINDE_DATA": str(settings.data), "DORFLINDE_WEB_PROCESSES": "2"}
    command = [sys.executable, "-m", "portal.betrieb.serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    yield process
    process.kill()
    process.wait()


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


def test_who_watches_is_small_and_each_process_comes_back(
    served: subprocess.Popen[bytes], settings: Settings, port: int
) -> None:
    wait_for(lambda: status_of(port) == 200, seconds=60)
    first = pids(settings)
    assert sorted(first) == ["web", "web 2", "worker"]
    assert megabytes(served.pid) < SMALL < megabytes(first["web"])

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


def test_all_ends_with_who_watches(
    served: subprocess.Popen[bytes], settings: Settings, port: int
) -> None:
    wait_for(lambda: status_of(port) == 200, seconds=60)
    before = pids(settings)
    served.kill()
    served.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in before.values()), seconds=60)


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
