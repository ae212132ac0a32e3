"""What the detectors see in a text that nobody has read: asked where it would be public at once.

Only there a hint decides something, namely that somebody reads it first. What says nothing about
the text itself is left out: how many somebody writes is limited elsewhere and shown at the desk;
look-alikes are found by the worker.
"""

from urllib.parse import urlsplit

from kern.moderation.hints.detecting import Sample, detect
from kern.moderation.hints.kinds import Finding
from kern.moderation.hints.making import wishes
from kern.town import current_town

CHUNK = 20_000  # characters: as far as the detectors read


def look(plain: str, html: str) -> list[Finding]:
    """The text is not at the desk yet."""
    wanted, own_host = wishes(), urlsplit(current_town().address).hostname or ""
    found: list[Finding] = []
    for start in range(0, max(len(plain), 1), CHUNK):
        part = plain[start : start + CHUNK]
        found += detect(Sample(part, "" if start else html, own_host=own_host), wanted)
    return found
