"""The life of a project: draft, published, closed, archived, and the way back."""

from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.service import telling
from beteiligung.project.service.changes import announce, announce_readers, ref_of
from beteiligung.project.service.windows import write_windows
from beteiligung.project.service.writing import list_gaps, share_files
from kern import text
from kern.actor import Actor
from kern.clock import now
from kern.errors import Conflict, DomainError, Invalid
from kern.ids import new_token
from kern.moderation.cases import withdraw_cases
from kern.moderation.models import CaseKind
from kern.outbox import Fact
from kern.scope import UNSHOWN, ScopeState


class Incomplete(DomainError):
    """Publishing is refused; `gaps` says what is missing."""

    status = 422

    def __init__(self, gaps: list[rules.Gap]) -> None:
        super().__init__("Bevor das Projekt öffentlich wird, fehlt noch etwas.")
        self.gaps = gaps


def publish(actor: Actor, project: Project) -> None:
    """Raises Incomplete while something is missing. Who may publish needs nobody's release."""
    rules.require_may_publish(actor, project.scope)
    rules.require_drafted(project.scope.state)
    require_complete(project)
    withdraw_cases(ref_of(project), (CaseKind.RELEASE,))
    publish_now(actor, project)


def require_complete(project: Project) -> None:
    found = list_gaps(project)
    if found:
        raise Incomplete(found)


def publish_now(actor: Actor, project: Project) -> None:
    """Whoever decided that; the caller has asked."""
    project.published_at = project.published_at or now()
    project.closed_at, project.preview_nonce = None, ""
    enter(actor, project, ScopeState.PUBLISHED, "project.publish")


def close(actor: Actor, project: Project, result: str) -> None:
    """The end of participation; says in public what came of it."""
    rules.require_may_publish(actor, project.scope)
    rules.require_transition(project.scope.state, ScopeState.CLOSED)
    write_result(project, result)
    project.closed_at = now()
    enter(actor, project, ScopeState.CLOSED, "project.close")
    telling.tell_closed(actor, project)


def change_result(actor: Actor, project: Project, result: str) -> None:
    """What came of it, in other words; of a part of it also while the project runs."""
    rules.require_may_publish(actor, project.scope)
    rules.require_begun(project.scope.state)
    write_result(project, result)
    announce(actor, project, "project.result")


def write_result(project: Project, result: str) -> None:
    if not result.strip():
        raise Invalid("Bitte sagen Sie, was daraus geworden ist.", field="result")
    rendered = text.render(result, headings=True, max_length=rules.MAX_RESULT)
    project.result, project.result_html = result.strip(), text.outline(rendered.html, 3)


def reopen(actor: Actor, project: Project) -> None:
    """Closed too early: participation goes on, as its phases say."""
    rules.require_may_publish(actor, project.scope)
    _require_state(project, ScopeState.CLOSED)
    project.closed_at = None
    enter(actor, project, ScopeState.PUBLISHED, "project.reopen")


def archive(actor: Actor, project: Project) -> None:
    """Stays readable and findable, but leaves the list of what is finished."""
    rules.require_may_publish(actor, project.scope)
    rules.require_transition(project.scope.state, ScopeState.ARCHIVED)
    enter(actor, project, ScopeState.ARCHIVED, "project.archive")


def bring_back(actor: Actor, project: Project) -> None:
    """Out of the archive."""
    rules.require_may_publish(actor, project.scope)
    _require_state(project, ScopeState.ARCHIVED)
    enter(actor, project, ScopeState.CLOSED, "project.unarchive")


def renew_preview(actor: Actor, project: Project) -> None:
    """A new link; the old one ends."""
    rules.require_may_edit(actor, project.scope)
    project.preview_nonce = new_token()
    announce(actor, project, "project.preview")


def end_preview(actor: Actor, project: Project) -> None:
    rules.require_may_edit(actor, project.scope)
    project.preview_nonce = ""
    announce(actor, project, "project.preview")


def _require_state(project: Project, state: ScopeState) -> None:
    """Of two ways into a state, the one that this verb means."""
    if project.scope.state != state:
        raise Conflict("Inzwischen hat sich etwas geändert. Bitte laden Sie die Seite neu.")


def enter(
    actor: Actor, project: Project, state: ScopeState, act: str, fact: Fact = Fact.CHANGED
) -> None:
    """Other people may read it now: with the state change windows, files, and who is told."""
    scope = project.scope
    rules.require_transition(scope.state, state)
    was_shown = scope.state not in UNSHOWN
    scope.state = state
    write_windows(project)
    if was_shown != (state not in UNSHOWN):
        share_files(project)
        announce_readers(project)
    announce(actor, project, act, fact)
