"""Rows of the table of rights: pages of people who answer a survey, the same for everybody."""

from collections.abc import Mapping
from typing import Any

from tests.rights_rows import LOGIN, Row, Visit, everybody, row
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import options, question
from umfragen import service
from umfragen.engine import first_page
from umfragen.models import Level, Survey
from umfragen.service.access import admission_for_address


def _survey(**more: Any) -> Survey:
    return make_open_survey([question("single", "q", options=options("a", "b"))], **more)


def _slug(_visit: Visit) -> Mapping[str, Any]:
    return {"slug": _survey().slug}


def _begun(_visit: Visit) -> Mapping[str, Any]:
    survey = _survey()
    return {"slug": survey.slug, "token": service.start(survey)}


def _page(_visit: Visit) -> Mapping[str, Any]:
    survey = _survey()
    token = service.start(survey)
    page = first_page(service.open_draft(survey, token).sheet())
    return {"slug": survey.slug, "token": token, "page": page}


def _door(visit: Visit) -> Mapping[str, Any]:
    survey = _survey(level=Level.ADDRESS)
    return {
        "slug": survey.slug,
        "admission": admission_for_address(survey, f"{visit.role}@lindenau.example"),
    }


def _no_code(_visit: Visit) -> Mapping[str, Any]:
    return {"code": "A"}


ANSWERING: dict[tuple[str, str], Row] = {
    ("umfragen.list_surveys", "GET"): everybody(200),
    ("umfragen.short", "GET"): everybody(302, values=_slug),
    ("umfragen.start", "GET"): everybody(200, values=_slug),
    ("umfragen.colours", "GET"): everybody(200, values=_slug),
    ("umfragen.embedded", "GET"): everybody(200, values=_slug),
    ("umfragen.begin", "POST"): everybody(303, values=_slug),
    ("umfragen.let_in", "GET"): everybody(200, values=_door),
    ("umfragen.enter", "POST"): everybody(303, values=_door),
    ("umfragen.ask_for_code", "GET"): everybody(200, values=_slug),
    ("umfragen.go_on", "POST"): everybody(422, values=_slug, data=_no_code),
    ("umfragen.page", "GET"): everybody(200, values=_page),
    ("umfragen.answer", "POST"): everybody(303, values=_page),
    ("umfragen.check", "GET"): everybody(200, values=_begun),
    ("umfragen.send", "POST"): everybody(200, values=_begun),
    ("umfragen.drop", "POST"): everybody(303, values=_begun),
    ("umfragen.receipt", "GET"): everybody(200, values=_slug),
    ("umfragen.use_receipt", "POST"): everybody(422, values=_slug, data=_no_code),
    ("umfrage_papier.sheet", "GET"): everybody(200, values=_slug),
    ("umfrage_papier.entry", "GET"): row(
        guest=LOGIN, citizen=403, moderator=200, planner=200, administrator=200, values=_slug
    ),
    ("umfrage_papier.take_entry", "POST"): row(
        guest=403,
        citizen=403,
        moderator=303,
        editor=403,
        planner=303,
        administrator=303,
        values=_slug,
        data=lambda _visit: {"quelle": "phone"},
    ),
}
