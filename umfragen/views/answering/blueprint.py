"""What all pages of somebody who answers share: the gate, the cookies of the higher levels."""

import gzip

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from kern.calendar import to_local
from kern.clock import now
from kern.scope import list_windows
from kern.web import current_actor
from kern.web.guard import SECRET_ADDRESSES
from kern.web.identity import COOKIE, settings
from umfragen import rules, service
from umfragen.models import Survey

blueprint = Blueprint("umfragen", __name__)

ADMISSION = "zutritt"
DEVICE = "umfrage"
LEVEL = 5  # of gzip: 0.4 ms for a page
SECRET = frozenset({"token", "admission"})  # parts of an address that open something
SECRET_ADDRESSES.update(f"umfragen.{name}" for name in ("answer", "send", "drop", "enter"))


def to_survey(slug: str) -> Survey:
    return service.get_survey_for(current_actor(), slug)


def is_open(survey: Survey) -> bool:
    windows = list_windows(survey.scope_id)
    return rules.takes_answers(survey, survey.scope, windows, now())


def require_open(survey: Survey) -> None:
    """Before anything is asked or sent. Raises Conflict."""
    windows = list_windows(survey.scope_id)
    rules.require_takes_answers(survey, survey.scope, windows, now())


def admission() -> str:
    """Shown on this device before; of this survey, since the cookie's path is."""
    return request.cookies.get(ADMISSION, "")


def remember_admission(response: Answer, survey: Survey, value: str) -> Answer:
    """Until the browser closes, on pages of this survey only."""
    response.set_cookie(
        ADMISSION,
        value,
        path=f"/umfragen/{survey.slug}",
        httponly=True,
        secure=settings().https,
        samesite="Lax",
    )
    return response


def forget_admission(response: Answer, survey: Survey) -> Answer:
    response.delete_cookie(
        ADMISSION, path=f"/umfragen/{survey.slug}", httponly=True, samesite="Lax"
    )
    return response


def remember_device(response: Answer, survey: Survey) -> Answer:
    """Level 1: from here somebody has answered. Names the survey, nobody and nothing else."""
    response.set_cookie(
        DEVICE,
        service.device_value(survey),
        path=f"/umfragen/{survey.slug}",
        expires=to_local(survey.closes_at) if survey.closes_at else None,
        httponly=True,
        secure=settings().https,
        samesite="Lax",
    )
    return response


def device_cookie() -> str:
    return request.cookies.get(DEVICE, "")


@blueprint.after_request
def shrink(response: Response) -> Response:
    """A third of the bytes, for pages of questions; pages for everybody are packed where they are
    kept. With a session there is a secret in the page that lengths could betray (BREACH); without
    one only the address holds a secret, and whoever can ask for that knows it."""
    is_page = response.mimetype == "text/html" and not SECRET.isdisjoint(request.view_args or {})
    takes_it = request.accept_encodings.quality("gzip") > 0
    if not is_page or not takes_it or COOKIE in request.cookies:
        return response
    response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


@blueprint.after_request
def keep_secrets(response: Response) -> Response:
    """Whoever has such an address reads the answers: no cache and no other site gets to see it."""
    if not SECRET.isdisjoint(request.view_args or {}):
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
    return response
