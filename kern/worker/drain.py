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
from kern.worker.facts import drain_facts, drain_left
from kern.worker.joint import drain_joint
from kern.worker.lease import Pace, new_holder
from kern.worker.sending import Sent, drain_mails


@dataclass(frozen=True, slots=True)
class Drained:
    facts: int = 0
    mails: int = 0
    held: int = 0
    failed: int = 0
    is_cut_off: bool = False  # the slice ended first; there may be more


def drain(settings: Settings, pace: Pace | None = None) -> Drained:
    """In the current town and an app context. A slow mail server never holds up the facts."""
    pace = replace(pace or Pace(), holder=new_holder())
    slug = current_town().identity
    facts: list[int] = []
    mails: list[Sent] = []
    news: list[bool] = []
    cut_off = [
        _take_turns(f"joint {slug}", pace, drain_joint),
        _take_turns(f"facts {slug}", pace, lambda lane: facts.append(drain_facts(lane))),
        _take_turns(f"announcements {slug}", pace, drain_announcements),
        _take_turns(f"mails {slug}", pace, lambda lane: mails.append(drain_mails(settings, lane))),
        _take_turns(f"left {slug}", pace, lambda lane: news.append(drain_left(lane))),
    ]
    if any(news):
        again = _take_turns(f"facts {slug}", pace, lambda lane: facts.append(drain_facts(lane)))
        cut_off.append(again)
    return Drained(
        sum(facts),
        sum(sent.sent for sent in mails),
        sum(sent.held for sent in mails),
        sum(sent.failed for sent in mails),
        any(cut_off) or any(sent.is_cut_off for sent in mails),
    )


@dataclass(slots=True)
class _Turn:
    busy: bool = False
    again: bool = False


_mutex = threading.Lock()
_turns: defaultdict[str, _Turn] = defaultdict(_Turn)


def _take_turns(name: str, pace: Pace, work: Callable[[Pace], object]) -> bool:
    """Whoever comes while another thread works asks that thread to look once more, and goes.
    Says whether the slice of this kind of work ended before the work did."""
    with _mutex:
        turn = _turns[name]
        if turn.busy:
            turn.again = True
            return False
        turn.busy = True
    lane = pace.begun()
    with _released(turn):
        while True:
            work(lane)
            is_over = lane.is_over()
            with _mutex:
                if is_over or not turn.again:
                    turn.busy = turn.again = False
                    return is_over
                turn.again = False


@contextmanager
def _released(turn: _Turn) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with _mutex:
            turn.busy = turn.again = False
        raise
