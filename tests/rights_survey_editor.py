"""Rows of the table of rights: the editor of surveys. A draft is there only for who edits it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from kern.accounts.permissions import Role
from kern.actor import SYSTEM
from kern.scope import town_scope
from tests.rights_rows import Expected, Row, Visit, only
from tests.umfragen.made import make_draft, make_open_survey
from umfragen import service
from umfragen.models import Level, Survey

_NOBODY: dict[str, Expected] = {"guest": 404, "citizen": 404, "moderator": 404}
_OFFICE = ("editor", "planner", "administrator")


def _values(survey: Survey, **more: Any) -> Mapping[str, Any]:
    return {"slug": survey.slug, **more}


def _draft(_visit: Visit) -> Mapping[str, Any]:
    return _values(make_draft())


def _question(_visit: Visit) -> Mapping[str, Any]:
    survey = make_draft()
    return _values(survey, key=next(service.draft_of(survey).questions()).key)


def _option(visit: Visit) -> Mapping[str, Any]:
    return {**_question(visit), "field": "options", "number": 1}


def _list(visit: Visit) -> Mapping[str, Any]:
    return {**_question(visit), "field": "options"}


def _quota(_visit: Visit) -> Mapping[str, Any]:
    return _values(make_draft(), number="neu")


def _condition(visit: Visit) -> Mapping[str, Any]:
    return {**_question(visit), "what": "frage"}


def _page(_visit: Visit) -> Mapping[str, Any]:
    survey = make_draft()
    return _values(survey, key=service.draft_of(survey).pages[0].key)


def _language(_visit: Visit) -> Mapping[str, Any]:
    return _values(make_draft(), language="de")


def _letters(_visit: Visit) -> Mapping[str, Any]:
    survey = make_draft()
    service.save_access(SYSTEM, survey, Level.CODE)
    return _values(survey)


def _running(_visit: Visit) -> Mapping[str, Any]:
    return _values(make_open_survey())


def _asked(_visit: Visit) -> Mapping[str, Any]:
    return {"text": "Wie?", "required": "no", "display": "list", "name": "weg"}


def _extension(_visit: Visit) -> Mapping[str, Any]:
    return {"closes_on": "2040-01-01", "reason": "Die Ferien."}


def _new(_visit: Visit) -> Mapping[str, Any]:
    return {"title": "Platz", "scope": town_scope().id, "template": "kita"}


def office(status: int, **more: Any) -> Row:
    """Who edits surveys gets this; for the others the draft is not there."""
    return Row({**_NOBODY, **dict.fromkeys(_OFFICE, status)}, **more)


def publishers(status: int, **more: Any) -> Row:
    return Row({**_NOBODY, "editor": 403, "planner": status, "administrator": status}, **more)


_seen = partial(office, 200)
_done = partial(office, 303)
_open_to_all: dict[str, Expected] = {"guest": "login", "citizen": 403, "moderator": 403}
_NAME = "umfrage_bearbeiten"
_EDITORS = (Role.EDITOR, Role.PLANNER, Role.ADMINISTRATOR)

SURVEY_EDITOR: dict[tuple[str, str], Row] = {
    (f"{_NAME}.new", "GET"): only(*_EDITORS, status=200),
    (f"{_NAME}.create", "POST"): only(*_EDITORS, status=303, data=_new),
    (f"{_NAME}.import_form", "GET"): only(*_EDITORS, status=200),
    (f"{_NAME}.import_file", "POST"): only(*_EDITORS, status=422),
    (f"{_NAME}.overview", "GET"): _seen(values=_draft),
    (f"{_NAME}.arrange", "POST"): _done(values=_draft, data=lambda _v: {"tun": "seite"}),
    (f"{_NAME}.undo", "POST"): office(409, values=_draft),
    (f"{_NAME}.redo", "POST"): office(409, values=_draft),
    (f"{_NAME}.new_question", "GET"): _seen(values=_draft),
    (f"{_NAME}.create_question", "POST"): _done(
        values=_draft, data=lambda _v: {"kind": "yes_no", "bank": ""}
    ),
    (f"{_NAME}.edit_question", "GET"): _seen(values=_question),
    (f"{_NAME}.save_question", "POST"): _done(values=_question, data=_asked),
    (f"{_NAME}.convert_question", "POST"): _done(
        values=_question, data=lambda _v: {"kind": "multiple"}
    ),
    (f"{_NAME}.edit_part", "GET"): _seen(values=_option),
    (f"{_NAME}.save_part", "POST"): _done(values=_option, data=lambda _v: {"name": "rad"}),
    (f"{_NAME}.edit_page", "GET"): _seen(values=_page),
    (f"{_NAME}.save_page", "POST"): _done(values=_page, data=lambda _v: {"title": "Heute"}),
    (f"{_NAME}.edit_condition", "GET"): _seen(values=_condition),
    (f"{_NAME}.save_condition", "POST"): _done(values=_condition),
    (f"{_NAME}.languages", "GET"): _seen(values=_draft),
    (f"{_NAME}.change_languages", "POST"): _done(values=_draft),
    (f"{_NAME}.translate", "GET"): _seen(values=_language),
    (f"{_NAME}.save_translation", "POST"): _done(values=_language),
    (f"{_NAME}.preview", "GET"): _seen(values=_draft),
    (f"{_NAME}.preview_page", "GET"): _seen(values=_page),
    (f"{_NAME}.robots", "GET"): _seen(values=_draft),
    (f"{_NAME}.basics", "GET"): _seen(values=_draft),
    (f"{_NAME}.save_basics", "POST"): _done(
        values=_draft, data=lambda _v: {"title": "Platz", "slug": f"platz-{_v.role}"}
    ),
    (f"{_NAME}.dates", "GET"): _seen(values=_draft),
    (f"{_NAME}.save_dates", "POST"): _done(values=_draft),
    (f"{_NAME}.opening", "GET"): _seen(values=_draft),
    (f"{_NAME}.change_state", "POST"): Row(
        {**_open_to_all, "editor": 403, "planner": 303, "administrator": 303},
        values=_running,
        data=lambda _v: {"tun": "unterbrechen"},
    ),
    (f"{_NAME}.extend", "POST"): Row(
        {**_open_to_all, "editor": 403, "planner": 303, "administrator": 303},
        values=_running,
        data=_extension,
    ),
    (f"{_NAME}.changes", "GET"): _seen(values=_draft),
    (f"{_NAME}.publish", "POST"): _done(values=_draft),
    (f"{_NAME}.access", "GET"): _seen(values=_draft),
    (f"{_NAME}.save_access", "POST"): _done(
        values=_draft,
        data=lambda _v: {"level": 0, "sampling": "self", "k_total": 20, "k_min": 5},
    ),
    (f"{_NAME}.edit_parts", "GET"): _seen(values=_list),
    (f"{_NAME}.save_parts", "POST"): _done(values=_list),
    (f"{_NAME}.quotas", "GET"): _seen(values=_draft),
    (f"{_NAME}.edit_quota", "GET"): _seen(values=_quota),
    (f"{_NAME}.save_quota", "POST"): office(422, values=_quota),
    (f"{_NAME}.drop_quota", "POST"): office(404, values=_quota),
    (f"{_NAME}.look", "GET"): _seen(values=_draft),
    (f"{_NAME}.save_looks", "POST"): _done(values=_draft),
    (f"{_NAME}.poster", "GET"): _seen(values=_draft),
    (f"{_NAME}.card", "GET"): _seen(values=_draft),
    (f"{_NAME}.take_along", "GET"): _seen(values=_draft),
    (f"{_NAME}.take_file", "GET"): _seen(values=lambda visit: {**_draft(visit), "ending": "lss"}),
    (f"{_NAME}.qr_code", "GET"): _seen(values=_draft),
    (f"{_NAME}.make_codes", "POST"): publishers(
        200, values=_letters, data=lambda _v: {"count": 1, "art": "csv"}
    ),
    (f"{_NAME}.letters", "GET"): _seen(values=_letters),
    (f"{_NAME}.remind", "POST"): publishers(
        422, values=_letters, data=lambda _v: {"codes": "0000-0000-000"}
    ),
    (f"{_NAME}.revoke_codes", "POST"): publishers(303, values=_letters),
}
