"""Hints over Redis, the queue when Redis is gone, and whose turn it is among several workers."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from kern import worker_hint
from kern.config import Settings
from kern.redis_link import Away, Link
from kern.town import Town, use_town
from kern.worker import Jobs, Waking
from kern.worker.turns import only_one
from portal.app import create_app
from portal.betrieb.wake import wake_worker
from tests import kept_pages
from tests.redis_server import RedisServer, redis_server


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def over_redis(tmp_path: Path, server: RedisServer) -> Settings:
    return Settings(data=tmp_path, redis=server.address)


def test_a_town_waits_once_however_often_it_is_named(over_redis: Settings) -> None:
    with closing(Waking(over_redis)) as waking:
        for slug in ("gross", "klein", *["gross"] * 1000):
            assert waking.ask_drain(slug)

        assert [waking.next(), waking.next()] == ["gross", "klein"]
        assert waking.next() is None


def test_a_town_waits_once_in_the_queue_of_one_machine_too(tmp_path: Path) -> None:
    with closing(Jobs(tmp_path)) as jobs:
        for _ in range(100):
            jobs.ask_drain("gross")
        jobs.ask_drain("klein")
        assert jobs.waiting() == 2

        jobs.heard("drain", "gross")
        jobs.ask_drain("gross")
        assert jobs.waiting() == 3


def test_hints_take_the_queue_while_redis_is_gone(
    over_redis: Settings, server: RedisServer
) -> None:
    with closing(Jobs(over_redis.data / "betrieb")) as jobs, closing(Waking(over_redis)) as waking:
        assert waking.ask_drain("ort")
        assert jobs.waiting() == 0

        server.kill()
        assert waking.ask_drain("ort")
        assert jobs.waiting() == 1
        with pytest.raises(Away):
            waking.next()


def test_no_visitor_sees_an_error_when_redis_hangs_or_dies(
    settings: Settings, server: RedisServer
) -> None:
    app = create_app(replace(settings, redis=server.address))
    wake_worker(app)
    try:
        assert entered(app) == 200
        server.hang()
        assert entered(app) == 200
        server.kill()
        assert entered(app) == 200
    finally:
        worker_hint.listen(lambda _slug: None)
        kept_pages.close(app)


def entered(app: Flask) -> int:
    """A form that counts, notes a mail and wakes the worker."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    form = {"email": "anna@lindenau.example"}
    return client.post("/konto/anmelden", data=form, follow_redirects=True).status_code


def test_over_redis_one_worker_has_its_turn_and_a_dead_one_loses_it(
    town: Town, server: RedisServer
) -> None:
    with closing(Link(server.address)) as link:
        with only_one(link, "tick") as first, only_one(link, "tick") as second:
            assert (first, second) == (True, False)
        with only_one(link, "tick", lasting=1) as third:
            assert third
            link.call(lambda client: client.flushall())  # as if its second were over
            with only_one(link, "tick") as fourth:
                assert fourth
            with only_one(link, "tick") as fifth:
                assert fifth, "the third gave nothing back that was not its own"


def test_without_redis_the_database_says_whose_turn_it_is(town: Town, tmp_path: Path) -> None:
    with never_there(tmp_path) as link:
        for asked in (None, link):
            with only_one(asked, "tick") as first, only_one(asked, "tick") as second:
                assert (first, second) == (True, False)
            with only_one(asked, "tick") as third, only_one(asked, "other") as other:
                assert (third, other) == (True, True)


@contextmanager
def never_there(folder: Path) -> Iterator[Link]:
    link = Link(f"unix://{folder / 'none.sock'}")
    yield link
    link.close()


def test_each_town_has_turns_of_its_own(town: Town, server: RedisServer) -> None:
    there = replace(town, slug="nachbarort")
    with closing(Link(server.address)) as link, ExitStack() as stack:
        assert stack.enter_context(only_one(link, "tick"))
        stack.enter_context(use_town(there))
        assert stack.enter_context(only_one(link, "tick"))
