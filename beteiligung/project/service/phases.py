"""Phases: added, changed, removed, always in order of their beginning, with their windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_, select

from beteiligung.project import rules
from beteiligung.project.models import Phase, Project
from beteiligung.project.service.changes import announce
from beteiligung.project.service.page import list_phases
from beteiligung.project.service.windows import write_windows
from beteiligung.project.service.writing import kept_complete
from kern import text
from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid, NotFound
from kern.scope import Act

_NEVER = datetime.max.replace(tzinfo=UTC)
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PhaseInput:
    """`closes_at` is exclusive."""

    title: str
    note: str
    opens_at: datetime | None
    closes_at: datetime | None
    acts: Sequence[Act]


def get_phase(project: Project, phase_id: int) -> Phase:
    query = select(Phase).where(Phase.id == phase_id, Phase.project_id == project.id)
    phase = db.session.scalar(query)
    if phase is None:
        raise NotFound("Diese Phase gibt es nicht.")
    return phase


def titles_at(scope_ids: Sequence[int], at: datetime) -> dict[int, str]:
    """Scope id -> title of the phase its project is in; of several at once the one begun last."""
    query = (
        select(Project.scope_id, Phase.title)
        .join(Phase, Phase.project_id == Project.id)
        .where(
            Project.scope_id.in_(scope_ids),
            or_(Phase.opens_at.is_(None), Phase.opens_at <= at),
            or_(Phase.closes_at.is_(None), Phase.closes_at > at),
        )
        .order_by(Phase.position)
    )
    return dict(db.session.execute(query).all())


def add_phase(actor: Actor, project: Project, given: PhaseInput) -> Phase:
    rules.require_may_edit(actor, project.scope)
    if len(list_phases(project.id)) >= rules.MAX_PHASES:
        raise Conflict("Mehr Phasen kann ein Projekt nicht haben.")
    phase = Phase(project_id=project.id, position=0, title="")
    _fill(phase, given)
    db.session.add(phase)
    _order(project)
    announce(actor, project, "project.phases")
    return phase


def change_phase(actor: Actor, project: Project, phase: Phase, given: PhaseInput) -> None:
    rules.require_may_edit(actor, project.scope)
    with kept_complete(project):
        _fill(phase, given)
        _order(project)
    announce(actor, project, "project.phases")


def remove_phase(actor: Actor, project: Project, phase: Phase) -> None:
    rules.require_may_edit(actor, project.scope)
    with kept_complete(project):
        db.session.delete(phase)
        _order(project)
    announce(actor, project, "project.phases")


def _fill(phase: Phase, given: PhaseInput) -> None:
    rules.require_order(given.opens_at, given.closes_at)
    phase.title = text.clean_line(given.title, rules.MAX_TITLE)
    if not phase.title:
        raise Invalid("Bitte geben Sie der Phase einen Namen.", field="title")
    if given.acts and given.opens_at is None and given.closes_at is None:
        raise Invalid("Wer etwas tun kann, muss wissen, bis wann.", field="ends_on")
    phase.note = text.clean_line(given.note, 300)
    phase.opens_at, phase.closes_at = given.opens_at, given.closes_at
    phase.acts = [act.value for act in Act if act in given.acts]


def _order(project: Project) -> None:
    db.session.flush()
    ordered = sorted(list_phases(project.id), key=_place)
    for position, phase in enumerate(ordered, start=1):
        phase.position = position
    db.session.flush()
    write_windows(project)


def _place(phase: Phase) -> tuple[datetime, datetime, int]:
    """By beginning, then by end; what has no date comes last."""
    closes = phase.closes_at or _NEVER
    if phase.opens_at is None:
        return (_NEVER if phase.closes_at is None else _ALWAYS), closes, phase.id
    return phase.opens_at, closes, phase.id
