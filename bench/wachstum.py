"""`los.py bench wachstum`: the steps of docs/betrieb/wachstum.md, each measured on this machine.

What counts is CPU time for each request, of the hosts (web and worker together) and of the
database: it hardly depends on what else the machine does, and says how many people a core carries.
All servers are those that the tests start: PostgreSQL with a replica, Redis, pgbouncer, a store.
"""

import io
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from sqlalchemy import func, make_url, select, text

from bench import hosts, loader
from bench.loader import Request
from bench.place import Person
from bench.serving import cpu_seconds
from beteiligung.discussion.models import Post
from kern.accounts.sessions import open_session
from kern.clock import now
from kern.config import Settings
from kern.db import db, engines, migrate
from kern.files import service as files
from kern.files.images import accept_picture
from kern.outbox import OutboxEntry, State
from kern.scope import Moderation
from kern.town import LOOPBACK, Towns, use_town
from kern.web.guard import FIELD, token_for
from kern.web.pages.entries import FOLDER
from portal.app import create_app
from portal.betrieb.orte import inside
from portal.betrieb.restore import put_uploads
from tests.builders import make_account, make_scope, make_thread
from tests.crowds import fill_thread
from tests.pgbouncer import pgbouncer
from tests.postgres_pair import Pair, Server, postgres_pair
from tests.redis_server import redis_server
from tests.s3_server import s3_server

SLUG, POSTS, PEOPLE = "ort", 100, 40
MADE = "Seite für Fremde, neu gemacht"
MIX = {  # of a hundred requests in an evening when many look in and some write
    "fertige Seite": 80,
    MADE: 8,
    "Seite angemeldet": 8,
    "Bild": 3,
    "Beitrag gespeichert": 1,
}
REQUESTS = {"fertige Seite": 500, MADE: 48, "Seite angemeldet": 60, "Bild": 80}
SAVED = 40
SECONDS_BETWEEN = 20  # from one page of a person to their next
BUSY = 0.5  # of a core, so that nobody waits
NEXT_ID = text("SELECT setval('beteiligung_post_id_seq', max(id)) FROM beteiligung_post")
PATIENCE = 120  # seconds
HEAD = f"{'Stufe':18}{'Anfrage':32}{'Web ms':>8}{'Datenbank ms':>16}{'je s':>7}"


@dataclass(frozen=True, slots=True)
class Step:
    """`hosts` serve with `settings`; these servers of PostgreSQL are asked how much they did."""

    name: str
    settings: Settings
    servers: Sequence[Server] = ()
    hosts: int = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of CPU for each request: of the hosts, and of each PostgreSQL server."""

    step: str
    kind: str
    hosts: float
    databases: tuple[float, ...]
    rate: float  # a second, on this machine with all that it did besides


@dataclass(frozen=True, slots=True)
class Filled:
    """What is asked of the town."""

    thread: str
    openings: Sequence[str]  # of the thread at each of its posts
    picture: str
    people: Sequence[Person]

    def requests(self) -> Mapping[str, Callable[[int], Request]]:
        return {
            "fertige Seite": lambda _number: Request(self.thread),
            MADE: lambda number: Request(self.openings[number % len(self.openings)]),
            "Seite angemeldet": lambda number: self._as(number, self.thread),
            "Bild": lambda _number: Request(self.picture),
            "Beitrag gespeichert": self._post,
        }

    def _as(self, number: int, path: str) -> Request:
        return Request(path, cookie=self.people[number % PEOPLE].as_cookie)

    def _post(self, number: int) -> Request:
        person = self.people[number % PEOPLE]
        body = f"text=Bitte+eine+Bank+{number}&{FIELD}={person.token}".encode()
        return Request(f"{self.thread}/beitraege", "POST", body, person.as_cookie)


def measured() -> Mapping[str, object]:
    print(HEAD, flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = [one for step in _steps(stack, folder) for one in _told(_measure(step))]
    carried = {step: people(rows) for step, rows in _by_step(found).items()}
    print("\n".join(f"{step}: {told}" for step, told in carried.items()))
    return {"wachstum": {"rows": [_value(one) for one in found], "people": carried, "mix": MIX}}


def _told(found: Iterator[Measured]) -> Iterator[Measured]:
    """Each line as soon as it is known: a measurement takes minutes."""
    for one in found:
        print(_as_line(one), flush=True)
        yield one


def _steps(stack: ExitStack, folder: Path) -> Iterator[Step]:
    plain = Settings(data=folder / "sqlite" / "daten", argon2_memory_kib=64, web_processes=1)
    yield Step("1 SQLite", plain)
    pair: Pair = stack.enter_context(postgres_pair())
    pair.primary.say(f"CREATE DATABASE {SLUG}")
    there = (pair.primary,)
    large = replace(plain, data=folder / "gross" / "daten", database=pair.primary.address)
    yield Step("2 PostgreSQL", large, there)
    large = replace(large, redis=stack.enter_context(redis_server()).address)
    yield Step("3 und Redis", large, there)
    large = replace(large, uploads_s3=stack.enter_context(s3_server()).address)
    yield Step("4 und S3", large, there)
    port = stack.enter_context(pgbouncer(make_url(pair.primary.address.replace("{ort}", SLUG))))
    through = pair.primary.address.replace(f":{pair.primary.port}/", f":{port}/")
    pooled = replace(large, database=through, datenbank_direkt=pair.primary.address)
    yield Step("4a und pgbouncer", pooled, there)
    copied = replace(large, datenbank_lesen=pair.replica.address)
    yield Step("5 und Lesekopie", copied, (pair.primary, pair.replica))
    yield Step("6 zwei Rechner", large, there, hosts=2)


def _measure(step: Step) -> Iterator[Measured]:
    with _filled(step.settings) as filled, hosts.running(step.settings, step.hosts) as ran:
        pids = [host.pid for host in ran]
        servers = [server.pid for server in step.servers]
        with hosts.balanced(ran) as port:
            for kind, make in filled.requests().items():
                wanted = REQUESTS.get(kind, SAVED)
                before = [_spent(pids), *map(cpu_seconds, servers)]
                load = loader.run(port, make, requests=wanted)
                _wait_for_worker()
                after = [_spent(pids), *map(cpu_seconds, servers)]
                if set(load.statuses) - {200, 303}:
                    raise RuntimeError(f"{step.name}, {kind}: {load.statuses}")
                each = [(b - a) * 1000 / wanted for a, b in zip(before, after, strict=True)]
                yield Measured(step.name, kind, each[0], tuple(each[1:]), load.rate)


def _spent(pids: Sequence[int]) -> float:
    return sum(map(cpu_seconds, pids))


@contextmanager
def _filled(settings: Settings) -> Iterator[Filled]:
    """The town, made in the first step that has this folder, and new people in each."""
    towns = Towns(settings)
    is_new = not towns.all()
    town = towns.create(SLUG, LOOPBACK) if is_new else towns.by_slug(SLUG)
    migrate.upgrade(town)
    put_uploads(town)
    shutil.rmtree(town.path / FOLDER, ignore_errors=True)  # each step makes its pages itself
    app = create_app(settings)
    with inside(app, town):
        filled = _fill()
        db.session.commit()
    with use_town(town), app.app_context():
        yield filled
        db.session.remove()
    engines.close()


def _fill() -> Filled:
    thread = make_thread(make_scope(moderation=Moderation.AFTER))
    fill_thread(thread, POSTS)
    if db.session.get_bind().dialect.name == "postgresql":  # the rows came with their ids
        db.session.execute(NEXT_ID)
    opening = select(Post.id).where(Post.thread_id == thread.id, Post.parent_id.is_(None))
    path = f"/beteiligung/gespraech/{thread.id}"
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(out, "PNG")
    picture = files.keep_picture(accept_picture(out.getvalue(), "see.png"), "Der See", None)
    picture.state = "public"
    cookies = [open_session(make_account(), "Messung", 1) for _ in range(PEOPLE)]
    return Filled(
        path,
        [f"{path}?seite=ab::{id_}" for id_ in db.session.scalars(opening)],
        f"/dateien/{picture.name}/small",
        [Person(cookie, token_for(cookie)) for cookie in cookies],
    )


def _wait_for_worker() -> None:
    """What follows from a post belongs to it."""
    waiting = select(func.count(OutboxEntry.id)).where(
        OutboxEntry.state.in_([State.OPEN, State.RUNNING]), OutboxEntry.not_before <= now()
    )
    until = time.monotonic() + PATIENCE
    while db.session.scalar(waiting) and time.monotonic() < until:
        db.session.rollback()
        time.sleep(0.2)
    db.session.rollback()


def _by_step(found: Sequence[Measured]) -> Mapping[str, Sequence[Measured]]:
    names = dict.fromkeys(one.step for one in found)
    return {name: [one for one in found if one.step == name] for name in names}


def people(rows: Sequence[Measured]) -> Mapping[str, int]:
    """At once, for each core of the hosts and of each database, when it is half busy."""
    parts = {"Webrechner": sum(MIX[row.kind] * row.hosts for row in rows) / 100}
    for at, name in enumerate(("Datenbank", "Lesekopie")[: len(rows[0].databases)]):
        parts[name] = sum(MIX[row.kind] * row.databases[at] for row in rows) / 100
    return {
        name: round(BUSY * 1000 / max(ms, 0.01) * SECONDS_BETWEEN) for name, ms in parts.items()
    }


def _as_line(one: Measured) -> str:
    databases = " + ".join(f"{ms:.2f}" for ms in one.databases) or "–"
    return f"{one.step:18}{one.kind:32}{one.hosts:8.2f}{databases:>16}{one.rate:7.0f}"


def _value(one: Measured) -> Mapping[str, object]:
    return {
        "step": one.step,
        "request": one.kind,
        "hosts_ms": round(one.hosts, 3),
        "databases_ms": [round(ms, 3) for ms in one.databases],
        "rate": round(one.rate, 1),
    }
