"""Announce a change: protocol, copy of the page, outbox. The last line of every verb."""

from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service.page import refresh_page
from kern import audit, outbox
from kern.actor import Actor
from kern.content import Ref
from kern.moderation.cases import find_open
from kern.moderation.models import CaseKind
from kern.scope import SCOPE_KEY, ScopeState

REWRITES = frozenset(
    {
        *("project.edit", "project.picture", "project.phases", "project.news"),
        *("project.meetings", "project.documents", "project.result"),
    }
)
"""Acts after which it reads otherwise."""
PROJECTS = "projects"  # the revision key of everything that lists projects


def ref_of(project: Project) -> Ref:
    return Ref(PROJECT_KEY, project.id)


def announce(
    actor: Actor, project: Project, act: str, fact: outbox.Fact = outbox.Fact.CHANGED
) -> None:
    """`act` is a name such as "project.publish"."""
    if act in REWRITES:
        project.revision += 1
        _carry_on(project)
    refresh_page(project)
    audit.record(actor, act, str(ref_of(project)))
    outbox.note(PROJECT_KEY, project.id, fact, touches=[PROJECTS, f"scope:{project.scope_id}"])


def _carry_on(project: Project) -> None:
    """What waits for release waits as it reads now."""
    if project.scope.state == ScopeState.SUBMITTED:
        case = find_open(ref_of(project), CaseKind.RELEASE)
        if case is not None:
            case.revision = project.revision


def announce_readers(project: Project) -> None:
    """Who may read has changed, and with it everything that belongs to the project."""
    outbox.note(SCOPE_KEY, project.scope_id)
