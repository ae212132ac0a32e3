"""Who may do what with a survey, when it takes answers, and how its life goes on. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from kern.actor import Actor
from kern.errors import Conflict, Invalid, NotAllowed
from kern.i18n import _l
from kern.scope import UNSHOWN as SCOPE_UNSHOWN
from kern.scope import Act, Scope, ScopeState, Span, Spans, Window, is_open
from kern.scope.rules import may_read as may_read_scope
from kern.scope.rules import require_may
from umfragen.models import Level, Sampling, State, Survey

EDIT = "survey.edit"
PUBLISH = "survey.publish"
RESULTS = "survey.results"
ENTER = "survey.enter"
DECIDE = "moderation.decide"
HIDE = "moderation.hide"

MAX_SLUG = 60
MAX_REASON = 500
MAX_NOTE = 1_000
MAX_POPULATION = 100_000_000
GRACE_MINUTES = (0, 15)
DRAFT_DAYS = 30  # half-filled answers are kept no longer
LEAST_K = 3  # nobody may publish cells smaller than this

CHANGED_MEANWHILE = "Inzwischen hat sich etwas geändert. Bitte laden Sie die Seite neu."

UNSHOWN = frozenset({State.DRAFT, State.SUBMITTED, State.HIDDEN})
BEFORE = frozenset({State.DRAFT, State.SUBMITTED, State.SCHEDULED})  # no real answer so far
RUNNING = frozenset({State.SCHEDULED, State.OPEN, State.PAUSED})
OVER = frozenset({State.CLOSED, State.ARCHIVED})

STATE_LABELS = {
    State.DRAFT: _l("Entwurf"),
    State.SUBMITTED: _l("wartet auf die zweite Person"),
    State.SCHEDULED: _l("geplant"),
    State.OPEN: _l("offen"),
    State.PAUSED: _l("unterbrochen"),
    State.CLOSED: _l("beendet"),
    State.ARCHIVED: _l("im Archiv"),
    State.HIDDEN: _l("ausgeblendet"),
}
LEVEL_SENTENCES = {
    Level.OPEN: _l("Alle können antworten, auch mehrmals."),
    Level.DEVICE: _l("Von jedem Gerät kann einmal geantwortet werden."),
    Level.ADDRESS: _l("Mit jeder bestätigten E-Mail-Adresse kann einmal geantwortet werden."),
    Level.ACCOUNT: _l("Mit jedem Konto kann einmal geantwortet werden."),
    Level.CODE: _l("Mit jedem Code aus unserem Brief kann einmal geantwortet werden."),
}
SAMPLING_SENTENCES = {
    Sampling.SELF: _l("Wer möchte, nimmt teil."),
    Sampling.RANDOM: _l("Wir haben zufällig ausgewählt, wer gefragt wird."),
    Sampling.FULL: _l("Wir fragen alle, um die es geht."),
}
CLOSED_SENTENCES = {
    **dict.fromkeys(State, "Diese Umfrage ist gerade nicht offen."),
    State.SCHEDULED: "Diese Umfrage hat noch nicht begonnen.",
    State.PAUSED: "Diese Umfrage ist gerade unterbrochen. Bitte versuchen Sie es später.",
    State.CLOSED: "Diese Umfrage ist beendet.",
    State.ARCHIVED: "Diese Umfrage ist beendet.",
}
TOLD = "Wer schon geantwortet hat, hat es anders gelesen. Das lässt sich nur noch verschärfen."
TRANSITIONS = frozenset(
    {
        (State.DRAFT, State.SUBMITTED),
        (State.DRAFT, State.SCHEDULED),
        (State.DRAFT, State.OPEN),
        (State.SUBMITTED, State.DRAFT),  # refused, or taken back
        (State.SUBMITTED, State.SCHEDULED),
        (State.SUBMITTED, State.OPEN),
        (State.SCHEDULED, State.DRAFT),  # called off
        (State.SCHEDULED, State.SUBMITTED),  # the approval taken back within the undo time
        (State.SCHEDULED, State.OPEN),
        (State.OPEN, State.SUBMITTED),  # the same
        (State.OPEN, State.PAUSED),
        (State.PAUSED, State.OPEN),
        (State.OPEN, State.CLOSED),
        (State.PAUSED, State.CLOSED),
        (State.CLOSED, State.ARCHIVED),
        (State.ARCHIVED, State.CLOSED),
        *((state, State.HIDDEN) for state in State if state not in UNSHOWN),
        *((State.HIDDEN, state) for state in State if state not in UNSHOWN),
    }
)

# First parts of addresses below /umfragen/ that belong to pages, now or soon.
RESERVED = frozenset(
    {
        *("neu", "liste", "archiv", "entwuerfe", "vorlagen", "vorschau", "import", "export"),
        *("ausfuellen", "antwort", "antworten", "ergebnis", "ergebnisse", "auswertung"),
        *("bearbeiten", "papier", "erfassen", "zugang", "code", "codes", "weiter", "test"),
        *("feed", "api", "dateien", "suche", "karte", "hilfe", "fragen", "freitext"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an office sets beside level and dates. `public_texts`: items whose free text is meant
    to be published once released; `pepper_days`, `retention_days`: counted from the end. `accent`:
    a colour like #43600c; `logo`: the address of a picture."""

    office: str = ""
    contact: str = ""
    paper_hint: str = ""  # how to take part on paper or by phone
    minutes: int | None = None  # how long it takes, where the office knows better
    is_listed: bool = True
    four_eyes: bool = False
    grace_minutes: int = 0
    with_resume: bool = True
    with_receipt: bool = True
    public_texts: tuple[int, ...] = ()
    accent: str = ""
    logo: str = ""
    logo_alt: str = ""
    pepper_days: int = 14
    retention_days: int = 730

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Of `Survey.settings`; what is missing there has its default."""
        names = {field.name for field in fields(cls)}
        known = {name: value for name, value in document.items() if name in names}
        if "public_texts" in known:
            known["public_texts"] = tuple(known["public_texts"])
        return cls(**known)

    def dump(self) -> dict[str, Any]:
        return {**asdict(self), "public_texts": sorted(set(self.public_texts))}


class Gap(NamedTuple):
    """Something that is missing before the survey may open: where to mend it, and what."""

    section: str  # "fragen", "zugang", "termine"
    sentence: object


# Permissions


def may_read(actor: Actor, survey: Survey, scope: Scope) -> bool:
    """Drafts are for those who edit; what waits or was hidden also for those who decide."""
    if not may_read_scope(actor, scope):
        return False
    if survey.state not in UNSHOWN:
        return True
    decides = survey.state != State.DRAFT and actor.may(DECIDE, scope.id)
    return decides or actor.may(EDIT, scope.id)


def require_may_create(actor: Actor, scope_id: int) -> None:
    require_may(actor, EDIT, scope_id)


def require_may_edit(actor: Actor, survey: Survey) -> None:
    """The draft of its questions, which nobody else reads before it is published."""
    require_may(actor, EDIT, survey.scope_id)
    if survey.state in OVER:
        raise Conflict("Eine beendete Umfrage lässt sich nicht mehr ändern.")


def require_may_change(actor: Actor, survey: Survey) -> None:
    """What everybody reads changes only who may publish: nobody looks at it in between."""
    require_may_edit(actor, survey)
    if survey.state not in UNSHOWN:
        require_may_publish(actor, survey)


def require_may_publish(actor: Actor, survey: Survey) -> None:
    require_may(actor, PUBLISH, survey.scope_id)


def require_may_see_results(actor: Actor, survey: Survey) -> None:
    require_may(actor, RESULTS, survey.scope_id)


def require_may_enter(actor: Actor, survey: Survey) -> None:
    """Answers from paper, telephone or counter."""
    require_may(actor, ENTER, survey.scope_id)


def require_may_decide(actor: Actor, survey: Survey) -> None:
    require_may(actor, DECIDE, survey.scope_id)


def require_may_hide(actor: Actor, survey: Survey) -> None:
    require_may(actor, HIDE, survey.scope_id)


def require_second_person(actor: Actor, survey: Survey) -> None:
    """Four eyes: whoever asked for the opening does not approve it."""
    if survey.asked_by is not None and survey.asked_by == actor.account_id and not actor.system:
        raise NotAllowed("Bitte lassen Sie eine zweite Person entscheiden.")


# Life


def require_transition(old: State, new: State) -> None:
    if (old, new) not in TRANSITIONS:
        raise Conflict(CHANGED_MEANWHILE)


def standing(survey: Survey, at: datetime) -> State:
    """The state at this instant, also before the worker has written it down."""
    state = survey.state
    if state == State.SCHEDULED and survey.opens_at is not None and survey.opens_at <= at:
        state = State.OPEN
    ends = state in {State.OPEN, State.PAUSED} and survey.closes_at is not None
    if ends and survey.closes_at is not None and survey.closes_at <= at:
        return State.CLOSED
    return State(state)


def takes_answers(survey: Survey, scope: Scope, windows: Spans, at: datetime) -> bool:
    """Open by its own dates, in a scope that people see, and inside the phases that allow surveys
    where the scope has such phases."""
    if standing(survey, at) is not State.OPEN or scope.state in SCOPE_UNSHOWN:
        return False
    if scope.kind != "town" and scope.state != ScopeState.PUBLISHED:
        return False
    allowed = [window for window in windows if window.act == Act.SURVEY]
    return not allowed or is_open(allowed, Act.SURVEY, at)


def require_takes_answers(
    survey: Survey,
    scope: Scope,
    windows: Spans,
    at: datetime,
    *,
    is_begun: bool = False,
) -> None:
    """`is_begun`: by somebody who was here before the end, and gets the grace the office gives."""
    windows = list(windows)
    if takes_answers(survey, scope, windows, at) or (
        is_begun and _has_grace(survey, scope, windows, at)
    ):
        return
    raise Conflict(CLOSED_SENTENCES[standing(survey, at)])


def require_takes_entries(survey: Survey, at: datetime) -> None:
    """Paper that came in time is often entered after the end; never before the beginning."""
    if standing(survey, at) not in {State.OPEN, State.PAUSED, State.CLOSED} or survey.is_sealed:
        raise Conflict("Für diese Umfrage lässt sich gerade nichts erfassen.")


def end_of_grace(survey: Survey) -> datetime:
    """Of a survey with an end: until when those who had begun may still send."""
    assert survey.closes_at is not None  # noqa: S101 - said above
    return survey.closes_at + timedelta(minutes=Settings.of(survey.settings).grace_minutes)


def _has_grace(survey: Survey, scope: Scope, windows: Spans, at: datetime) -> bool:
    """Only after an end that came by itself, never after somebody closed the survey."""
    if survey.state not in {State.SCHEDULED, State.OPEN} or survey.closes_at is None:
        return False
    is_past = survey.closes_at <= at < end_of_grace(survey)
    before = survey.closes_at - timedelta(microseconds=1)
    return is_past and takes_answers(survey, scope, windows, before)


def require_level_may_change(survey: Survey, level: Level) -> None:
    """A one-way ratchet: what people were promised holds for everybody."""
    if survey.has_answers and level != survey.level:
        raise Conflict(
            "Es gibt schon Antworten. Wer antworten darf und was wir dafür speichern, bleibt so."
        )


def require_promises(survey: Survey, new: Settings) -> None:
    """What those who answered were told stays true: settings may only become stricter."""
    old = Settings.of(survey.settings)
    if not survey.has_answers:
        return
    if set(new.public_texts) - set(old.public_texts):
        raise Invalid(TOLD, field="public_texts")
    for field in ("pepper_days", "retention_days"):
        if getattr(new, field) > getattr(old, field):
            raise Invalid(TOLD, field=field)
    if old.with_receipt and not new.with_receipt:
        raise Invalid(TOLD, field="with_receipt")


def require_order(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Invalid("Das Ende liegt vor dem Beginn.", field="closes_on")


def require_threshold(survey: Survey, k_min: int, k_total: int) -> None:
    if survey.has_answers and (k_min < survey.k_min or k_total < survey.k_total):
        raise Invalid(TOLD, field="k_min" if k_min < survey.k_min else "k_total")
    if k_min < LEAST_K:
        raise Invalid("Bitte mindestens %(n)s.", field="k_min", n=LEAST_K)
    if k_total < k_min:
        raise Invalid("Bitte mindestens so viele wie in einer Gruppe.", field="k_total")


def gaps(survey: Survey, windows: Spans, at: datetime) -> list[Gap]:
    """What is missing before the survey may open, apart from its questions."""
    settings = Settings.of(survey.settings)
    phases = [window for window in windows if window.act == Act.SURVEY]
    outside = phases and not any(_covers(window, survey, at) for window in phases)
    found = (
        (survey.current_version, Gap("fragen", _l("Die Fragen sind noch nicht veröffentlicht."))),
        (survey.closes_at, Gap("termine", _l("Das Ende fehlt."))),
        (
            survey.closes_at is None or survey.closes_at > at,
            Gap("termine", _l("Das Ende ist schon vorbei.")),
        ),
        (
            not outside,
            Gap("termine", _l("Die Umfrage läuft außerhalb der Phase des Projekts.")),
        ),
        (settings.office, Gap("grunddaten", _l("Die zuständige Stelle fehlt."))),
        (settings.contact, Gap("grunddaten", _l("Ein Kontakt für Fragen fehlt."))),
        (
            survey.sampling == Sampling.SELF or survey.population_n,
            Gap("zugang", _l("Die Zahl der Menschen fehlt, um die es geht.")),
        ),
    )
    return [gap for holds, gap in found if not holds]


def _covers(window: Span | Window, survey: Survey, at: datetime) -> bool:
    begins = max(at, survey.opens_at or at)
    starts = window.opens_at is None or window.opens_at <= begins
    ends = window.closes_at is None or (
        survey.closes_at is not None and survey.closes_at <= window.closes_at
    )
    return starts and ends
