"""`python -m bench making`: CPU time and queries of the busiest pages when they are not kept."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from beteiligung.discussion.models import Thread
from beteiligung.discussion.service import counting
from beteiligung.discussion.service.paging import Sort
from kern import search
from kern.accounts.models import Account, Identity
from kern.accounts.sessions import open_session
from kern.actor import SYSTEM
from kern.clock import now
from kern.config import Settings
from kern.db import db, engines, migrate
from kern.scope import Scope
from kern.town import LOOPBACK, Town, Towns, use_town
from kern.web.identity import COOKIE
from portal.app import create_app
from portal.betrieb.demo import fill
from portal.betrieb.demo.large import enlarge
from portal.betrieb.demo.people import Cast
from portal.betrieb.demo.scene import Scene
from portal.betrieb.demo.texts import read_demo_texts
from portal.betrieb.orte import inside

LONG = 1_000  # posts of a long thread
WARM_UP, ROUNDS = 5, 60
NOTHING = "Nichts"


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str
    logged_in: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """`cpu_ms` is of the better rounds, where other programs disturb little; `ratio` says how many
    empty views it equals."""

    page: str
    cpu_ms: float
    ratio: float
    queries: int
    kilobytes: float


def measured() -> Mapping[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), argon2_memory_kib=64, page_cache_megabytes=0)
        town = Towns(settings).create(fill.SLUG, LOOPBACK)
        migrate.upgrade(town)
        print("Ort für die Messung füllen …", flush=True)
        fill.run(town, settings, "small", lambda _line: None)
        app = create_app(settings)
        app.add_url_rule("/nichts", "nichts", lambda: "nichts")
        pages = _pages(app, town)
        found = measure(app, town, pages, _citizen(app, town))
        engines.close()
    print(as_table(found))
    return {"pages": [asdict(one) for one in found]}


def _pages(app: Flask, town: Town) -> list[Page]:
    """Projects with one very long thread each, and the addresses of what is measured."""
    with inside(app, town):
        single, _project = _enlarge(reply_share=0)
        family, project = _enlarge(reply_share=0.85)
        counting.rebuild()
    with use_town(town), app.app_context():
        search.rebuild_all()
        db.session.remove()
    most = f"{family}?sortierung={Sort.DISCUSSED}"  # each with its three first replies
    return [
        Page(NOTHING, "/nichts"),
        Page("Startseite", "/"),
        Page("Liste der Projekte", "/beteiligung/"),
        Page("Projekt", project),
        Page("Gespräch, 20 Beiträge", single),
        Page("Gespräch, 80 Beiträge", most),
        Page("dasselbe, angemeldet", most, logged_in=True),
        Page("dasselbe, englisch", f"{most}&sprache=en"),
        Page("Suche nach „Radweg“", "/suche?q=Radweg"),
    ]


def _enlarge(reply_share: float) -> tuple[str, str]:
    """The addresses of a new thread with many posts, and of its project."""
    scene = Scene(now(), Cast(planner=SYSTEM))
    texts = read_demo_texts()
    enlarge(scene, texts, projects=1, people=200, sizes=(LONG,), reply_share=reply_share)
    query = select(Thread.id, Scope.path).join(Scope, Scope.id == Thread.scope_id)
    thread, project = db.session.execute(query.order_by(Thread.id.desc()).limit(1)).one()
    return f"/beteiligung/gespraech/{thread}", project


def measure(
    app: Flask, town: Town, pages: Sequence[Page], citizen: FlaskClient | None = None
) -> list[Figures]:
    """`citizen` is who reads the pages of people who are logged in."""
    guest = app.test_client()
    found: list[Figures] = []
    for page in pages:
        client = citizen if page.logged_in and citizen is not None else guest
        cpu, queries, size = _measure_one(client, town, page)
        base = found[0].cpu_ms if found else cpu
        found.append(Figures(page.name, round(cpu, 2), round(cpu / base, 1), queries, size))
    return found


def _measure_one(client: FlaskClient, town: Town, page: Page) -> tuple[float, int, float]:
    size = 0
    for _ in range(WARM_UP):
        size = _get(client, page.path)
    with _counted(town) as statements:
        _get(client, page.path)
    times = []
    for _ in range(ROUNDS):
        before = time.process_time()
        _get(client, page.path)
        times.append((time.process_time() - before) * 1000)
    return sorted(times)[ROUNDS // 4], len(statements), round(size / 1000, 1)


def _get(client: FlaskClient, path: str) -> int:
    response = client.get(path)
    assert response.status_code == 200, f"{path}: {response.status}"
    return len(response.data)


@contextmanager
def _counted(town: Town) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "SET TRANSACTION")):  # kern.db's own, and free
            statements.append(statement)

    engine = engines.get(town)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _citizen(app: Flask, town: Town) -> FlaskClient:
    texts = read_demo_texts()
    with inside(app, town):
        query = select(Account).join(Identity, Identity.account_id == Account.id)
        account = db.session.scalars(query.where(Identity.subject == texts.citizens[0].mail)).one()
        token = open_session(account, "Messung", 1)
    return client_of(app, token)


def client_of(app: Flask, token: str) -> FlaskClient:
    """Of somebody whose session has this token."""
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return client


def as_table(found: list[Figures]) -> str:
    width = max(len(one.page) for one in found)
    head = f"{'Seite':<{width}}  {'CPU ms':>8}  {'mal Nichts':>10}  {'Abfragen':>8}  {'kB':>6}"
    lines = [head, "-" * len(head)]
    for one in found:
        figures = f"{one.cpu_ms:>8.2f}  {one.ratio:>10.1f}  {one.queries:>8}  {one.kilobytes:>6.1f}"
        lines.append(f"{one.page:<{width}}  {figures.replace('.', ',')}")
    return "\n".join(lines)
