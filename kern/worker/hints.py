"""Hints to the worker, gathered: nobody who has just written waits for the queue's file."""

import atexit
import threading
from collections.abc import Callable

EVERY = 0.2  # seconds between two rounds
LONGEST = 5  # times that, while hints come all the time


def next_wait(last: float, every: float, *, is_flood: bool) -> float:
    """Seconds after the coming round. `is_flood`: hints came already while the last ones went."""
    return min(2 * last, LONGEST * every) if is_flood else every


class Hints:
    """Passes each town on at once, and then at most once a round, by a thread of its own that the
    first hint starts. In a flood the rounds are longer: the worker takes what it finds in batches,
    and its share of the machine is what those who write wait for. What a crash loses costs a
    minute: the worker looks by itself."""

    def __init__(self, ask: Callable[[str], object], every: float = EVERY) -> None:
        self._ask, self._every = ask, every
        self._towns: set[str] = set()
        self._turn = threading.Condition()
        self._thread: threading.Thread | None = None

    def give(self, slug: str) -> None:
        with self._turn:
            self._towns.add(slug)
            if self._thread is None or not self._thread.is_alive():  # it stays behind at a fork
                self._thread = threading.Thread(target=self._run, name="hints", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
            self._turn.notify()

    def flush(self) -> None:
        """Pass on what waits, now."""
        with self._turn:
            towns, self._towns = self._towns, set()
        for slug in sorted(towns):
            self._ask(slug)

    def _run(self) -> None:
        pause, wait = threading.Event(), self._every
        while True:
            with self._turn:
                wait = next_wait(wait, self._every, is_flood=bool(self._towns))
                self._turn.wait_for(lambda: bool(self._towns))
            self.flush()
            pause.wait(wait)
