"""What the search offers to everybody is what was decided, never what was taken back."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from beteiligung.project.models import Project
from beteiligung.project.service import erasure, moderating, redacting, states
from beteiligung.project.service import writing as forms
from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.content import Redaction
from kern.db import db, writing
from kern.scope import Moderation, Visibility
from kern.town import Town
from portal.suche.places import Offer, _read, offer_for
from tests.beteiligung.projects import make_ready
from tests.builders import make_actor, make_project

AROUND = pytest.mark.parametrize("around", [writing, nullcontext])


def offered() -> list[str]:
    return [choice.title for choice in offer_for(GUEST).projects]


@AROUND
def test_a_project_that_was_taken_back_is_not_offered(
    town: Town, around: Callable[[], AbstractContextManager[None]]
) -> None:
    assert offered() == []
    db.session.rollback()

    with around():
        make_project(title="Nie gebaut")
        assert offered() == ["Nie gebaut"], "who makes it sees it"
        db.session.rollback()
    with around():
        make_project(title="Laubengang")
        db.session.commit()

    assert offered() == ["Laubengang"]


TITLE = "Der Laubengang von Petersen"
POINT = (54.0587, 10.4021)


def rewrite(planner: Actor, project: Project, **changes: Any) -> None:
    basics: dict[str, Any] = {
        "title": TITLE,
        "summary": "Ein Gang für alle.",
        "text": "Ein **Gang**.",
        "office": "Tiefbauamt",
        "contact_name": "Jana Petersen",
        "contact_phone": "04555 01 45",
        "contact_email": "",
        "place": "Hafenstraße",
        "point": POINT,
    }
    forms.save_basics(planner, project, forms.Basics(**(basics | changes)))


def close_to(planner: Actor, project: Project) -> None:
    forms.save_access(planner, project, visibility=Visibility.INVITED, moderation=Moderation.BEFORE)


def put_away(planner: Actor, project: Project) -> None:
    states.close(planner, project, "Er ist gebaut.")
    states.archive(planner, project)


def hide(_planner: Actor, project: Project) -> None:
    moderating.hide(project, make_actor(Role.MODERATOR), 3)


def redact(_planner: Actor, project: Project) -> None:
    """From the title, and with it from the address, which nothing else changes."""
    left = Redaction(redacting.source_of(project, []), "Der Laubengang von")
    redacting.redact(project, make_actor(Role.MODERATOR), left)


def erase_author(_planner: Actor, project: Project) -> None:
    assert project.author_id is not None
    erasure.erase_author(project.author_id, _keep=True)


CHANGES: Mapping[str, Callable[[Actor, Project], None]] = {
    "title": lambda planner, one: rewrite(planner, one, title="Der Laubengang am Markt"),
    "label of the place": lambda planner, one: rewrite(planner, one, place="Am Markt"),
    "no label": lambda planner, one: rewrite(planner, one, place=""),
    "place": lambda planner, one: rewrite(planner, one, point=(54.1, 10.5)),
    "no place": lambda planner, one: rewrite(planner, one, place="", point=None),
    "readers": close_to,
    "archive": put_away,
    "hide": hide,
    "redact": redact,
    "author": erase_author,
}
UNSEEN = {"archive", "author"}  # of them the search says nothing


def said(offer: Offer) -> tuple[object, ...]:
    return offer.projects, offer.spots, offer.spot_lines.html


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_offered_is_as_projects_and_their_places_are_now(town: Town, name: str) -> None:
    planner = make_actor(Role.PLANNER)
    project = make_ready(planner, TITLE)
    states.publish(planner, project)
    db.session.commit()
    before = said(offer_for(GUEST))
    assert "Hafenstraße" in str(before)

    CHANGES[name](planner, moderating.get_project(project.id))
    db.session.commit()
    after = said(offer_for(GUEST))

    assert after == said(_read(GUEST))
    assert (after == before) == (name in UNSEEN)


def test_a_project_that_is_shown_again_is_offered_again(town: Town) -> None:
    planner = make_actor(Role.PLANNER)
    project = make_ready(planner, TITLE)
    states.publish(planner, project)
    hide(planner, project)
    db.session.commit()
    assert offered() == []

    moderating.restore(moderating.get_project(project.id), make_actor(Role.MODERATOR))
    db.session.commit()

    assert offered() == [TITLE]
