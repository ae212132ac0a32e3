"""`python -m bench flood`: a thousand posts of spam from submission to the end of the one decision
about them, and looking for look-alikes among a hundred thousand texts."""

import random
import re
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, insert, select, text, update

from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service import posts
from kern import worker
from kern.accounts.models import Account, AccountState, Grant, Party
from kern.accounts.permissions import Role
from kern.accounts.sessions import actor_of_party
from kern.actor import Actor
from kern.clock import now
from kern.config import Settings
from kern.content import Ref
from kern.db import db, engines, migrate, writing
from kern.ids import new_receipt
from kern.moderation import decisions, queue
from kern.moderation.decisions import JointVerdict
from kern.moderation.decisions.joint import JOINT
from kern.moderation.filters import Filters
from kern.moderation.hints import fingerprints
from kern.moderation.hints.fingerprints import Written
from kern.moderation.hints.sketch import sketch
from kern.moderation.models import Case, CaseState
from kern.outbox import OutboxEntry
from kern.scope import Act, Scope, ScopeState, Window
from kern.town import LOOPBACK, Town, Towns, use_town
from kern.worker import Pace
from kern.worker.joint import drain_joint
from portal.app import create_app
from portal.betrieb.demo import fill
from portal.betrieb.demo.texts import read_demo_texts
from portal.betrieb.orte import inside

FLOOD, PEOPLE = 1_000, 200
TEXTS, ASKED, STEP = 100_000, 200, 1_000
SPAM = (
    "Verdienen Sie 5.000 Euro im Monat von zu Hause! Keine Erfahrung nötig, Auszahlung täglich. "
    "Melden Sie sich jetzt an und sichern Sie sich den Startbonus. Nummer {}"
)
NO = JointVerdict(accepts=False, rule=5, text="Das ist Werbung.")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    count: int
    cpu_s: float
    wall_s: float

    @property
    def each_ms(self) -> float:
        return 1000 * self.cpu_s / self.count


class Clock:
    def __init__(self) -> None:
        self.found: list[Figure] = []

    def time(self, name: str, count: int, work: Callable[[], T]) -> T:
        print(f"{name} …", flush=True)
        cpu, wall = time.process_time(), time.monotonic()
        done = work()
        spent = round(time.process_time() - cpu, 3), round(time.monotonic() - wall, 3)
        self.found.append(Figure(name, count, *spent))
        return done


def measure() -> list[dict[str, object]]:
    """The figures, printed as a table as well."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), argon2_memory_kib=64)
        town = Towns(settings).create(fill.SLUG, LOOPBACK)
        migrate.upgrade(town)
        app = create_app(settings)
        _flood(clock, app, town, settings)
        with use_town(town), app.app_context():
            _lookalikes(clock)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        engines.close()
    print(as_table(clock.found))
    print(f"Arbeitsspeicher höchstens {memory} MB")
    return [asdict(one) for one in clock.found]


def _flood(clock: Clock, app: Flask, town: Town, settings: Settings) -> None:
    with inside(app, town):
        clock.time("Abschicken", FLOOD, _submit)
    with use_town(town), app.app_context():
        clock.time("Hinweise und Gruppen", FLOOD, lambda: worker.drain(settings))
        actor = _moderator()
        page = clock.time("Liste am Prüfplatz", 1, lambda: queue.list_queue(actor, Filters()))
        group = max(page.lines, key=lambda line: line.alike).case.group_id
        db.session.remove()
    with inside(app, town):
        filters = Filters(group_id=group)
        clock.time("Entscheiden", FLOOD, lambda: decisions.decide_group(actor, filters, NO))
        due = update(OutboxEntry).where(OutboxEntry.kind == JOINT)
        db.session.execute(due.values(not_before=now() - timedelta(seconds=1)))
    with use_town(town), app.app_context():
        clock.time("Ausführen", FLOOD, lambda: drain_joint(Pace()))
        clock.time("Suche und Hinweise danach", FLOOD, lambda: worker.drain(settings))
        left = select(func.count()).where(Case.group_id == group, Case.state != CaseState.DECIDED)
        assert db.session.scalar(left) == 0
        rejected = select(func.count()).where(Post.status == Status.REJECTED)
        assert (db.session.scalar(rejected) or 0) >= FLOOD


def _submit() -> None:
    rows = [{"email": f"flut{number}@lindenau.example"} for number in range(PEOPLE)]
    people = list(db.session.scalars(insert(Party).returning(Party.id), rows))
    thread = _thread()
    for number in range(FLOOD):
        posts.submit_confirmed(thread, SPAM.format(number), author_id=people[number % PEOPLE])


def _thread() -> Thread:
    """In a project where people talk."""
    scope = Scope(
        kind="project",
        slug="messung",
        title="Messung",
        path="/beteiligung/messung",
        state=ScopeState.PUBLISHED,
    )
    db.session.add(scope)
    db.session.flush()
    db.session.add(Window(scope_id=scope.id, act=Act.DISCUSS, opens_at=now() - timedelta(days=1)))
    thread = Thread(
        scope_id=scope.id,
        host_key="beteiligung.project",
        host_id=0,
        title="Messung",
        status=Status.PUBLIC,
        receipt=new_receipt(),
    )
    thread.scope = scope
    db.session.add(thread)
    db.session.flush()
    return thread


def _moderator() -> Actor:
    with writing():
        party = Party(name="Messung")
        db.session.add(party)
        db.session.flush()
        account = Account(party_id=party.id, state=AccountState.ACTIVE)
        db.session.add(account)
        db.session.flush()
        db.session.add(Grant(account_id=account.id, role=Role.MODERATOR))
        db.session.commit()
        return actor_of_party(account.party_id)


def _lookalikes(clock: Clock) -> None:
    """Texts of a few sentences each, as people wrote them in the demo town."""
    dice = random.Random(1)  # noqa: S311 - the same texts each time
    whole = " ".join(post.text for post in read_demo_texts().posts())
    sentences = [one for one in re.split(r"(?<=[.!?])\s+", whole) if len(one) > 20]

    def written() -> str:
        return " ".join([*dice.sample(sentences, 3), str(dice.randrange(10**6))])

    before = _bytes()
    clock.time("Fingerabdrücke anlegen", TEXTS, lambda: _keep(written))
    size = (_bytes() - before) / TEXTS
    print(f"{size:.0f} Bytes je Fingerabdruck in der Datenbank")
    asked = [(written(), Ref("bench.new", number)) for number in range(ASKED)]
    clock.time("Ähnliches zu einem neuen Text suchen", ASKED, lambda: _find(asked))


def _keep(written: Callable[[], str]) -> None:
    for start in range(0, TEXTS, STEP):
        found = {}
        for number in range(start, start + STEP):
            made = sketch(written())
            assert made is not None
            found[Ref("bench.text", number)] = Written(made, None)
        fingerprints.keep(found)
        db.session.commit()


def _find(asked: list[tuple[str, Ref]]) -> None:
    for words, ref in asked:
        made = sketch(words)
        assert made is not None
        fingerprints.find(made, ref)


def _bytes() -> int:
    pages: int = db.session.scalar(text("PRAGMA page_count")) or 0
    return pages * (db.session.scalar(text("PRAGMA page_size")) or 0)


def as_table(found: list[Figure]) -> str:
    width = max(len(one.name) for one in found)
    head = f"{'Schritt':<{width}}  {'Anzahl':>7}  {'CPU s':>8}  {'Zeit s':>8}  {'CPU ms je':>10}"
    lines = [head, "-" * len(head)]
    for one in found:
        row = f"{one.count:>7}  {one.cpu_s:>8.3f}  {one.wall_s:>8.3f}  {one.each_ms:>10.2f}"
        lines.append(f"{one.name:<{width}}  {row.replace('.', ',')}")
    return "\n".join(lines)
