"""What happened in the demo town, told in the order in which it happened."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from beteiligung.discussion.models import Post, Thread
from beteiligung.project.models import Project
from kern import clock
from kern.db import db
from portal.betrieb.demo.people import Cast

Step = Callable[[], object]


@dataclass(slots=True)
class Timeline:
    """Steps with their instants. Each is done when it is its turn, with the clock held there."""

    _steps: list[tuple[datetime, int, Step]] = field(default_factory=list)

    def add(self, at: datetime, step: Step) -> None:
        """Of two at the same instant, the one added first comes first."""
        self._steps.append((at, len(self._steps), step))

    def play(self) -> None:
        for at, _number, step in sorted(self._steps, key=lambda entry: entry[:2]):
            with clock.at(at):
                step()
        db.session.flush()


@dataclass(slots=True)
class Scene:
    """`now` is the instant of filling, from which the texts count back."""

    now: datetime
    cast: Cast
    timeline: Timeline = field(default_factory=Timeline)
    projects: dict[str, Project] = field(default_factory=dict)  # by slug
    threads: dict[str, Thread] = field(default_factory=dict)  # by the texts' keys
    posts: dict[str, Post] = field(default_factory=dict)
    pictures: dict[str, int] = field(default_factory=dict)  # file ids by keys of posts

    def ago(self, age: timedelta) -> datetime:
        return self.now - age


def dice(key: str) -> Random:
    """The same for the same key, so that two demo towns look alike."""
    seed = hashlib.sha256(key.encode()).digest()
    return Random(int.from_bytes(seed[:8], "big"))  # noqa: S311 - guards nothing
