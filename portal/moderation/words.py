"""What the desk's pages say: waiting times, kinds, verdicts, and the addresses of filters."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from kern.calendar import format_target
from kern.content import registry
from kern.i18n import _, _l
from kern.ids import parse_id
from kern.moderation.log import LogFilters
from kern.moderation.models import Case, CaseKind, CaseVerdict
from kern.moderation.queue import Filters, Holder, Tab

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

VERDICTS: Mapping[CaseVerdict, object] = {
    CaseVerdict.RELEASE: _l("freigegeben"),
    CaseVerdict.RELEASE_WITHOUT_PICTURE: _l("ohne Bild freigegeben"),
    CaseVerdict.REJECT: _l("abgelehnt"),
    CaseVerdict.HIDE: _l("ausgeblendet"),
    CaseVerdict.FINE: _l("in Ordnung"),
    CaseVerdict.RESTORE: _l("wieder gezeigt"),
    CaseVerdict.REDACT: _l("ohne einzelne Stellen freigegeben"),
    CaseVerdict.UPHELD: _l("Einspruch stattgegeben"),
    CaseVerdict.DISMISSED: _l("Einspruch abgelehnt"),
    CaseVerdict.WARN: _l("verwarnt"),
    CaseVerdict.BAR: _l("gesperrt"),
    CaseVerdict.LIFT: _l("Sperre aufgehoben"),
}
STATES: Mapping[CaseVerdict, str] = {  # of the outcome component
    CaseVerdict.RELEASE: "done",
    CaseVerdict.RELEASE_WITHOUT_PICTURE: "part",
    CaseVerdict.REJECT: "no",
    CaseVerdict.HIDE: "no",
    CaseVerdict.FINE: "done",
    CaseVerdict.RESTORE: "done",
    CaseVerdict.REDACT: "part",
    CaseVerdict.UPHELD: "done",
    CaseVerdict.DISMISSED: "no",
    CaseVerdict.WARN: "part",
    CaseVerdict.BAR: "no",
    CaseVerdict.LIFT: "done",
}
KINDS: Mapping[CaseKind, object] = {
    CaseKind.RELEASE: _l("wartet auf Freigabe"),
    CaseKind.REPORT: _l("gemeldet"),
    CaseKind.REVIEW: _l("schon öffentlich, noch nicht angesehen"),
    CaseKind.OBJECTION: _l("Einspruch"),
    CaseKind.CHANGE: _l("neu entschieden"),
    CaseKind.PERSON: _l("über eine Person"),
}
ACTS: Mapping[str, CaseVerdict] = {  # the values of buttons
    "freigeben": CaseVerdict.RELEASE,
    "ohne-bild": CaseVerdict.RELEASE_WITHOUT_PICTURE,
    "ablehnen": CaseVerdict.REJECT,
    "in-ordnung": CaseVerdict.FINE,
    "ausblenden": CaseVerdict.HIDE,
    "wieder-zeigen": CaseVerdict.RESTORE,
    "stattgeben": CaseVerdict.UPHELD,
    "zurueckweisen": CaseVerdict.DISMISSED,
}
LOG_CHOICES: Mapping[str, tuple[CaseVerdict, ...]] = {
    "freigegeben": (
        CaseVerdict.RELEASE,
        CaseVerdict.RELEASE_WITHOUT_PICTURE,
        CaseVerdict.RESTORE,
    ),
    "abgelehnt": (CaseVerdict.REJECT,),
    "ausgeblendet": (CaseVerdict.HIDE,),
    "in-ordnung": (CaseVerdict.FINE,),
}
HOLDERS: Mapping[Holder, object] = {
    Holder.NOBODY: _l("Noch bei niemandem"),
    Holder.ME: _l("Bei mir"),
    Holder.OTHERS: _l("Bei anderen"),
}


def waited(since: datetime, at: datetime) -> str:
    """ "40 Min.", "19 Std.", "3 Tage": whole units, the largest that fits."""
    span = max(at - since, timedelta())
    if span < HOUR:
        return _("%(n)s Min.", n=span // timedelta(minutes=1))
    if span < 2 * DAY:
        return _("%(n)s Std.", n=span // HOUR)
    return _("%(n)s Tage", n=span // DAY)


def is_late(case: Case, at: datetime) -> bool:
    return case.due_at is not None and case.due_at < at


def target(case: Case, at: datetime) -> str:
    """The town's own aim for this case, in words."""
    if case.due_at is None:
        return ""
    if is_late(case, at):
        return _("Ziel überschritten: %(when)s", when=format_target(at, case.due_at))
    return _("Ziel: %(when)s", when=format_target(at, case.due_at))


def notes_of(case: Case, holder: str, at: datetime) -> list[str]:
    """What stands out in the queue, most urgent first."""
    found = []
    if case.reports > 1:
        found.append(_("%(n)s Meldungen", n=case.reports))
    if is_late(case, at):
        found.append(_("länger als das Ziel"))
    if holder:
        found.append(_("%(name)s sieht es gerade an", name=holder))
    return found


# Addresses of filters


def filters_of(args: MultiDict[str, str]) -> Filters:
    """Unknown words filter nothing."""
    tab, holder, key = args.get("was"), args.get("bei"), args.get("art")
    return Filters(
        tab=Tab(tab) if tab in set(Tab) else Tab.CHECK,
        scope_id=parse_id(args.get("projekt")),
        key=key if key in registry() else None,
        holder=Holder(holder) if holder in set(Holder) else None,
    )


def args_of(filters: Filters) -> dict[str, Any]:
    """Back into an address; what is the default is left out."""
    return {
        "was": None if filters.tab is Tab.CHECK else str(filters.tab),
        "projekt": filters.scope_id,
        "art": filters.key,
        "bei": str(filters.holder) if filters.holder else None,
    }


def log_filters_of(args: MultiDict[str, str]) -> LogFilters:
    key = args.get("art")
    return LogFilters(
        verdicts=LOG_CHOICES.get(args.get("entscheidung", ""), ()),
        scope_id=parse_id(args.get("projekt")),
        key=key if key in registry() else None,
        mine=args.get("von") == "mir",
    )
