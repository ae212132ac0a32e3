"""A project at the desk: handed in by who may not publish, released, refused, hidden, restored."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.service import telling
from beteiligung.project.service.changes import ref_of
from beteiligung.project.service.states import enter, publish_now, require_complete
from kern.actor import Actor
from kern.clock import now
from kern.content import Verdict
from kern.db import db
from kern.errors import Conflict, NotFound
from kern.moderation.cases import open_case, withdraw_cases
from kern.moderation.desk import Reason, reason_for
from kern.moderation.models import CaseKind
from kern.outbox import Fact
from kern.scope import ScopeState

MOVED_ON = "Inzwischen gibt es eine neuere Fassung. Bitte lesen Sie zuerst diese."


def get_project(project_id: int) -> Project:
    query = select(Project).where(Project.id == project_id)
    project = db.session.scalar(query.options(joinedload(Project.scope)))
    if project is None:
        raise NotFound("Dieses Projekt gibt es nicht.")
    return project


def submit(actor: Actor, project: Project) -> None:
    """Hand in a draft for release. Raises Incomplete while something is missing."""
    rules.require_may_edit(actor, project.scope)
    rules.require_transition(project.scope.state, ScopeState.SUBMITTED)
    require_complete(project)
    project.author_id = actor.party_id
    enter(actor, project, ScopeState.SUBMITTED, "project.submit")
    open_case(
        CaseKind.RELEASE,
        ref_of(project),
        project.revision,
        scope_id=project.scope_id,
        author_id=project.author_id,
    )


def take_back(actor: Actor, project: Project) -> None:
    """It is a draft again; nobody needs to decide."""
    rules.require_may_edit(actor, project.scope)
    if project.scope.state != ScopeState.SUBMITTED:
        raise Conflict("Dieses Projekt wartet nicht auf Freigabe.")
    withdraw_cases(ref_of(project), (CaseKind.RELEASE,))
    enter(actor, project, ScopeState.DRAFT, "project.unsubmit")


def decide(project: Project, revision: int, actor: Actor, verdict: Verdict) -> None:
    """About the project as the moderator read it. Raises Conflict when it was changed since."""
    rules.require_may_decide(actor, project.scope)
    if project.scope.state != ScopeState.SUBMITTED or revision != project.revision:
        raise Conflict(MOVED_ON)
    if verdict is Verdict.REJECT:
        enter(actor, project, ScopeState.DRAFT, "project.reject")
        return
    if verdict is Verdict.RELEASE_WITHOUT_PICTURE:
        project.refused_picture_id, project.picture_id = project.picture_id, None
    publish_now(actor, project)
    if verdict is Verdict.RELEASE:
        telling.tell_released(project)


def reopen(project: Project, revision: int, actor: Actor) -> None:
    """Take the decision back: it waits again."""
    rules.require_may_decide(actor, project.scope)
    if revision != project.revision:
        raise Conflict(MOVED_ON)
    rules.require_transition(project.scope.state, ScopeState.SUBMITTED)
    project.published_at = None
    if project.refused_picture_id is not None:
        project.picture_id, project.refused_picture_id = project.refused_picture_id, None
    enter(actor, project, ScopeState.SUBMITTED, "project.undecide", Fact.HIDDEN)
    telling.take_back_release(project)


def hide(project: Project, actor: Actor, rule: int | None) -> None:
    """With everything that belongs to it; a tombstone says why."""
    rules.require_may_hide(actor, project.scope)
    rules.require_transition(project.scope.state, ScopeState.HIDDEN)
    project.hidden_from, project.hidden_at = project.scope.state, now()
    project.hidden_rule = rule
    enter(actor, project, ScopeState.HIDDEN, "project.hide", Fact.HIDDEN)


def restore(project: Project, actor: Actor) -> None:
    """As it was before, whether it ran or was closed."""
    rules.require_may_hide(actor, project.scope)
    if project.scope.state != ScopeState.HIDDEN:
        raise Conflict("Das ist nicht ausgeblendet.")
    state = project.hidden_from or ScopeState.CLOSED
    project.hidden_from = project.hidden_at = project.hidden_rule = None
    enter(actor, project, state, "project.restore")


def reason_of(project: Project) -> Reason | None:
    """Why it was refused or hidden, for those who edit it; None when it was neither."""
    if project.scope.state not in {ScopeState.DRAFT, ScopeState.HIDDEN}:
        return None
    return reason_for(ref_of(project))
