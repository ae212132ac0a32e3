"""Days, months, years and hours in words."""

import math
from datetime import date, timedelta

from kern.calendar import format_day, format_month
from kern.i18n import _
from umfragen.definition.questions import Clock, When
from umfragen.results.spans import HOUR, Span
from umfragen.store.moments import MINUTES


def words_of_span(question: When, span: Span) -> str:
    """Of what `spans_of_moments` gave, or of several of them together."""
    if question.clock is Clock.TIME:
        return _("%(low)s bis %(high)s Uhr", low=_hour(span.low), high=_hour(span.high))
    unit = MINUTES if question.clock is Clock.BOTH else 1
    first = date.fromordinal(math.floor(span.low / unit))
    end = date.fromordinal(math.floor(span.high / unit))  # exclusive
    last = end - timedelta(days=1)
    if first == last:
        return format_day(first)
    if first.day == end.day == 1:
        return _whole_months(first, last, is_years=first.month == end.month == 1)
    return _("%(low)s bis %(high)s", low=format_day(first), high=format_day(last))


def _whole_months(first: date, last: date, *, is_years: bool) -> str:
    low, high = (str(one.year) if is_years else format_month(one) for one in (first, last))
    return low if low == high else _("%(low)s bis %(high)s", low=low, high=high)


def _hour(minutes: float) -> str:
    return str(int(minutes // HOUR))
