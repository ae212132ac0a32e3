"""What moderation did in a year, in numbers that name nobody: for everybody to read (Art. 15 DSA).

Counted anew only after something was decided; in between a page asks one small query.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from kern.calendar import to_local, to_utc
from kern.db import db
from kern.moderation.cases import DESK
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict
from kern.outbox import revisions
from kern.outbox.kept import Kept
from kern.town import current_town

WAITED = (CaseKind.RELEASE, CaseKind.REVIEW, CaseKind.REPORT, CaseKind.OBJECTION)
MEDIAN, NINETIETH = 50, 90  # percent


@dataclass(frozen=True, slots=True)
class Year:
    """`rules` are counts by rule (None: a law, or a town without rules) and verdict."""

    year: int
    verdicts: Mapping[CaseVerdict, int]
    rules: Mapping[tuple[int | None, CaseVerdict], int]
    reports: int  # people who reported something that was decided
    median: timedelta | None  # from coming in to the decision; None when nothing was decided
    p90: timedelta | None

    @property
    def decided(self) -> int:
        """About texts."""
        people = {CaseVerdict.WARN, CaseVerdict.BAR, CaseVerdict.LIFT}
        heard = {CaseVerdict.UPHELD, CaseVerdict.DISMISSED}
        return sum(n for one, n in self.verdicts.items() if one not in people | heard)

    @property
    def objections(self) -> int:
        """Decided ones."""
        return self.count(CaseVerdict.UPHELD) + self.count(CaseVerdict.DISMISSED)

    def count(self, verdict: CaseVerdict) -> int:
        return self.verdicts.get(verdict, 0)


def percentile(sorted_waits: Sequence[timedelta], percent: int) -> timedelta | None:
    """Pure. The smallest wait that so many percent of all did not exceed (nearest rank)."""
    if not sorted_waits:
        return None
    rank = -(-len(sorted_waits) * percent // 100)  # rounded up
    return sorted_waits[max(rank, 1) - 1]


_cache: Kept[tuple[str, int], int, Year] = Kept(64)


def year_of(year: int) -> Year:
    (revision,) = revisions(DESK)
    return _cache.get((current_town().identity, year), revision, lambda: _count(year))


def list_years(at: datetime) -> Sequence[int]:
    """Newest first, from the first decision of this town on."""
    first = db.session.scalar(select(func.min(Case.decided_at)).where(_ours()))
    this = to_local(at).year
    return range(this, to_local(first).year - 1 if first else this - 1, -1)


def _count(year: int) -> Year:
    within = and_(_ours(), Case.decided_at >= _first(year), Case.decided_at < _first(year + 1))
    grouped = select(Case.rule, Case.verdict, func.count(), func.sum(Case.reports)).where(within)
    verdicts: Counter[CaseVerdict] = Counter()
    rules: dict[tuple[int | None, CaseVerdict], int] = {}
    reports = 0
    for rule, verdict, n, reported in db.session.execute(grouped.group_by(Case.rule, Case.verdict)):
        one = CaseVerdict(str(verdict))
        verdicts[one] += n
        rules[rule, one] = n
        reports += int(reported or 0)
    query = select(Case.opened_at, Case.decided_at).where(within, Case.kind.in_(WAITED))
    waits = sorted(row.decided_at - row.opened_at for row in db.session.execute(query))
    median, p90 = percentile(waits, MEDIAN), percentile(waits, NINETIETH)
    return Year(year, verdicts, rules, reports, median, p90)


def _ours() -> ColumnElement[bool]:
    """Decided here, by people: imports bring decisions of other places along."""
    return and_(Case.state == CaseState.DECIDED, Case.decided_by.is_not(None))


def _first(year: int) -> datetime:
    return to_utc(datetime(year, 1, 1))  # noqa: DTZ001 - a wall time
