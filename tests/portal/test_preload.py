"""The app may be made before the fork: until its first request it opens nothing."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kern.config import ROOT

PROBE = """
import os, threading
before = set(os.listdir("/proc/self/fd"))
import wsgi
print(threading.active_count(), sorted(set(os.listdir("/proc/self/fd")) - before))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists what is open")
def test_the_app_opens_no_thread_and_no_connection_before_its_first_request(
    tmp_path: Path,
) -> None:
    env = os.environ | {"DORFLINDE_DATA": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )

    assert told.stdout.split(" ", 1)[0] == "1"
    opened = ast.literal_eval(told.stdout.split(" ", 1)[1])
    assert len(opened) <= 1  # the folder that was just being listed


SELDOM = (
    *("PIL", "alembic", "dulwich", "icalendar", "mailbox", "psycopg", "redis", "segno", "whoosh"),
    *("xlsxwriter", "yaml"),
)


def test_a_start_reads_no_package_that_many_towns_do_not_need(tmp_path: Path) -> None:
    probe = f"import sys, wsgi; print(sorted(sys.modules.keys() & {set(SELDOM)}))"
    env = os.environ | {"DORFLINDE_DATA": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )

    assert told.stdout == "[]\n"


def test_a_hiccup_of_sqlite_reads_nothing_of_postgresql(tmp_path: Path) -> None:
    probe = (
        "import sys; from pathlib import Path\n"
        "from kern.town import Town; from kern.web.pages.asking import Counters, Unreadable\n"
        "url = 'sqlite:///' + sys.argv[1]\n"
        "town = Town('ort', Path(), frozenset(), '', url, b'', '1')\n"
        "try: Counters().of(town, ('rest',))\n"
        "except Unreadable: print('psycopg' in sys.modules)\n"
    )
    empty, missing = tmp_path / "leer.db", tmp_path / "keine.db"
    empty.touch()
    for file in (empty, missing):
        told = subprocess.run(
            [sys.executable, "-c", probe, str(file)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        assert told.stdout == "False\n"
