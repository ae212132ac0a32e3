"""Surveys in a town, made by the services as an office makes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.scope import Scope, town_scope
from tests.builders import make_actor
from tests.umfragen.surveys import Doc, make_survey, options, question, rows
from umfragen import service
from umfragen.models import Level, Survey
from umfragen.service import Receipt, Settings
from umfragen.store import inbox

FULL = Settings(office="Grünflächenamt", contact="Jana Petersen, 04321 99")
FAR = datetime(2031, 3, 30, 22, tzinfo=UTC)


def playground() -> list[Doc]:
    """A question of each form that is counted in its own way."""
    return [
        question("single", "weg", options=options("rad", "bus", "fuss"), other={}),
        question("multiple", "was", options=options("bank", "baum", "rutsche")),
        question("ranking", "folge", options=options("x", "y", "z")),
        question("matrix", "gut", rows=rows("licht", "weg"), columns=options("ja", "nein")),
        question("number", "alter", low=0, high=120),
        question("long_text", "wunsch"),
    ]


def make_open_survey(
    *pages: list[Doc],
    level: Level = Level.OPEN,
    settings: Settings = FULL,
    scope: Scope | None = None,
    closes_at: datetime | None = None,
    actor: Actor | None = None,
    title: str = "Spielplatz Ahornweg",
    **more: Any,
) -> Survey:
    actor = actor or make_actor(Role.PLANNER)
    survey = make_draft(*pages, settings=settings, scope=scope, actor=actor, title=title, **more)
    service.save_dates(actor, survey, None, closes_at or now() + timedelta(days=30))
    service.save_access(actor, survey, level)
    service.publish_version(actor, survey)
    service.open_survey(actor, survey)
    db.session.flush()
    return survey


def make_draft(
    *pages: list[Doc],
    settings: Settings = FULL,
    scope: Scope | None = None,
    actor: Actor | None = None,
    title: str = "Spielplatz Ahornweg",
    **more: Any,
) -> Survey:
    actor = actor or make_actor(Role.PLANNER)
    definition = make_survey(*(pages or (playground(),)), title=title, **more)
    survey = service.create_survey(actor, scope or town_scope(), title, definition=definition)
    service.save_settings(actor, survey, settings)
    return survey


def key(survey: Survey, name: str) -> int:
    """Of the item a variable of this name looks at, or of the question."""
    plan = service.plan_of(survey)
    if name in plan.names.by_name:
        return plan.names.by_name[name].item
    return next(key for key, found in plan.questions.items() if found.name == name)


def answer(survey: Survey, *, admission: str = "", **answers: Any) -> Receipt:
    """One person's answers, by name."""
    token = begun(survey, **answers)
    return service.submit(survey, token, admission=admission)


def begun(survey: Survey, **answers: Any) -> str:
    token = service.start(survey)
    service.save(survey, token, {key(survey, name): value for name, value in answers.items()})
    return token


def empty_inbox(survey: Survey) -> None:
    inbox.move(survey, service.plan_of(survey), keep=0)
