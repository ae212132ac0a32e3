"""What the desk's pages say: waiting times, kinds, verdicts, and the addresses of filters."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from kern.accounts.nameless import by
from kern.calendar import format_target, to_local
from kern.clock import now
from kern.content import DeskItem, registry
from kern.i18n import _, _l, _n, grouped  # templates say words.grouped
from kern.ids import parse_id
from kern.moderation.decisions import UNDO, no_for
from kern.moderation.desk import is_taken_on
from kern.moderation.filters import Filters, Holder, Sorting, Tab
from kern.moderation.hints import Hint, HintKind
from kern.moderation.log import Entry, LogFilters
from kern.moderation.models import Case, CaseKind, CaseNote, CaseVerdict
from kern.moderation.paging import stamp  # noqa: F401 - templates say words.stamp
from kern.moderation.persons import PERSON_KEY
from kern.moderation.queue import Tally, Waiting
from kern.moderation.recent import Done
from kern.moderation.statements import path_of as statement_path  # noqa: F401 - for templates
from kern.text import excerpt

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST_SAID = 240  # characters of it in a line of the list

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
    "schwaerzen": CaseVerdict.REDACT,
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
    "geschwaerzt": (CaseVerdict.REDACT,),
    "einspruch": (CaseVerdict.UPHELD, CaseVerdict.DISMISSED),
    "person": (CaseVerdict.WARN, CaseVerdict.BAR, CaseVerdict.LIFT),
}
SINCE: Mapping[str, int] = {"1": 1, "7": 7, "30": 30}  # days
TABS: Mapping[Tab, object] = {
    Tab.ALL: _l("Alles"),
    Tab.CHECK: _l("Freigeben"),
    Tab.REPORTED: _l("Gemeldet"),
    Tab.OBJECTED: _l("Einsprüche"),
    Tab.UNREAD: _l("Nachsehen"),
}
SORTINGS: Mapping[Sorting, object] = {
    Sorting.OLDEST: _l("Ältestes zuerst"),
    Sorting.STRIKING: _l("Auffälliges zuerst"),
}
HINTED = "ja"
HINTS: Mapping[HintKind, object] = {
    HintKind.QUOTE: _l("entfernte Stelle wiederholt"),
    HintKind.WORDS: _l("Wort von der Liste"),
    HintKind.LINKS: _l("Internetadresse"),
    HintKind.SHORTENED: _l("gekürzte Adresse"),
    HintKind.PHONE: _l("Telefonnummer"),
    HintKind.EMAIL: _l("E-Mail-Adresse"),
    HintKind.IBAN: _l("Kontonummer"),
    HintKind.PLATE: _l("Autokennzeichen"),
    HintKind.NAME: _l("Name"),
    HintKind.STREET: _l("Anschrift"),
    HintKind.LOOKALIKE: _l("fast derselbe Text"),
    HintKind.MANY: _l("viele Texte auf einmal"),
    HintKind.FAST: _l("sehr schnell geschrieben"),
    HintKind.CAPITALS: _l("Großbuchstaben"),
    HintKind.FIRST: _l("erster Text"),
}
YES: Mapping[CaseKind, object] = {  # what a list says in one word; objections have no such word
    CaseKind.RELEASE: _l("Freigeben"),
    CaseKind.REPORT: _l("In Ordnung"),
    CaseKind.REVIEW: _l("In Ordnung"),
}
NO: Mapping[CaseKind, object] = {
    CaseKind.RELEASE: _l("Ablehnen"),
    CaseKind.REPORT: _l("Ausblenden"),
    CaseKind.REVIEW: _l("Ausblenden"),
}
LIST_KEYS = (
    ("J", _l("nächster")),
    ("K", _l("voriger")),
    ("A", _l("freigeben")),
    ("R", _l("ablehnen")),
    ("X", _l("markieren")),
    ("O", _l("öffnen")),
    ("G", _l("Ähnliche zusammen")),
    ("F", _l("filtern")),
    ("Z", _l("zurücknehmen")),
)
FORM_KEYS = (("Strg + ↵", _l("Formular absenden")), ("Esc", _l("Formular schließen")))
HOLDERS: Mapping[Holder, object] = {
    Holder.NOBODY: _l("Noch bei niemandem"),
    Holder.ME: _l("Bei mir"),
    Holder.OTHERS: _l("Bei anderen"),
}


def title(item: DeskItem) -> str:
    """The heading of one case: "Beitrag von Helga Martens"."""
    if item.ref.key == PERSON_KEY:
        return f"{item.label}: {item.author}"
    return by(item.label, item.author)


def waited(since: datetime, at: datetime) -> str:
    """ "40 Min.", "19 Std.", "3 Tage": whole units, the largest that fits."""
    span = max(at - since, timedelta(minutes=1))
    if span < HOUR:
        return _("%(n)s Min.", n=span // timedelta(minutes=1))
    if span < 2 * DAY:
        return _("%(n)s Std.", n=span // HOUR)
    return _("%(n)s Tage", n=span // DAY)


def is_late(case: Case, at: datetime) -> bool:
    return case.due_at is not None and case.due_at < at


def waiting(case: Case, at: datetime) -> str:
    """How long it waits, and whether that is longer than the town means to take."""
    time = waited(case.opened_at, at)
    if is_late(case, at):
        return _("wartet %(time)s, Ziel überschritten", time=time)
    return _("wartet %(time)s", time=time)


def target(case: Case, at: datetime) -> str:
    """The town's own aim for this case, in words."""
    if case.due_at is None:
        return ""
    if is_late(case, at):
        return _("Ziel überschritten: %(when)s", when=format_target(at, case.due_at))
    return _("Ziel: %(when)s", when=format_target(at, case.due_at))


def holding(case: Case, holder: str, *, is_mine: bool) -> str:
    """Who has the case in their hands; empty when nobody has."""
    if holder:
        return _("%(name)s sieht es gerade an", name=holder)
    if is_mine and is_taken_on(case):
        return _("Sie haben es übernommen")
    return ""


def notes_of(line: Waiting) -> list[str]:
    """What stands out, for the narrow list beside a case."""
    found = []
    if line.case.reports > 1:
        found.append(_("%(n)s Meldungen", n=line.case.reports))
    striking = [hint for hint in line.hints if hint.weight > 1]
    if striking:
        found.append(hint_names(striking[:2]))
    if line.alike:
        found.append(alike(line))
    if line.holder:
        found.append(_("bei %(name)s", name=line.holder))
    return found


def alike(line: Waiting) -> str:
    """How many stand folded in this line, itself among them: "1.000 ähnliche Beiträge"."""
    number, things = grouped(line.alike + 1), registry()[line.case.content_key].plural
    if line.by_one:
        return _("%(n)s %(things)s von derselben Person", n=number, things=things)
    return _("%(n)s ähnliche %(things)s", n=number, things=things)


def hint_names(hints: Sequence[Hint]) -> str:
    """Short, for a list; the sentences stand beside the whole text."""
    return ", ".join(str(HINTS[hint.kind]) for hint in hints)


def tally(found: Tally) -> str:
    """What was decided about an author's earlier texts."""
    if not found.count:
        return _("bisher nichts entschieden")
    if not found.rejected:
        return _("%(n)s freigegeben", n=found.released)
    if not found.released:
        return _("%(n)s abgelehnt oder ausgeblendet", n=found.rejected)
    return _(
        "%(released)s freigegeben, %(rejected)s abgelehnt oder ausgeblendet",
        released=found.released,
        rejected=found.rejected,
    )


def going() -> list[tuple[str, object, str]]:
    """Where two keys one after the other lead to."""
    return [
        ("G L", _("zur Liste"), url_for("moderation.overview")),
        ("G M", _("zu den Meldungen"), url_for("moderation.overview", was=Tab.REPORTED)),
        ("G E", _("zu den Einsprüchen"), url_for("moderation.overview", was=Tab.OBJECTED)),
        ("G P", _("zum Protokoll"), url_for("moderation.log")),
        ("G H", _("zur Anleitung"), url_for("moderation.guide")),
    ]


def together(entry: Entry) -> str:
    """The heading of one line of the log that stands for many: "1.000 Beiträge zusammen"."""
    things = registry()[entry.case.content_key].plural
    return _("%(n)s %(things)s zusammen", n=grouped(entry.together), things=things)


def many(n: int, rejects: bool) -> str:
    """The heading over what is decided together."""
    if rejects:
        return _n("%(n)s Text ablehnen", "%(n)s Texte ablehnen", n, n=grouped(n))
    return _n("%(n)s Text freigeben", "%(n)s Texte freigeben", n, n=grouped(n))


def taken_out(n: int) -> str:
    return _n("%(n)s ist herausgenommen.", "%(n)s sind herausgenommen.", n, n=grouped(n))


def many_keys(rejects: bool, turns: bool) -> list[tuple[str, object]]:
    rows = [("J", _("nächster")), ("K", _("voriger")), ("X", _("herausnehmen"))]
    pages = [("N", _("nächste Seite")), ("P", _("vorige Seite"))] if turns else []
    send = ("Strg + ↵", _("Formular absenden")) if rejects else ("A", _("freigeben"))
    return [*rows, *pages, send, ("Esc", _("zurück zur Liste"))]


def settled(case: Case, decider: str) -> str:
    """Decided together with others, and not yet carried out."""
    return _(
        "%(who)s: %(verdict)s. Das wird in der nächsten Minute ausgeführt.",
        who=decider or _("Jemand"),
        verdict=VERDICTS[case.verdict] if case.verdict else "",
    )


def undo_until(found: Done) -> str:
    return to_local(found.at + UNDO).strftime("%H:%M:%S")


def kind(case: Case) -> str:
    if case.kind == CaseKind.REPORT and case.reports > 1:
        return _("%(n)s Meldungen", n=case.reports)
    return str(KINDS[case.kind])


def said(note: CaseNote) -> str:
    """What a reporter or an objector says, in a line of the list."""
    words = excerpt(note.text, LONGEST_SAID)
    rule = _("Regel %(n)s", n=note.rule) if note.rule else ""
    if words and rule:
        return _("%(rule)s: „%(words)s“", rule=rule, words=words)
    return _("„%(words)s“", words=words) if words else rule


def can_be_marked(case: Case) -> bool:
    """Objections are decided one by one, with a sentence of their own."""
    return case.kind in YES


def no_act(case: Case) -> str:
    """The form behind "no": its name in the address."""
    return name_of(no_for(case))


def name_of(verdict: CaseVerdict) -> str:
    return next(name for name, one in ACTS.items() if one == verdict)


def done(found: Done) -> str:
    """What the bar says that takes it back."""
    said = str(VERDICTS[found.verdict])
    if found.joint_id is not None:
        return _("%(n)s entschieden: %(verdict)s.", n=grouped(found.count), verdict=said)
    author = found.author or _("Ohne Namen")
    return _("%(author)s: %(verdict)s.", author=author, verdict=said)


# Addresses of filters


def filters_of(args: MultiDict[str, str], but: str = "") -> Filters:
    """Unknown words filter nothing; `but` is a name to be left out."""
    names = ("was", "bei", "art", "zuerst", "hinweis")
    tab, holder, key, sorting, hint = (args.get(one) for one in names)
    return Filters(
        tab=Tab(tab) if tab in set(Tab) else Tab.ALL,
        scope_id=parse_id(args.get("projekt")),
        key=key if key in registry() else None,
        holder=Holder(holder) if holder in set(Holder) else None,
        hinted=args.get("hinweis") == HINTED,
        hint=HintKind(hint) if hint in set(HintKind) else None,
        author_id=parse_id(args.get("person")),
        group_id=None if but == "gruppe" else parse_id(args.get("gruppe")),
        sorting=Sorting(sorting) if sorting in set(Sorting) else Sorting.OLDEST,
    )


def hint_of(filters: Filters) -> str | None:
    if filters.hint is not None:
        return str(filters.hint)
    return HINTED if filters.hinted else None


def args_of(filters: Filters) -> dict[str, Any]:
    """Back into an address; what is the default is left out."""
    return {
        "was": None if filters.tab is Tab.ALL else str(filters.tab),
        "projekt": filters.scope_id,
        "art": filters.key,
        "bei": str(filters.holder) if filters.holder else None,
        "hinweis": hint_of(filters),
        "person": filters.author_id,
        "gruppe": filters.group_id,
        "zuerst": None if filters.sorting is Sorting.OLDEST else str(filters.sorting),
    }


def log_filters_of(args: MultiDict[str, str]) -> LogFilters:
    key = args.get("art")
    return LogFilters(
        verdicts=LOG_CHOICES.get(args.get("entscheidung", ""), ()),
        scope_id=parse_id(args.get("projekt")),
        key=key if key in registry() else None,
        mine=args.get("von") == "mir",
        rule=parse_id(args.get("regel")),
        author_id=parse_id(args.get("person")),
        joint_id=parse_id(args.get("zusammen")),
        since=now() - DAY * SINCE[args["seit"]] if args.get("seit") in SINCE else None,
    )
