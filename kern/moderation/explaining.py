"""A statement of reasons in words, for its page and its mail: what Art. 17(3) DSA asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kern.calendar import format_day, format_deadline, format_minute
from kern.content import DeskItem
from kern.i18n import _, _l
from kern.moderation import objections, statements
from kern.moderation.models import Ending, Found, Measure, Statement
from kern.moderation.objections import Hearing
from kern.moderation.queue import items_of, ref_of
from kern.moderation.redaction import MARK
from kern.scope import get_scope

PERSONAL = frozenset({Measure.WARNED, Measure.BARRED})
TITLES: Mapping[Measure, object] = {
    Measure.REJECTED: _l("Ihr Text ist nicht freigegeben"),
    Measure.HIDDEN: _l("Ihr Text ist nicht mehr öffentlich"),
    Measure.REDACTED: _l("In Ihrem Text fehlen Stellen"),
    Measure.WITHOUT_PICTURE: _l("Ihr Text ist ohne Bild erschienen"),
    Measure.WARNED: _l("Wir verwarnen Sie"),
    Measure.BARRED: _l("Sie können hier nicht mitschreiben"),
}
WHAT: Mapping[Measure, object] = {
    Measure.REJECTED: _l("Ihr Text zu „%(title)s“ erscheint nicht."),
    Measure.HIDDEN: _l(
        "Ihr Text zu „%(title)s“ ist ausgeblendet. An seiner Stelle steht, dass dort etwas "
        "entfernt wurde."
    ),
    Measure.REDACTED: _l(
        "Ihr Text zu „%(title)s“ ist zu lesen, aber ohne einzelne Stellen. Dort heißt es jetzt "
        "„%(mark)s“."
    ),
    Measure.WITHOUT_PICTURE: _l("Ihr Text zu „%(title)s“ ist zu lesen, das Bild dazu nicht."),
    Measure.WARNED: _l("Wir verwarnen Sie. Mitschreiben können Sie weiterhin."),
    Measure.BARRED: _l(
        "Sie können nichts schreiben, nicht abstimmen und keine Gespräche beginnen. Lesen, "
        "melden und widersprechen können Sie weiterhin."
    ),
}
REJECTED_EDIT = _l(
    "Ihre Änderung an „%(title)s“ erscheint nicht. Die Fassung davor bleibt zu lesen."
)
FOUND: Mapping[Found, object] = {
    Found.REPORT: _l("Jemand hat es uns gemeldet."),
    Found.LOOK: _l("Wir haben es selbst gelesen."),
    Found.HINT: _l("Ein Hinweis unseres Programms hat uns aufmerksam gemacht."),
}
ENDED: Mapping[Ending, object] = {
    Ending.OBJECTION: _l("Aufgehoben am %(day)s, nach Ihrem Einspruch."),
    Ending.ANEW: _l("Aufgehoben am %(day)s: Wir haben neu entschieden."),
    Ending.REWRITTEN: _l("Erledigt am %(day)s: Ihr geänderter Text ist erschienen."),
    Ending.LIFTED: _l("Aufgehoben am %(day)s."),
}
HEARD: Mapping[Hearing, object] = {
    Hearing.OTHER: _l(
        "Über einen Einspruch entscheidet immer eine andere Person der Moderation als beim "
        "ersten Mal."
    ),
    Hearing.ADMINISTRATOR: _l(
        "Über einen Einspruch entscheidet eine andere Person als beim ersten Mal: jemand, der "
        "diese Plattform verwaltet."
    ),
    Hearing.SAME_LATER: _l(
        "Bei uns moderiert nur eine Person. Über einen Einspruch entscheidet sie selbst noch "
        "einmal, frühestens nach sieben Tagen."
    ),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """In the reader's language. `lines` are pairs of a heading and what stands under it."""

    title: str
    lines: Sequence[tuple[str, str]]
    item: DeskItem | None  # the author's own text, as far as anything is left of it
    is_newest: bool  # and in the wording the decision was about
    ended: str  # why it no longer holds; empty while it does


def explain(statement: Statement, *, is_objected: bool = False) -> Explained:
    item = items_of([statement.case]).get(ref_of(statement.case))
    facts = statements.facts_of(statement)
    lines = [
        (_("Was wir getan haben"), _what(statement, item)),
        (_("Warum"), facts or _("Dieser Satz ist inzwischen gelöscht.")),
        (_("Wonach wir entschieden haben"), _ground(statement)),
        (_("Was das umfasst"), _reach(statement)),
        (_("Wie lange es gilt"), _duration(statement)),
        (_("Wie wir darauf gekommen sind"), str(FOUND[statement.found])),
        (_("Wer entschieden hat"), _("Ein Mensch. Kein Programm hat mitentschieden.")),
        (_("Wenn Sie anderer Meinung sind"), _redress(statement, is_objected=is_objected)),
    ]
    return Explained(
        title=str(TITLES[statement.measure]),
        lines=[(heading, words) for heading, words in lines if words],
        item=None if statement.measure in PERSONAL else item,
        is_newest=item is not None and item.revision == statement.case.revision,
        ended=ended(statement),
    )


def _what(statement: Statement, item: DeskItem | None) -> str:
    is_edit = item is not None and bool(item.public_html)
    words = REJECTED_EDIT if statement.measure == Measure.REJECTED and is_edit else None
    title = item.title if item is not None else ""
    return str(words or WHAT[statement.measure]) % {"title": title, "mark": MARK}


def _reach(statement: Statement) -> str:
    scope_id = statement.case.scope_id
    where = get_scope(scope_id).title if scope_id is not None else ""
    match statement.measure:
        case Measure.REDACTED:
            return _("Einzelne Stellen in einem Text im Bereich „%(where)s“.", where=where)
        case Measure.WITHOUT_PICTURE:
            return _("Nur das Bild, nicht der Text, im Bereich „%(where)s“.", where=where)
        case Measure.WARNED | Measure.BARRED if scope_id is None:
            return _("Alles auf dieser Plattform.")
        case Measure.WARNED | Measure.BARRED:
            return _("Nur den Bereich „%(where)s“.", where=where)
        case _:
            return _("Den ganzen Text im Bereich „%(where)s“.", where=where)


def _duration(statement: Statement) -> str:
    since = format_minute(statements.taken_at(statement))
    if statement.measure == Measure.WARNED:
        return _("Ausgesprochen am %(since)s.", since=since)
    if statement.ended_at is not None:
        until = format_minute(statement.ended_at)
        return _("Vom %(since)s bis zum %(until)s.", since=since, until=until)
    if statement.until is not None:
        until = format_deadline(statement.until)
        return _("Vom %(since)s bis zum %(until)s.", since=since, until=until)
    return _("Seit dem %(since)s, ohne Ende.", since=since)


def _ground(statement: Statement) -> str:
    parts = []
    if statement.case.rule is not None:
        rule, number = statement.rule_text, statement.case.rule
        parts.append(_("Unsere Regel %(number)s: „%(rule)s“", number=number, rule=rule))
        if statement.netiquette is not None:
            parts.append(_("(Fassung %(version)s der Regeln)", version=statement.netiquette))
    if statement.law:
        parts.append(_("Gesetz: %(law)s", law=statement.law))
    return " ".join(parts)


def _redress(statement: Statement, *, is_objected: bool) -> str:
    """What is still open to the person: nothing needs to be once it no longer holds."""
    if statement.ended_at is not None:
        return ""
    court = _("Auch der Weg zum Gericht steht Ihnen offen.")
    if is_objected:
        return court
    until = statements.objection_until(statements.taken_at(statement))
    may = _(
        "Sie können bis zum %(until)s widersprechen. Das kostet nichts und geht ohne Konto.",
        until=format_deadline(until),
    )
    return f"{may} {heard_how(statement)} {court}"


def heard_how(statement: Statement) -> str:
    """Who decides, as the moderation is staffed where this was decided."""
    others = objections.deciders_in(statement.case.scope_id).without(statement.case.decided_by)
    return str(HEARD[objections.hearing_of(others)])


def ended(statement: Statement) -> str:
    if statement.ended_by is None or statement.ended_at is None:
        return ""
    return str(ENDED[statement.ended_by]) % {"day": format_day(statement.ended_at)}
