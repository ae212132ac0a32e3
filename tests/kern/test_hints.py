"""Hints to the worker are gathered."""

import threading
import time

from kern.worker.hints import Hints

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
