"""The worker: drains the outbox into index and mail server, and does what the clock demands."""

from kern.worker.drain import Drained, drain
from kern.worker.facts import Heard, on_facts, on_facts_later
from kern.worker.jobs import Jobs
from kern.worker.lease import Pace
from kern.worker.service import Figures, figures, retry, retry_all, settle
from kern.worker.sweep import Worker
from kern.worker.ticks import on_tick, tick
from kern.worker.waking import Waking

__all__ = [
    "Drained",
    "Figures",
    "Heard",
    "Jobs",
    "Pace",
    "Waking",
    "Worker",
    "drain",
    "figures",
    "on_facts",
    "on_facts_later",
    "on_tick",
    "retry",
    "retry_all",
    "settle",
    "tick",
]
