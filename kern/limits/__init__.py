"""How often somebody may do something, counted exactly over all processes, without keeping who.

Flask-Limiter has no storage in SQLite, so this is our own: a sliding window of single acts in
`limits.db` beside the towns, or in Redis where there is one. Keys are HMACs under a random salt of
the day; two days later the salt is gone and nobody can tell any more which network a row belonged
to. When neither can be used, each process counts in its own memory until one can.
"""

from kern.limits.counts import DAY, LONGEST, Decision
from kern.limits.file import FILE
from kern.limits.limiter import RETRY_AFTER, Limiter, network_of

__all__ = ["DAY", "FILE", "LONGEST", "RETRY_AFTER", "Decision", "Limiter", "network_of"]
