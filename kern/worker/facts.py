"""Facts out of the outbox, in batches, to everybody who keeps a copy: today the search index."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kern.db import db
from kern.outbox import State
from kern.search import IndexBusy, IndexUnavailable
from kern.town import current_town
from kern.worker import lease
from kern.worker.lease import Job, Pace

log = logging.getLogger(__name__)

Subscriber = Callable[[list[tuple[str, int, str]]], None]
"""Gets (content key, id, fact) of everything in the batch. It may hear the same fact again, and in
any order: it asks the database what is true now."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of facts that a slow subscriber was told."""

    has_news: bool = False  # it noted new facts
    rest: Collection[tuple[str, int, str]] = ()  # of these: the time was over before their turn


SlowSubscriber = Callable[[list[tuple[str, int, str]], Callable[[], bool]], Heard]
"""Works at least at one thing, and asks after each whether its time is over."""

BUSY_WAIT = timedelta(seconds=5)
OUTAGE_WAIT = timedelta(seconds=30)

_subscribers: list[Subscriber] = []
_slow: list[SlowSubscriber] = []
_left: defaultdict[str, list[tuple[str, int, str]]] = defaultdict(list)  # for these, by town
_lock = threading.Lock()


def on_facts(subscriber: Subscriber) -> None:
    """Registered once, however many apps a process builds."""
    if subscriber not in _subscribers:
        _subscribers.append(subscriber)


def on_facts_later(subscriber: SlowSubscriber) -> None:
    """For what takes its time: the facts after these do not wait for it. It hears a fact until it
    has had its turn, and not at all when the worker ends before: it must find out by itself what it
    has missed."""
    if subscriber not in _slow:
        _slow.append(subscriber)


def drain_left(pace: Pace) -> bool:
    """Tell the slow ones of what was passed on, in its order; says whether they noted new facts.
    What the slice is too short for stays for the next."""
    has_news = False
    while facts := _taken(pace.batch):
        heard = [_tell(subscriber, facts, pace) for subscriber in _slow]
        has_news = has_news or any(one.has_news for one in heard)
        rest = {fact for one in heard for fact in one.rest}
        if rest:
            with _lock:
                _left[current_town().identity][:0] = [fact for fact in facts if fact in rest]
        if pace.is_over():
            break
    return has_news


def _taken(limit: int) -> list[tuple[str, int, str]]:
    with _lock:
        left = _left[current_town().identity]
        facts, left[:limit] = left[:limit], []
    return facts


def _tell(subscriber: SlowSubscriber, facts: list[tuple[str, int, str]], pace: Pace) -> Heard:
    try:
        return subscriber(facts, pace.is_over)
    except Exception:
        log.exception("Was sich Zeit lassen darf, ist gescheitert")
        return Heard()
    finally:
        db.session.rollback()


def drain_facts(pace: Pace) -> int:
    """Everything that is due; returns how many facts were passed on."""
    count = 0
    while jobs := lease.take("fact", pace.batch, pace.holder, pace.facts):
        done = _pass_on(jobs, pace)
        count += done
        if done < len(jobs) or pace.is_over():
            break  # what failed comes back by itself; the rest of the queue waits for no one
    return count


def _pass_on(jobs: Sequence[Job], pace: Pace) -> int:
    """One call for all; if it fails, halves, until only the broken ones are left."""
    facts = [(job.ref[0], job.ref[1], job.name) for job in jobs if job.ref is not None]
    try:
        for subscriber in _subscribers:
            subscriber(facts)
    except (IndexUnavailable, OSError) as error:  # busy, broken, disk full: not a fact's fault
        db.session.rollback()
        wait = BUSY_WAIT if isinstance(error, IndexBusy) else OUTAGE_WAIT
        lease.give_back(jobs, pace.holder, wait)
        log.warning("Der Suchindex lässt sich nicht schreiben: %s", error)
        return 0
    except Exception as error:  # noqa: BLE001 - one broken thing must not stop the others
        db.session.rollback()
        if len(jobs) > 1:
            middle = len(jobs) // 2
            return _pass_on(jobs[:middle], pace) + _pass_on(jobs[middle:], pace)
        _fail(jobs[0], pace, error)
        return 0
    db.session.rollback()
    lease.done(jobs, pace.holder)
    with _lock:
        _left[current_town().identity] += facts
    return len(jobs)


def _fail(job: Job, pace: Pace, error: Exception) -> None:
    reason = f"index {type(error).__name__}"
    log.error(
        "%s von %s ist gescheitert, Versuch %s", job.name, job.ref, job.attempts, exc_info=error
    )
    if job.attempts > lease.MAX_ATTEMPTS:
        lease.park([job], pace.holder, State.DEAD, reason)
        return
    lease.retry_later(job, pace.holder, reason)
