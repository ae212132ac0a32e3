"""Projects made by the office's own verbs, ready to be published."""

from datetime import timedelta

from sqlalchemy import select

from beteiligung.project.models import Project
from beteiligung.project.service import phases, states, writing
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.scope import Act, Scope

DAY = timedelta(days=1)
SLUG = "radweg-an-der-kaimauer"
PATH = f"/beteiligung/{SLUG}"
EDIT = f"{PATH}/bearbeiten"


def make_phase_input(start: int = -1, end: int = 12, *acts: Act) -> phases.PhaseInput:
    return phases.PhaseInput(
        "Strecke wählen", "", now() + start * DAY, now() + end * DAY, acts or (Act.DISCUSS,)
    )


def make_ready(planner: Actor, title: str = "Radweg an der Kaimauer") -> Project:
    """A draft that lacks nothing."""
    project = writing.create_project(planner, title, "Ein Weg für alle.")
    basics = writing.Basics(
        title=title,
        summary="Ein Weg für alle.",
        text="# Worum es geht\n\nEin **Weg**.",
        office="Tiefbauamt",
        contact_name="Jana Petersen",
        contact_phone="04555 01 45",
        contact_email="",
        place="Hafenstraße",
        point=(54.0587, 10.4021),
    )
    writing.save_basics(planner, project, basics)
    writing.save_framework(
        planner, project, decidable=["der Weg"], fixed=["das Geld"], decider="Der Rat"
    )
    phases.add_phase(planner, project, make_phase_input())
    return project


def make_public(planner: Actor) -> str:
    query = select(Project).join(Scope, Scope.id == Project.scope_id).where(Scope.slug == SLUG)
    project = db.session.scalars(query).one()
    project.scope = db.session.get_one(Scope, project.scope_id)
    states.publish(planner, project)
    path = project.scope.path
    db.session.commit()
    return path
