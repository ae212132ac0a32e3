"""Pages of the desk and of reports."""

from portal.moderation.blueprint import blueprint, reports
from portal.moderation.views import (
    bulk,
    case,
    deciding,
    guide,
    handling,
    log,
    person,
    queue,
    reporting,
)

__all__ = [
    "blueprint",
    "bulk",
    "case",
    "deciding",
    "guide",
    "handling",
    "log",
    "person",
    "queue",
    "reporting",
    "reports",
]
