"""Rows of the table of rights: results of surveys, for the office and for everybody."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.actor import SYSTEM
from kern.db import db
from tests.rights_rows import Row, Visit, everybody, only
from tests.umfragen.made import make_open_survey
from tests.umfragen.results.conftest import fill, keys_of, questions
from tests.umfragen.surveys import question
from umfragen.models import FreeText, FreeTextState, Margin, Survey
from umfragen.results import publication
from umfragen.results.publication import Choice


def _survey(n: int = 0) -> Survey:
    survey = make_open_survey(questions(), actor=SYSTEM)
    if n:
        fill(survey, n, wunsch="Bänke")
    return survey


def _open(_visit: Visit) -> Mapping[str, Any]:
    return {"slug": _survey().slug}


def _filled(_visit: Visit) -> Mapping[str, Any]:
    return {"slug": _survey(20).slug}


def _taken(_visit: Visit) -> Mapping[str, Any]:
    survey = _survey(20)
    publication.take_snapshot(SYSTEM, survey, [])
    return {"slug": survey.slug}


def _shown(_visit: Visit) -> Mapping[str, Any]:
    return {"slug": _published().slug}


def _published() -> Survey:
    survey = _survey(20)
    publication.take_snapshot(SYSTEM, survey, [])
    publication.publish(SYSTEM, survey, Choice(frozenset(keys_of(survey).values()), {}))
    return survey


def _text(_visit: Visit) -> Mapping[str, Any]:
    survey = _published()
    text = db.session.scalars(select(FreeText).where(FreeText.survey_id == survey.id)).first()
    assert text
    text.state = FreeTextState.PUBLIC
    return {"slug": survey.slug, "item": text.item_key}


def _place(_visit: Visit) -> Mapping[str, Any]:
    survey = _survey()
    return {"slug": survey.slug, "key": keys_of(survey)["platz"]}


def _upload(_visit: Visit) -> Mapping[str, Any]:
    survey = make_open_survey([question("files", "foto")], actor=SYSTEM)
    return {"slug": survey.slug, "key": keys_of(survey)["foto"]}


def _file(_visit: Visit) -> Mapping[str, Any]:
    return {"slug": _survey(20).slug, "kind": "csv"}


def _margin(_visit: Visit) -> Mapping[str, Any]:
    survey = _survey()
    item = keys_of(survey)["rad"]
    db.session.add(Margin(survey_id=survey.id, item_key=item, code=1, people=5))
    return {"slug": survey.slug, "item": item}


def _newest(make: Callable[[Survey], Mapping[str, Any]]) -> Callable[[Visit], Mapping[str, Any]]:
    """A form about the survey the address was made for."""

    def data(_visit: Visit) -> Mapping[str, Any]:
        survey = db.session.scalars(select(Survey).order_by(Survey.id.desc())).first()
        assert survey
        return make(survey)

    return data


def _lines(survey: Survey) -> Mapping[str, Any]:
    return {"item": keys_of(survey)["rad"], "figures": "Ja;10\nNein;20"}


def _theme(survey: Survey) -> Mapping[str, Any]:
    query = select(FreeText.id).where(FreeText.survey_id == survey.id)
    return {"tun": "thema", "name": "Grün", "text": db.session.scalars(query).first()}


def _question(survey: Survey) -> Mapping[str, Any]:
    return {"question": keys_of(survey)["rad"]}


planners = partial(only, Role.PLANNER, Role.ADMINISTRATOR)

RESULTS: dict[tuple[str, str], Row] = {
    ("ergebnisse.overview", "GET"): planners(status=200, values=_open),
    ("ergebnisse.cross", "GET"): planners(status=200, values=_open),
    ("ergebnisse.course", "GET"): planners(status=200, values=_open),
    ("ergebnisse.places", "GET"): planners(status=200, values=_place),
    ("ergebnisse.attachments", "GET"): planners(status=200, values=_upload),
    ("ergebnisse.free_texts", "GET"): planners(status=200, values=_open),
    ("ergebnisse.sort_texts", "POST"): planners(status=303, values=_filled, data=_newest(_theme)),
    ("ergebnisse.weights", "GET"): planners(status=200, values=_open),
    ("ergebnisse.add_margin", "POST"): planners(status=303, values=_open, data=_newest(_lines)),
    ("ergebnisse.remove_margin", "POST"): planners(status=303, values=_margin),
    ("ergebnisse.publish_page", "GET"): planners(status=200, values=_open),
    ("ergebnisse.take_snapshot", "POST"): planners(status=303, values=_filled),
    ("ergebnisse.publish", "POST"): planners(status=303, values=_taken, data=_newest(_question)),
    ("ergebnisse.withdraw", "POST"): planners(status=303, values=_shown),
    ("ergebnisse.office_files", "GET"): planners(status=200, values=_open),
    ("ergebnisse.answers_file", "POST"): planners(status=200, values=_file),
    ("ergebnisse.figures_csv", "GET"): everybody(200, values=_shown),
    ("ergebnisse.figures_xlsx", "GET"): everybody(200, values=_shown),
    ("ergebnisse.open_data", "GET"): everybody(200, values=_shown),
    ("ergebnisse.result", "GET"): everybody(200, values=_shown),
    ("ergebnisse.embed", "GET"): everybody(200, values=_shown),
    ("ergebnisse.as_json", "GET"): everybody(200, values=_shown),
    ("ergebnisse.feed", "GET"): everybody(200, values=_shown),
    ("ergebnisse.public_texts", "GET"): everybody(200, values=_text),
}
