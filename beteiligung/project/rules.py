"""Who may do what with a project, and what it needs before the public sees it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple, Protocol

from beteiligung.project.models import Project
from kern.actor import Actor
from kern.calendar import end_of_day, to_local, to_utc
from kern.errors import Conflict, Invalid, NotAllowed
from kern.i18n import _l
from kern.scope import UNSHOWN, Act, Scope, ScopeState
from kern.scope.rules import require_may

PROJECT_KEY = "beteiligung.project"
KIND = "project"  # of its scope

EDIT = "project.edit"
PUBLISH = "project.publish"
EXPORT = "project.export"
DECIDE = "moderation.decide"
HIDE = "moderation.hide"

MAX_TITLE = 120
MAX_SUMMARY = 300
MAX_TEXT = 30_000
MAX_RESULT = 20_000
MAX_POINT = 200
MAX_POINTS = 12
MAX_NEWS = 5_000
MAX_PHASES = 20
MAX_TRUST_AFTER = 50  # released texts
MAX_TRUST_DAYS = 730

ACT_LABELS = {
    Act.DISCUSS: _l("diskutieren"),
    Act.VOTE: _l("abstimmen"),
    Act.OPEN_THREAD: _l("eigene Gespräche beginnen"),
    Act.SURVEY: _l("an Umfragen teilnehmen"),
    Act.CONSULT: _l("Stellung nehmen"),
}
STATE_LABELS = {
    ScopeState.DRAFT: _l("Entwurf"),
    ScopeState.SUBMITTED: _l("wartet auf Freigabe"),
    ScopeState.PUBLISHED: _l("veröffentlicht"),
    ScopeState.CLOSED: _l("abgeschlossen"),
    ScopeState.ARCHIVED: _l("im Archiv"),
    ScopeState.HIDDEN: _l("ausgeblendet"),
}
TRANSITIONS = frozenset(
    {
        (ScopeState.DRAFT, ScopeState.SUBMITTED),
        (ScopeState.DRAFT, ScopeState.PUBLISHED),
        (ScopeState.SUBMITTED, ScopeState.DRAFT),  # refused, or taken back
        (ScopeState.SUBMITTED, ScopeState.PUBLISHED),
        (ScopeState.PUBLISHED, ScopeState.SUBMITTED),  # the release taken back within the undo time
        (ScopeState.PUBLISHED, ScopeState.CLOSED),
        (ScopeState.CLOSED, ScopeState.PUBLISHED),
        (ScopeState.CLOSED, ScopeState.ARCHIVED),
        (ScopeState.ARCHIVED, ScopeState.CLOSED),
        *((state, ScopeState.HIDDEN) for state in ScopeState if state not in UNSHOWN),
        *((ScopeState.HIDDEN, state) for state in ScopeState if state not in UNSHOWN),
    }
)
DRAFTED = frozenset({ScopeState.DRAFT, ScopeState.SUBMITTED})  # never public so far
RUNS = DRAFTED | {ScopeState.PUBLISHED}  # else no window is open

# First parts of addresses below /beteiligung/ that belong to pages, now or soon.
RESERVED = frozenset(
    {
        *("neu", "gespraech", "gespraeche", "beitrag", "beitraege", "meine-beitraege"),
        *("mein-beitrag", "ergebnisse", "unterwegs"),
        *("antwort", "antworten", "stimme", "stimmen", "entwuerfe", "archiv", "vorschau"),
        *("karte", "kalender", "suche", "zahlen", "feed", "umfrage", "umfragen", "auslegung"),
        *("import", "export", "api", "dateien", "bearbeiten", "verwaltung"),
    }
)


class Standing(StrEnum):
    """Where a project is for somebody who reads the list; the values stand in addresses."""

    RUNNING = "laufend"
    COMING = "kommend"
    CLOSED = "abgeschlossen"
    ARCHIVED = "archiv"
    DRAFT = "entwuerfe"  # whatever only the office reads


class Progress(StrEnum):
    DONE = "done"
    NOW = "now"
    NEXT = "next"


class Gap(NamedTuple):
    """Something that is missing before the project may be seen: where to fill it in, and what."""

    section: str
    field: str
    sentence: object

    @property
    def key(self) -> tuple[str, str]:
        return self.section, self.field


class Edges(Protocol):
    """What of a phase decides what may be done when."""

    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime | None: ...
    @property
    def acts(self) -> Sequence[str]: ...


def require_may_create(actor: Actor) -> None:
    require_may(actor, EDIT, None)


def require_may_edit(actor: Actor, scope: Scope) -> None:
    """What everybody reads changes only who may publish: nobody looks at it in between."""
    require_may(actor, EDIT, scope.id)
    if scope.state not in UNSHOWN and not actor.may(PUBLISH, scope.id):
        raise NotAllowed("Ein veröffentlichtes Projekt ändert nur, wer veröffentlichen darf.")


def require_may_publish(actor: Actor, scope: Scope) -> None:
    require_may(actor, PUBLISH, scope.id)


def require_may_decide(actor: Actor, scope: Scope) -> None:
    require_may(actor, DECIDE, scope.id)


def require_may_hide(actor: Actor, scope: Scope) -> None:
    require_may(actor, HIDE, scope.id)


def require_may_export(actor: Actor, scope: Scope) -> None:
    require_may(actor, EXPORT, scope.id)


def require_transition(old: ScopeState, new: ScopeState) -> None:
    if (old, new) not in TRANSITIONS:
        raise Conflict("Inzwischen hat sich etwas geändert. Bitte laden Sie die Seite neu.")


def require_drafted(state: ScopeState) -> None:
    if state not in DRAFTED:
        raise Conflict("Dieses Projekt ist schon veröffentlicht oder ausgeblendet.")


def require_begun(state: ScopeState) -> None:
    """Something can come of a project once people know it; of a part even while it runs."""
    if state in UNSHOWN:
        raise Conflict("Dieses Projekt ist nicht veröffentlicht.")


def gaps(project: Project, title: str, phases: Iterable[Edges], alt: str | None) -> list[Gap]:
    """What is missing before the project may be published; `alt` is None without a picture."""
    contact = project.contact_name or project.contact_phone or project.contact_email
    has_dates = any(phase.opens_at and phase.closes_at for phase in phases)
    found = (
        (title, Gap("grunddaten", "title", _l("Der Titel fehlt."))),
        (project.summary, Gap("grunddaten", "summary", _l("Der Satz zur Einführung fehlt."))),
        (project.text, Gap("grunddaten", "text", _l("Der Text zum Projekt fehlt."))),
        (project.office, Gap("grunddaten", "office", _l("Die zuständige Stelle fehlt."))),
        (contact, Gap("grunddaten", "contact_name", _l("Ein Kontakt fehlt: Name oder Nummer."))),
        (project.decidable, Gap("rahmen", "decidable", _l("Was mitentschieden werden kann."))),
        (project.fixed, Gap("rahmen", "fixed", _l("Was schon feststeht."))),
        (project.decider, Gap("rahmen", "decider", _l("Wer entscheidet und wann."))),
        (has_dates, Gap("phasen", "title", _l("Eine Phase mit Beginn und Ende."))),
        (alt is None or alt, Gap("bild", "picture_alt", _l("Der Satz, was das Bild zeigt."))),
    )
    return [gap for value, gap in found if not value]


def require_no_new_gap(before: Sequence[Gap], after: Sequence[Gap]) -> None:
    """Once published, nothing that readers rely on may become empty."""
    known = {gap.key for gap in before}
    for gap in after:
        if gap.key not in known:
            raise Invalid(
                "Das darf bei einem veröffentlichten Projekt nicht fehlen.", field=gap.field
            )


def progress(phase: Edges, at: datetime) -> Progress:
    """Where a phase is in time; one without any date is still to come."""
    if phase.closes_at is not None and phase.closes_at <= at:
        return Progress.DONE
    if phase.opens_at is None and phase.closes_at is None:
        return Progress.NEXT
    if phase.opens_at is not None and phase.opens_at > at:
        return Progress.NEXT
    return Progress.NOW


def standing(state: ScopeState, phases: Sequence[Edges], at: datetime) -> Standing:
    """A published project is coming until its first phase begins, and runs until it is closed."""
    if state == ScopeState.PUBLISHED:
        begun = [phase for phase in phases if progress(phase, at) is not Progress.NEXT]
        return Standing.RUNNING if begun or not phases else Standing.COMING
    return {
        ScopeState.CLOSED: Standing.CLOSED,
        ScopeState.ARCHIVED: Standing.ARCHIVED,
    }.get(state, Standing.DRAFT)


def open_now(phases: Iterable[Edges], at: datetime) -> list[Edges]:
    """The phases in which people can do something at this instant."""
    return [phase for phase in phases if phase.acts and progress(phase, at) is Progress.NOW]


def open_until(phases: Iterable[Edges], at: datetime) -> datetime | None:
    """The exclusive end of what is open now; None when nothing is, or no end is known."""
    ends = [phase.closes_at for phase in open_now(phases, at)]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def next_opening(phases: Iterable[Edges], at: datetime) -> datetime | None:
    """When people can do something again."""
    later = [
        phase.opens_at for phase in phases if phase.acts and phase.opens_at and phase.opens_at > at
    ]
    return min(later, default=None)


def start_of(day: date, clock: time | None) -> datetime:
    """The instant of a typed beginning; without a time the day begins at midnight."""
    return to_utc(datetime.combine(day, clock or time()))


def end_of(day: date, clock: time | None) -> datetime:
    """The exclusive instant of a typed end; without a time the whole day counts."""
    return end_of_day(day) if clock is None else to_utc(datetime.combine(day, clock))


def typed_end(closes_at: datetime) -> tuple[date, time | None]:
    """`end_of` backwards: what the form shows for a stored end."""
    local = to_local(closes_at)
    if local.time() == time():
        return date.fromordinal(local.toordinal() - 1), None
    return local.date(), local.time()


def require_order(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Invalid("Das Ende liegt vor dem Beginn.", field="ends_on")
