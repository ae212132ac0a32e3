"""`los.py bench orte [--kurz]`: 300 towns in one installation, of which twenty are busy.

Some are made by the command that an operator types, which is measured. The others are the demo
town, copied with a secret and an address of its own: byte by byte what a used town is. Then the
server runs as with `los.py run`, and every town is visited.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select

from bench import loader, serving
from bench.loader import Request
from bench.serving import Served
from bench.table import Row, as_table, as_values
from beteiligung.discussion.models import POST_KEY, Post, Status, Thread
from beteiligung.project.rules import PROJECT_KEY
from kern.clock import now
from kern.config import ROOT, Settings
from kern.db import db, engines, migrate
from kern.outbox import OutboxEntry, State
from kern.scope import Scope
from kern.town import LOOPBACK, Town, Towns, use_town
from kern.worker import Waking
from portal.app import create_app
from portal.betrieb.demo import fill
from portal.betrieb.orte import inside

MANY, FEW = 300, 40
ACTIVE = 20
MADE = 3  # by the command
JOBS, BESIDE = 10_000, 5  # of one town; what another one asks for meanwhile
VISITS, ROUNDS = 400, 3
LONGEST_WAIT = 60  # seconds
QUESTIONS = ("Radweg", "Spielplatz", "Schatten", "Linde", "Bus")


@dataclass(frozen=True, slots=True)
class Ground:
    """`paths` exist in every town."""

    settings: Settings
    towns: Sequence[Town]
    paths: Sequence[str]


def measured(*, small: bool = False) -> Mapping[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), argon2_memory_kib=64)
        try:
            found = list(_rows(settings, FEW if small else MANY))
        finally:
            engines.close()
    print(as_table(found))
    return {"towns": FEW if small else MANY, "rows": as_values(found)}


def _rows(settings: Settings, count: int) -> Iterator[Row]:
    print("Orte mit dem Befehl anlegen …", flush=True)
    yield _creating(settings)
    print(f"{count} gefüllte Orte anlegen …", flush=True)
    ground = _ground(settings, count)
    yield from _cold(ground)
    print("Server starten und jeden Ort besuchen …", flush=True)
    with serving.town(settings) as served:
        yield from _visited(ground, served)
        print("Neben einem Ort mit 10.000 Aufgaben warten …", flush=True)
        yield _waiting(ground)


def _creating(settings: Settings) -> Row:
    """As an operator does it: with the start of the program."""
    taken = []
    env = os.environ | {"DORFLINDE_DATA": str(settings.data)}
    for number in range(MADE):
        words = ("ort", "create", f"leer-{number}", "--host", f"leer-{number}.example")
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        began = time.monotonic()
        subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.monotonic() - began)
    note = f"der ganze Befehl, Median von {MADE}"
    return Row("Einen Ort anlegen", statistics.median(taken), "s", most=5, note=note)


def _ground(settings: Settings, count: int) -> Ground:
    towns = Towns(settings)
    model = towns.create("ort-1", LOOPBACK)  # the server is asked for its first answer here
    migrate.upgrade(model)
    fill.run(model, settings, "small", lambda _line: None)
    app = create_app(settings)
    with inside(app, model):
        paths = _paths()
    engines.close()
    for number in range(2, count + 1):
        host = f"ort-{number}.example"
        _copy(model, towns.create(f"ort-{number}", frozenset({host}), f"http://{host}"))
    return Ground(settings, [towns.by_slug(f"ort-{at}") for at in range(1, count + 1)], paths)


def _paths() -> list[str]:
    query = select(Thread.id, Scope.path).join(Scope, Scope.id == Thread.scope_id)
    query = query.where(Thread.host_key == PROJECT_KEY, Thread.status == Status.PUBLIC)
    thread, project = db.session.execute(query.order_by(Thread.posts_count.desc()).limit(1)).one()
    return ["/", project, f"/beteiligung/gespraech/{thread}"]


def _copy(model: Town, town: Town) -> None:
    """Uploads never change, and have two names instead of a copy."""
    own = shutil.ignore_patterns("ort.toml", "secret", "seiten", "uploads", "*.lock")
    shutil.copytree(model.path, town.path, ignore=own, dirs_exist_ok=True)
    shutil.copytree(model.uploads, town.uploads, copy_function=os.link, dirs_exist_ok=True)


def _cold(ground: Ground) -> Iterator[Row]:
    """CPU of the first page of a town that no longer is open, and of the next one."""
    app = create_app(Settings(data=ground.settings.data, page_cache_megabytes=0))
    _fetched(app, ground.towns[0])  # what every process does once
    first = [_fetched(app, town) for town in ground.towns[1:ACTIVE]]
    second = [_fetched(app, town) for town in ground.towns[1:ACTIVE]]
    engines.close()
    note = f"zum Vergleich die zweite: {statistics.median(second):.1f} ms".replace(".", ",")
    yield Row("Erste Seite eines ruhenden Ortes", statistics.median(first), "ms CPU", note=note)


def _fetched(app: Flask, town: Town) -> float:
    """Milliseconds of CPU."""
    before = time.thread_time()
    answer = app.test_client().get("/", base_url=f"http://{_host(town)}")
    assert answer.status_code == 200, answer.status
    return (time.thread_time() - before) * 1000


def _host(town: Town) -> str:
    """Its own: where two towns answered to one, all visits would go to the same."""
    return min(town.hosts - LOOPBACK, default="localhost")


def _visited(ground: Ground, served: Served) -> Iterator[Row]:
    everywhere = _requests(ground.towns, ground.paths)
    for _ in range(2):  # both web processes shall have seen them
        _ask(served, everywhere, len(everywhere))
    count = len(ground.towns)
    note = f"PSS, 2 Webprozesse und Helfer, nach {2 * len(everywhere)} Abrufen"
    yield Row(f"Speicher mit {count} Orten", served.memory_mb(), "MB", most=1_536, note=note)
    yield _speed(ground, served)


def _speed(ground: Ground, served: Served) -> Row:
    """By the CPU that the server takes for a visit, in turns: clients on the same machine and
    whatever else runs there take none of it."""
    paths = [*ground.paths, *(f"/suche?q={words}" for words in QUESTIONS)]
    alone = _requests(ground.towns[:1], paths)
    active = _requests(ground.towns[:ACTIVE], paths)
    _ask(served, active, 2 * len(active))
    found = loader.interleaved(
        [lambda: _cpu_of(served, alone), lambda: _cpu_of(served, active)], ROUNDS
    )
    one, twenty = found
    note = f"Rechenzeit je Abruf: {one:.2f} und {twenty:.2f} ms".replace(".", ",")
    what = f"{ACTIVE} lebhafte Orte, so schnell wie einer allein"
    return Row(what, one / twenty, "x", least=0.8, note=note)


def _requests(towns: Sequence[Town], paths: Sequence[str]) -> list[Request]:
    return [Request(path, host=_host(town)) for path in paths for town in towns]


def _cpu_of(served: Served, requests: Sequence[Request]) -> float:
    """Milliseconds of the server for one of them."""
    before = served.cpu_seconds()
    _ask(served, requests, VISITS)
    return (served.cpu_seconds() - before) / VISITS * 1000


def _ask(served: Served, requests: Sequence[Request], count: int) -> None:
    load = loader.run(served.port, lambda at: requests[at % len(requests)], requests=count)
    wrong = {status: times for status, times in load.statuses.items() if status != 200}
    assert not wrong, wrong


def _waiting(ground: Ground) -> Row:
    """From the moment another town's entry is there to the moment it is done."""
    busy, quiet = ground.towns[0], ground.towns[1]
    waking = Waking(ground.settings)
    app = create_app(ground.settings)
    _note(app, busy, JOBS)
    waking.ask_drain(busy.slug)
    _until(lambda: _left(app, busy) < JOBS)
    waits = []
    for _ in range(BESIDE):
        _note(app, quiet, 1)
        began = time.monotonic()
        waking.ask_drain(quiet.slug)
        _until(lambda: _left(app, quiet) == 0)
        waits.append(time.monotonic() - began)
    left = _left(app, busy)
    waking.close()
    note = f"die längste von {BESIDE}; danach waren dort noch {left} übrig"
    what = f"Warten neben einem Ort mit {JOBS:,} Aufgaben".replace(",", ".")
    return Row(what, max(waits), "s", most=5, note=note)


def _note(app: Flask, town: Town, count: int) -> None:
    """So many changes that the search has to hear of, of posts in turn."""
    with inside(app, town):
        last = db.session.scalar(select(func.max(Post.id))) or 1
        at = now()
        rows = [
            {"kind": "fact", "key": f"bench:{at.timestamp()}:{one}", "name": "changed"}
            | {"content_key": POST_KEY, "content_id": one % last + 1, "payload": {}}
            | {"state": State.OPEN, "not_before": at, "noted_at": at, "attempts": 0}
            for one in range(count)
        ]
        db.session.execute(insert(OutboxEntry), rows)


def _left(app: Flask, town: Town) -> int:
    with use_town(town), app.app_context():
        waiting = OutboxEntry.state.in_([State.OPEN, State.RUNNING])
        found = db.session.scalar(
            select(func.count()).where(waiting, OutboxEntry.key.startswith("bench:"))
        )
        db.session.remove()
    return found or 0


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while not is_so():
        if time.monotonic() > end:
            raise RuntimeError("the worker does not come to it")
        time.sleep(0.05)
