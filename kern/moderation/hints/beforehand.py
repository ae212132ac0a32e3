"""What the detectors see in a text that nobody has read: asked where it would be public at once.

Only there a hint decides something, namely that somebody reads it first. Look-alikes are left out:
they are found by the worker.
"""

from urllib.parse import urlsplit

from sqlalchemy import func, select

from kern.clock import now
from kern.db import db
from kern.moderation.hints.detecting import Sample, detect
from kern.moderation.hints.kinds import Finding
from kern.moderation.hints.making import HOUR, wishes
from kern.moderation.models import Case
from kern.town import current_town

CHUNK = 20_000  # characters: as far as the detectors read


def look(plain: str, html: str, author_id: int | None) -> list[Finding]:
    """The text is not at the desk yet."""
    query = select(func.count()).where(Case.author_id == author_id, Case.opened_at >= now() - HOUR)
    an_hour = 1 + (db.session.scalar(query) or 0)
    wanted, own_host = wishes(), urlsplit(current_town().address).hostname or ""
    found: list[Finding] = []
    for start in range(0, max(len(plain), 1), CHUNK):
        part = plain[start : start + CHUNK]
        sample = Sample(part, "" if start else html, an_hour=an_hour, own_host=own_host)
        found += detect(sample, wanted)
    return found
