"""Drain one town's outbox: what was decided about many, then facts, news for followers and mails,
each by one thread of a process at a time."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from kern.config import Settings
from kern.town import current_town
from kern.worker.announcements import drain_announcements
from kern.worker.facts import drain_facts
from kern.worker.joint import drain_joint
from kern.worker.lease import Pace, new_holder
from kern.worker.sending import Sent, drain_mails


@dataclass(frozen=True, slots=True)
class Drained:
    facts: int = 0
    mails: int = 0
    held: int = 0
    failed: int = 0


def drain(settings: Settings, pace: Pace | None = None) -> Drained:
    """In the current town and an app context. A slow mail server never holds up the facts."""
    pace = replace(pace or Pace(), holder=new_holder())
    slug = str(current_town().path)
    facts: list[int] = []
    mails: list[Sent] = []
    _take_turns(f"joint {slug}", lambda: drain_joint(pace))
    _take_turns(f"facts {slug}", lambda: facts.append(drain_facts(pace)))
    _take_turns(f"announcements {slug}", lambda: drain_announcements(pace))
    _take_turns(f"mails {slug}", lambda: mails.append(drain_mails(settings, pace)))
    return Drained(
        sum(facts),
        sum(sent.sent for sent in mails),
        sum(sent.held for sent in mails),
        sum(sent.failed for sent in mails),
    )


@dataclass(slots=True)
class _Turn:
    busy: bool = False
    again: bool = False


_mutex = threading.Lock()
_turns: defaultdict[str, _Turn] = defaultdict(_Turn)


def _take_turns(name: str, work: Callable[[], object]) -> None:
    """Whoever comes while another thread works asks that thread to look once more, and goes."""
    with _mutex:
        turn = _turns[name]
        if turn.busy:
            turn.again = True
            return
        turn.busy = True
    with _released(turn):
        while True:
            work()
            with _mutex:
                if not turn.again:
                    turn.busy = False
                    return
                turn.again = False


@contextmanager
def _released(turn: _Turn) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with _mutex:
            turn.busy = turn.again = False
        raise
