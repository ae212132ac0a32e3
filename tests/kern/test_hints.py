"""Hints to the worker are gathered."""

import threading
import time
from collections.abc import Iterator
from itertools import accumulate

import pytest
from flask.testing import FlaskClient

from kern import outbox, worker_hint
from kern.outbox import watching
from kern.town import Town
from kern.web.guard import FIELD, token_for
from kern.worker.hints import Hints, next_wait
from tests.builders import log_in, make_account, make_post

ROUND = 0.15


def test_the_first_hint_goes_at_once_and_the_others_together() -> None:
    heard: list[tuple[float, str]] = []
    hints = Hints(lambda slug: heard.append((time.monotonic(), slug)), every=ROUND)
    began = time.monotonic()

    hints.give("ort")
    while not heard:
        time.sleep(0.001)
    for _ in range(100):
        hints.give("ort")
        hints.give("nachbarort")
    while len(heard) < 3 and time.monotonic() - began < 10:
        time.sleep(0.005)

    assert [slug for _, slug in heard] == ["ort", "nachbarort", "ort"]
    assert heard[1][0] - heard[0][0] >= ROUND * 0.9


def test_a_hint_given_while_another_is_passed_on_is_not_forgotten() -> None:
    heard: list[str] = []
    is_passing, may_go_on = threading.Event(), threading.Event()

    def ask(slug: str) -> None:
        heard.append(slug)
        is_passing.set()
        may_go_on.wait(10)

    hints = Hints(ask, every=0.001)
    hints.give("ort")
    assert is_passing.wait(10)
    hints.give("ort")
    may_go_on.set()

    began = time.monotonic()
    while len(heard) < 2 and time.monotonic() - began < 10:
        time.sleep(0.005)
    assert heard == ["ort", "ort"]


def test_what_waits_at_the_end_is_passed_on() -> None:
    heard: list[str] = []
    hints = Hints(heard.append, every=60)
    hints.give("ort")
    while not heard:
        time.sleep(0.001)
    hints.give("ort")

    hints.flush()

    assert heard == ["ort", "ort"]


def test_in_a_flood_the_rounds_are_longer() -> None:
    waits = list(
        accumulate([True] * 4, lambda last, more: next_wait(last, 2, is_flood=more), initial=2.0)
    )

    assert waits == [2, 4, 8, 10, 10]
    assert next_wait(waits[-1], 2, is_flood=False) == 2


@pytest.fixture
def woken() -> Iterator[list[str]]:
    """The towns whose worker was woken."""
    found: list[str] = []
    end = worker_hint.listen(found.append)
    yield found
    end()


def test_who_listened_before_hears_again_afterwards(town: Town, woken: list[str]) -> None:
    heard: list[str] = []
    end = worker_hint.listen(heard.append)
    worker_hint.hint()
    end()
    worker_hint.hint()

    assert (heard, woken) == (["ort"], ["ort"])


@pytest.mark.parametrize("unseen", [watching.UNSEEN, frozenset()])
def test_what_is_noted_is_work_whoever_shows_it(
    town: Town, unseen: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "UNSEEN", unseen)
    assert not watching.has_work()

    outbox.note("beteiligung.post", 1)

    assert watching.has_work()


def test_only_what_the_worker_waits_for_wakes_it(
    town: Town, client: FlaskClient, woken: list[str]
) -> None:
    post = make_post()
    vote, write = (
        f"/beteiligung/beitrag/{post.id}/stimme",
        f"/beteiligung/gespraech/{post.thread_id}/beitraege",
    )
    token = {FIELD: token_for(log_in(client, make_account().id))}

    assert client.post(vote, data={"stimme": "1", **token}).status_code == 303
    assert woken == []

    assert client.post(write, data={"text": "Mehr Bänke am Wasser.", **token}).status_code == 303
    assert woken == ["ort"]
