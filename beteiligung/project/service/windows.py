"""Phases written out as windows of the scope, so that no other room needs the project's tables."""

from beteiligung.project.models import Project
from beteiligung.project.rules import RUNS
from beteiligung.project.service.page import list_phases
from kern.scope import Act, Window, replace_windows


def write_windows(project: Project) -> None:
    """One window per phase and act; none at all once the project is closed."""
    phases = list_phases(project.id) if project.scope.state in RUNS else []
    replace_windows(
        project.scope_id,
        [
            Window(act=Act(act), opens_at=phase.opens_at, closes_at=phase.closes_at)
            for phase in phases
            for act in phase.acts
            if phase.opens_at is not None or phase.closes_at is not None
        ],
    )
