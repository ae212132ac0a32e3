"""Announce a change: protocol, copy of the page, outbox. The last line of every verb."""

from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service.page import refresh_page
from kern import audit, outbox
from kern.actor import Actor
from kern.content import Ref
from kern.scope import SCOPE_KEY

PROJECTS = "projects"  # the revision key of everything that lists projects


def ref_of(project: Project) -> Ref:
    return Ref(PROJECT_KEY, project.id)


def announce(
    actor: Actor, project: Project, act: str, fact: outbox.Fact = outbox.Fact.CHANGED
) -> None:
    """`act` is a name such as "project.publish"."""
    refresh_page(project)
    audit.record(actor, act, str(ref_of(project)))
    outbox.note(PROJECT_KEY, project.id, fact, touches=[PROJECTS, f"scope:{project.scope_id}"])


def announce_readers(project: Project) -> None:
    """Who may read has changed, and with it everything that belongs to the project."""
    outbox.note(SCOPE_KEY, project.scope_id)
