"""Published places of a survey lie on the map of its project, protected as on the result."""

import pytest
from flask import Flask
from sqlalchemy import update

from kern.actor import Actor
from kern.db import db
from kern.town import Town
from tests.builders import make_project
from tests.conftest import CountQueries
from tests.umfragen.made import make_open_survey
from tests.umfragen.results.conftest import fill, keys_of, questions
from tests.visitors import Visitor
from umfragen.models import Survey
from umfragen.results import publication
from umfragen.results.layers import places_of
from umfragen.results.publication import Choice


@pytest.fixture
def survey(town: Town) -> Survey:
    project = make_project()
    return make_open_survey(questions(), scope=project.scope)


def publish(planner: Actor, survey: Survey, *names: str) -> None:
    survey, keys = db.session.merge(survey), keys_of(survey)
    publication.take_snapshot(planner, survey, [])
    chosen = frozenset(keys[name] for name in names)
    publication.publish(planner, survey, Choice(chosen, {}))
    db.session.commit()


def test_a_project_shows_where_people_put_a_point_once_that_is_published(
    app: Flask, survey: Survey, planner: Actor
) -> None:
    path, reader = survey.scope.path, Visitor(app)
    fill(survey, 60)
    assert "Sechsecke" not in reader.get(path).text
    publish(planner, survey, "rad")
    assert "Sechsecke" not in reader.get(path).text
    publish(planner, survey, "platz")
    page = reader.get(path).text
    assert "Die Sechsecke zeigen" in page
    assert "data-map-shapes" in page
    assert "leaflet" in page
    assert f"/umfragen/{survey.slug}/ergebnis#frage-{keys_of(survey)['platz']}" in page
    publication.withdraw(planner, db.session.merge(survey))
    db.session.commit()
    assert "Sechsecke" not in reader.get(path).text


def test_a_project_asks_once_per_page_for_its_surveys(
    app: Flask, survey: Survey, planner: Actor, count_queries: CountQueries
) -> None:
    path, reader = survey.scope.path, Visitor(app)
    fill(survey, 60)
    publish(planner, survey, "platz")

    for title in ("Wo fehlt eine Bank?", "Wo fehlt Schatten?"):
        db.session.execute(update(Survey).values(title=title))
        db.session.commit()
        with count_queries() as found:
            page = reader.get(path).text
        assert "Die Sechsecke zeigen" in page
        assert title in page, "made anew, and not kept"
        assert sum("FROM umfragen_survey" in one for one in found) == 1


def test_no_hexagon_on_the_map_stands_for_a_few(survey: Survey, planner: Actor) -> None:
    fill(survey, 60)
    publish(planner, survey, "platz")
    found = list(places_of([survey]))
    counts = [one["properties"]["n"] for one in found[0].shapes["features"]]
    assert counts
    assert all(n >= 5 and n % 5 == 0 for n in counts)
