"""The app may be made before the fork: until its first request it opens nothing."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from kern.config import ROOT

PROBE = """
import json, os, sys, threading
def opened(): return set(os.listdir("/proc/self/fd")) if sys.platform == "linux" else set()
before = opened()
import wsgi
print(json.dumps([threading.active_count(), len(opened() - before), sorted(sys.modules)]))
"""


@dataclass(frozen=True)
class Started:
    threads: int
    opened: int
    modules: list[str]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Started:
    """What a process has that has read the app and done nothing else."""
    env = os.environ | {"DORFLINDE_DATA": str(tmp_path_factory.mktemp("leer"))}
    told = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    return Started(*json.loads(told.stdout))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists what is open")
def test_the_app_opens_no_thread_and_no_connection_before_its_first_request(
    started: Started,
) -> None:
    assert started.threads == 1
    assert started.opened <= 1  # the folder that was just being listed


SELDOM = (
    *("PIL", "alembic", "dulwich", "icalendar", "mailbox", "psycopg", "redis", "segno", "whoosh"),
    *("xlsxwriter", "yaml"),
)


def test_a_start_reads_no_package_that_many_towns_do_not_need(started: Started) -> None:
    assert not {*started.modules} & {*SELDOM}


def test_a_hiccup_of_sqlite_reads_nothing_of_postgresql(tmp_path: Path) -> None:
    probe = (
        "import sys; from pathlib import Path\n"
        "from kern.town import Town; from kern.web.pages.asking import Counters, Unreadable\n"
        "for path in sys.argv[1:]:\n"
        "  town = Town('ort', Path(), frozenset(), '', 'sqlite:///' + path, b'', '1')\n"
        "  try: Counters().of(town, ('rest',))\n"
        "  except Unreadable: print('psycopg' in sys.modules)\n"
    )
    empty, missing = tmp_path / "leer.db", tmp_path / "keine.db"
    empty.touch()
    told = subprocess.run(
        [sys.executable, "-c", probe, str(empty), str(missing)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout == "False\nFalse\n"
