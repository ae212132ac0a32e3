"""Making results public: which questions, as of when, and what the office makes of them.

The public reads a snapshot, never the live counts: two states that differ by a few answers would
tell these answers. So a new snapshot needs as many new answers as the smallest group has people.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import joinedload

from kern import text
from kern.actor import SYSTEM, Actor
from kern.clock import now
from kern.db import Quick, db
from kern.errors import Conflict, DomainError, Invalid
from kern.outbox import Fact
from umfragen import rules
from umfragen.definition.questions import AnyQuestion, Place
from umfragen.engine import Plan
from umfragen.models import PublishedQuestion, Snapshot, Survey
from umfragen.results.counts import Counts
from umfragen.results.figures import Figure, shape_of
from umfragen.results.gathering import Selection, split_in, whole_counts
from umfragen.results.keeping import dump, load
from umfragen.results.places import geojson, heat
from umfragen.results.publishing import REST, Split, can_filter, public_views
from umfragen.results.selecting import Filter
from umfragen.service import free_texts, telling
from umfragen.service.changes import announce
from umfragen.store.frame import Frame
from umfragen.store.plans import plan_of

log = logging.getLogger(__name__)

WHOLE = 0  # the key of the office's word about the survey as a whole
MAX_FILTERS = 2
LARGE = 5_000  # answers
MAX_OUTCOME = 5_000


@dataclass(frozen=True, slots=True)
class Choice:
    """What an office publishes. `outcomes`: Markdown by question, `WHOLE` for all of it."""

    questions: frozenset[int]
    outcomes: Mapping[int, str]


def publishable(plan: Plan) -> list[AnyQuestion]:
    return [question for question in plan.questions.values() if question.KIND != "info"]


def filterable(plan: Plan) -> list[AnyQuestion]:
    return [one for one in plan.questions.values() if can_filter(one, shape_of(one))]


def published(survey_id: int) -> dict[int, PublishedQuestion]:
    query = select(PublishedQuestion).where(PublishedQuestion.survey_id == survey_id)
    return {one.question_key: one for one in db.session.scalars(query)}


def latest(survey_id: int) -> Snapshot | None:
    query = select(Snapshot).where(Snapshot.survey_id == survey_id)
    return db.session.scalar(query.order_by(Snapshot.id.desc()).limit(1))


class ShownNow(NamedTuple):
    """A published question, with number, time and total of the latest snapshot."""

    question_key: int
    html: str
    plain: str
    id: int
    taken_at: datetime
    total: int


_SHOWN_NOW = Quick(
    select(
        PublishedQuestion.question_key,
        PublishedQuestion.html,
        PublishedQuestion.plain,
        Snapshot.id,
        Snapshot.taken_at,
        Snapshot.total,
    )
    .join(
        Snapshot,
        Snapshot.id
        == select(func.max(Snapshot.id))
        .where(Snapshot.survey_id == bindparam("survey"))
        .scalar_subquery(),
    )
    .where(PublishedQuestion.survey_id == bindparam("survey"))
    .order_by(PublishedQuestion.question_key)
)


def shown_now(survey_id: int) -> list[ShownNow]:
    """Without the figures, which are long. One query."""
    return _SHOWN_NOW.typed(ShownNow, {"survey": survey_id}, flush=True)


def is_public(survey: Survey) -> bool:
    """Whether everybody may read results of it."""
    if survey.state in rules.UNSHOWN:
        return False
    return survey.results_at is not None


def results_path(survey: Survey) -> str:
    return f"/umfragen/{survey.slug}/ergebnis"


def ask_for_snapshot(actor: Actor, survey: Survey, filters: Sequence[int]) -> Snapshot | None:
    """`take_snapshot`, or None where that takes seconds: then the worker does it in a minute."""
    if survey.answers_count <= LARGE:
        return take_snapshot(actor, survey, filters)
    rules.require_may_publish(actor, survey)
    whole = whole_counts(survey)
    _require_enough(survey, whole)
    chosen = _checked_filters(plan_of(survey), filters)
    _require_distance(survey, latest(survey.id), whole, fingerprint(whole))
    survey.snapshot_asked = ",".join(map(str, chosen))
    announce(actor, survey, "survey.results.ask")
    return None


def take_asked_snapshots(_since: datetime, _until: datetime) -> bool:
    """One at a time: it holds the town's only place to write."""
    query = select(Survey).where(Survey.snapshot_asked.is_not(None)).order_by(Survey.id)
    survey = db.session.scalar(query.options(joinedload(Survey.scope)).limit(1))
    if survey is None:
        return False
    filters = [int(key) for key in (survey.snapshot_asked or "").split(",") if key]
    survey.snapshot_asked = None
    try:
        take_snapshot(SYSTEM, survey, filters)
    except DomainError:  # answers were withdrawn meanwhile; the page says what is missing
        log.info("Umfrage %s: Der Stand wurde nicht aufgenommen", survey.id)
    return True


def take_snapshot(actor: Actor, survey: Survey, filters: Sequence[int]) -> Snapshot:
    """The figures of now, protected. `filters`: up to two questions to look at groups by.
    Raises Conflict below `k_total` answers, or where too few have come since the last one."""
    rules.require_may_publish(actor, survey)
    plan, whole = plan_of(survey), whole_counts(survey)
    _require_enough(survey, whole)
    chosen = _checked_filters(plan, filters)
    print_ = fingerprint(whole)
    last = latest(survey.id)
    _require_distance(survey, last, whole, print_)
    views = public_views(
        publishable(plan), whole, _splits(survey, plan, chosen), survey.k_min, survey.k_total
    )
    snapshot = Snapshot(
        survey_id=survey.id,
        taken_at=now(),
        total=int(whole.n),
        data={
            "version": survey.current_version,
            "print": print_,
            "filters": list(chosen),
            "views": {
                name: {"n": view.n, "figures": [dump(figure) for figure in view.figures]}
                for name, view in views.items()
            },
            "places": _places(survey, plan),
        },
    )
    db.session.add(snapshot)
    db.session.flush()
    announce(actor, survey, "survey.results.snapshot")
    return snapshot


def publish(actor: Actor, survey: Survey, choice: Choice) -> None:
    """Show these questions of the latest snapshot. Raises Conflict where there is none yet."""
    rules.require_may_publish(actor, survey)
    if latest(survey.id) is None:
        raise Conflict("Bitte nehmen Sie zuerst einen Stand auf.")
    known = {question.key for question in publishable(plan_of(survey))}
    chosen = choice.questions & known
    if not chosen:
        raise Invalid("Bitte wählen Sie mindestens eine Frage aus.", field="questions")
    old = published(survey.id)
    for key in old.keys() - chosen - {WHOLE}:
        db.session.delete(old[key])
    for key in (WHOLE, *sorted(chosen)):
        row = old.get(key) or PublishedQuestion(survey_id=survey.id, question_key=key)
        _write(row, choice.outcomes.get(key, ""))
        db.session.add(row)
    db.session.flush()
    _show(actor, survey)
    announce(actor, survey, "survey.results.publish", Fact.CHANGED)


def withdraw(actor: Actor, survey: Survey) -> None:
    """Show nothing any more. Snapshots stay: the next one keeps its distance from them."""
    rules.require_may_publish(actor, survey)
    db.session.execute(delete(PublishedQuestion).where(PublishedQuestion.survey_id == survey.id))
    survey.results_at = survey.results_changed_at = None
    telling.take_back_results(survey)
    free_texts.note_public(survey)
    announce(actor, survey, "survey.results.withdraw", Fact.CHANGED)


def _show(actor: Actor, survey: Survey) -> None:
    """Who follows the project hears of it the first time; released texts can be found now."""
    survey.results_changed_at = now()
    if survey.results_at is None:
        survey.results_at = survey.results_changed_at
        telling.tell_results(actor, survey)
    free_texts.note_public(survey)


def figures_in(snapshot: Snapshot, view: str = "") -> tuple[int, list[Figure]] | None:
    """How many answers a view is about, and its figures; None for a view that there is not."""
    found = snapshot.data["views"].get(view)
    if found is None:
        return None
    return found["n"], [load(figure) for figure in found["figures"]]


def groups_in(snapshot: Snapshot) -> dict[int, list[int]]:
    """By the question a filter goes by: the groups one may look at."""
    found: dict[int, list[int]] = {int(item): [] for item in snapshot.data["filters"]}
    for name in snapshot.data["views"]:
        item, _, code = name.partition(".")
        if code:
            found.setdefault(int(item), []).append(int(code))
    return {item: codes for item, codes in found.items() if codes}


def fingerprint(counts: Counts) -> str:
    """Changes with every answer, also with one that was changed afterwards."""
    cells = sorted(
        (item, code, n, counts.key_of(item, code))
        for item, codes in counts.codes.items()
        for code, n in codes.items()
    )
    numbers = sorted((at, sorted(values.items())) for at, values in counts.numbers.items())
    return hashlib.sha256(repr((cells, numbers)).encode()).hexdigest()


def missing_until_next(survey: Survey) -> int:
    """How many more answers a new snapshot needs; 0 when one may be taken."""
    whole, last = whole_counts(survey), latest(survey.id)
    if last is None:
        return max(0, survey.k_total - int(whole.n))
    is_same = last.data["print"] == fingerprint(whole)
    return 0 if is_same else max(0, survey.k_min - abs(int(whole.n) - last.total))


def _require_enough(survey: Survey, whole: Counts) -> None:
    if whole.n < survey.k_total:
        raise Conflict(
            "Veröffentlicht wird ab %(least)s Antworten; bisher sind es %(n)s.",
            least=survey.k_total,
            n=int(whole.n),
        )


def _require_distance(survey: Survey, last: Snapshot | None, whole: Counts, print_: str) -> None:
    if last is None or last.data["print"] == print_:
        return
    if abs(int(whole.n) - last.total) < survey.k_min:
        raise Conflict(
            "Seit dem letzten Stand hat sich zu wenig geändert: Wer beide vergleicht, könnte"
            " einzelne Antworten erkennen. Ein neuer Stand braucht mindestens %(k)s neue.",
            k=survey.k_min,
        )


def _checked_filters(plan: Plan, filters: Sequence[int]) -> list[int]:
    known = {question.key for question in filterable(plan)}
    chosen = [key for key in dict.fromkeys(filters) if key in known]
    if len(chosen) > MAX_FILTERS:
        raise Invalid("Bitte wählen Sie höchstens zwei Fragen.", field="filters")
    return chosen


def _splits(survey: Survey, plan: Plan, filters: Sequence[int]) -> Iterable[Split]:
    frame = Frame(survey, plan) if filters else None
    for item in filters:
        if frame:
            yield Split(item, split_in(plan, frame, item, REST))


def _places(survey: Survey, plan: Plan) -> dict[str, Any]:
    found = {}
    everybody = Selection(survey, plan, Filter())
    for question in plan.questions.values():
        if isinstance(question, Place):
            points = everybody.points(question.key)
            if len(points) >= survey.k_total:
                found[str(question.key)] = geojson(heat(points, survey.k_min), survey.k_min)
    return found


def _write(row: PublishedQuestion, outcome: str) -> None:
    if len(outcome) > MAX_OUTCOME:
        raise Invalid("Bitte höchstens %(n)s Zeichen.", field=f"outcome-{row.question_key}",
                      n=MAX_OUTCOME)  # fmt: skip
    rendered = text.render(outcome) if outcome.strip() else None
    row.outcome = outcome.strip()
    row.html = rendered.html if rendered else ""
    row.plain = rendered.plain if rendered else ""
