"""What the public page of moderation says: waits, rows of figures, changes of a rule."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from kern.i18n import _, _l, _n
from kern.moderation import netiquette
from kern.moderation.figures import Year
from kern.moderation.models import CaseVerdict
from kern.tables import Cell

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXTS: Mapping[CaseVerdict, object] = {
    CaseVerdict.RELEASE: _l("Freigegeben"),
    CaseVerdict.FINE: _l("Geprüft und stehen gelassen"),
    CaseVerdict.REDACT: _l("Ohne einzelne Stellen veröffentlicht"),
    CaseVerdict.RELEASE_WITHOUT_PICTURE: _l("Ohne Bild veröffentlicht"),
    CaseVerdict.REJECT: _l("Nicht freigegeben"),
    CaseVerdict.HIDE: _l("Ausgeblendet"),
    CaseVerdict.RESTORE: _l("Wieder gezeigt"),
}
PEOPLE: Mapping[CaseVerdict, object] = {
    CaseVerdict.WARN: _l("Verwarnungen"),
    CaseVerdict.BAR: _l("Sperren"),
    CaseVerdict.LIFT: _l("Vorzeitig aufgehobene Sperren"),
}
SHORT: Mapping[CaseVerdict, object] = {  # heads of columns
    CaseVerdict.REJECT: _l("abgelehnt"),
    CaseVerdict.HIDE: _l("ausgeblendet"),
    CaseVerdict.REDACT: _l("ohne Stellen"),
    CaseVerdict.RELEASE_WITHOUT_PICTURE: _l("ohne Bild"),
    CaseVerdict.WARN: _l("verwarnt"),
    CaseVerdict.BAR: _l("gesperrt"),
}
OBJECTIONS: Mapping[CaseVerdict, object] = {
    CaseVerdict.UPHELD: _l("Einspruch stattgegeben"),
    CaseVerdict.DISMISSED: _l("Einspruch zurückgewiesen"),
}
RESTRICTIONS = tuple(SHORT)


def span(wait: timedelta | None) -> str:
    """ "40 Minuten", "5 Stunden", "3 Tage": whole units, rounded up, so that nobody waited more."""
    if wait is None:
        return _("noch keine")
    if wait < HOUR:
        return _n("%(num)s Minute", "%(num)s Minuten", _up(wait, timedelta(minutes=1)))
    if wait < 2 * DAY:
        return _n("%(num)s Stunde", "%(num)s Stunden", _up(wait, HOUR))
    return _n("%(num)s Tag", "%(num)s Tage", _up(wait, DAY))


def _up(wait: timedelta, unit: timedelta) -> int:
    return max(1, -(-wait // unit))


def outcomes(year: Year) -> list[tuple[str, int]]:
    """What was decided about texts, then about people and objections; only what happened."""
    labels = {**TEXTS, **PEOPLE, **OBJECTIONS}
    return [(str(label), year.count(one)) for one, label in labels.items() if year.count(one)]


class RuleTable(NamedTuple):
    """Only what happened: measures that nobody was met by have no column."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def rule_table(year: Year) -> RuleTable:
    used = [one for one in RESTRICTIONS if year.count(one)]
    numbers = {rule for rule, verdict in year.rules if verdict in used}
    rows = [
        [rule_label(rule), *(str(year.rules.get((rule, one), 0)) for one in used)]
        for rule in sorted(numbers, key=lambda number: (number is None, number or 0))
    ]
    return RuleTable([_("Regel"), *(str(SHORT[one]) for one in used)], rows)


def rule_label(rule: int | None) -> str:
    return _("Regel %(n)s", n=rule) if rule is not None else _("Gesetz oder ohne Regel")


def csv_rows(year: Year) -> Iterator[Sequence[Cell]]:
    """One fact a line, so that years can be put below each other."""
    for label, n in outcomes(year):
        yield (year.year, label, "", n)
    for (rule, one), n in sorted(year.rules.items(), key=lambda item: str(item[0])):
        if one in RESTRICTIONS:
            yield (year.year, str({**TEXTS, **PEOPLE}[one]), rule_label(rule), n)
    yield (year.year, _("Meldungen zu Entschiedenem"), "", year.reports)
    for label, wait in ((_("Wartezeit, Median"), year.median), (_("Wartezeit, 90 %"), year.p90)):
        if wait is not None:
            yield (year.year, f"{label} ({_('Stunden')})", "", round(wait / HOUR, 1))


class Difference(NamedTuple):
    """One rule before and after: either may be missing."""

    number: int
    before: str
    after: str


def differences(before: str, after: str) -> list[Difference]:
    """Rules that came, went or read otherwise, by number."""
    old = {rule.number: rule.text for rule in netiquette.parse(before)}
    new = {rule.number: rule.text for rule in netiquette.parse(after)}
    return [
        Difference(number, old.get(number, ""), new.get(number, ""))
        for number in sorted(old.keys() | new.keys())
        if old.get(number) != new.get(number)
    ]
