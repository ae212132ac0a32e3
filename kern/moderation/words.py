"""What stands where moderation took something away; the same on all pages and in all exports."""

from datetime import datetime

from kern.calendar import format_day
from kern.i18n import _


def removed_words(rule: int | None, at: datetime | None) -> str:
    """ "Entfernt: Regel 3, am 12. November 2026"; days of Germany."""
    if at is None:
        return _("Entfernt: Regel %(n)s", n=rule) if rule else _("Von der Moderation entfernt")
    if rule is None:
        return _("Entfernt am %(day)s", day=format_day(at))
    return _("Entfernt: Regel %(n)s, am %(day)s", n=rule, day=format_day(at))
