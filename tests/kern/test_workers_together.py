"""Several real worker processes: one is killed, the others go on; one busy town delays no other."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from beteiligung.discussion.models import POST_KEY
from kern import outbox
from kern.clock import now
from kern.config import Settings
from kern.db import db
from kern.outbox import OutboxEntry, State
from kern.town import Town, Towns, use_town
from kern.worker import Waking
from tests import copies
from tests.redis_server import redis_server
from tests.smtp_server import Inbox, smtp_server

pytestmark = pytest.mark.slow

PROBE = Path(__file__).with_name("worker_probe.py")
SECONDS = 90  # on a machine that does ten other things


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with smtp_server() as inbox:
        yield inbox


@contextmanager
def worker(settings: Settings, inbox: Inbox) -> Iterator[copies.Copy]:
    words = [str(PROBE), str(settings.data), str(inbox.port), "serve"]
    env = {**os.environ, "DORFLINDE_DATABASE": settings.database, "DORFLINDE_REDIS": settings.redis}
    process = copies.start(words, env)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def count(*states: State) -> int:
    query = select(func.count(OutboxEntry.id)).where(OutboxEntry.state.in_(states))
    found = db.session.scalar(query) or 0
    db.session.rollback()
    return found


@pytest.mark.postgres_alone
def test_of_three_workers_one_is_killed_and_nothing_is_lost_or_done_twice(
    town: Town, settings: Settings, inbox: Inbox
) -> None:
    for number in range(60):
        outbox.mail("probe.again", f"account-{number}", event="again")
        outbox.mail("probe.once", f"account-{number}", event="once")
    db.session.commit()
    with ExitStack() as stack:
        settings = replace(settings, redis=stack.enter_context(redis_server()).address)
        workers = [stack.enter_context(worker(settings, inbox)) for _ in range(3)]
        assert wait_for(lambda: len(inbox.mails) > 20)
        workers[0].kill()
        assert wait_for(lambda: ask(settings) and count(State.OPEN, State.RUNNING) == 0)

    times = Counter(inbox.ids)
    unclear = count(State.UNCLEAR)  # a person decides: it may have been the kill's moment
    assert count(State.DEAD) == 0
    assert unclear <= 1
    assert 120 - unclear <= len(times) <= 120
    assert sum(times.values()) - len(times) <= 1


def ask(settings: Settings) -> bool:
    """A lease that ended is found by the next sweep; here somebody comes by before."""
    waking = Waking(settings)
    heard = waking.ask_drain("ort")
    waking.close()
    return heard


@pytest.mark.sqlite_alone(reason="the turns of towns are the worker's own, whatever holds the jobs")
def test_ten_thousand_jobs_of_three_towns_do_not_delay_the_fourth(
    town: Town, settings: Settings, inbox: Inbox, template_town: Path
) -> None:
    busy = {"fleissig": 10_000, "emsig": 3_000, "betriebsam": 3_000}
    towns = Towns(settings)
    for slug, jobs in busy.items():
        made = towns.create(slug, frozenset({f"{slug}.example"}))
        shutil.copy(template_town / "orte" / "ort" / "ort.db", made.path / "ort.db")
        with use_town(towns.by_slug(slug)):
            fill(jobs)
    waking = Waking(settings)
    for slug in busy:
        waking.ask_drain(slug)
    with worker(settings, inbox):
        assert wait_for(lambda: inside(towns, "fleissig", State.DONE) > 0)
        outbox.mail("probe.again", "account-1", event="again")
        db.session.commit()
        assert waking.ask_drain("ort")
        before = time.monotonic()
        assert wait_for(lambda: len(inbox.mails) == 1)
        waited = time.monotonic() - before
        left = [inside(towns, slug, State.OPEN) for slug in busy]
    waking.close()

    assert min(left) > 0, "they were still busy"
    assert waited < 3 * 5


def fill(number: int) -> None:
    rows = [
        {
            "kind": "fact", "key": f"fact:{one}", "name": "changed", "content_key": POST_KEY,
            "content_id": one, "payload": {}, "state": State.OPEN, "not_before": now(),
            "noted_at": now(), "attempts": 0,
        }
        for one in range(number)
    ]  # fmt: skip
    db.session.execute(insert(OutboxEntry), rows)
    db.session.commit()
    db.session.remove()


def inside(towns: Towns, slug: str, state: State) -> int:
    db.session.remove()
    with use_town(towns.by_slug(slug)):
        found = count(state)
        db.session.remove()
    return found
