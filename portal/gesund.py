"""For machines that watch: does the process live, and can it serve? No names of towns."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from kern.db import db
from kern.errors import DomainError
from kern.worker.service import age_of_oldest_due

blueprint = Blueprint("betrieb", __name__)

LATE_SECONDS = 60  # the worker asks every town once a minute


@blueprint.get("/gesund")
def alive() -> ResponseReturnValue:
    """Under any host name, without any database."""
    return _plain("gesund")


alive.answers_without_town = True  # type: ignore[attr-defined]  # read by kern.web


@blueprint.get("/bereit")
def ready() -> ResponseReturnValue:
    """503 when the database does not answer. A late worker is no reason to send readers away."""
    try:
        age = age_of_oldest_due()
    except (DBAPIError, DomainError):
        db.session.rollback()
        return _plain("nicht bereit: Datenbank"), 503
    if age > LATE_SECONDS:
        return _plain(f"bereit, aber der Postausgang wartet seit {age} s")
    return _plain("bereit")


def _plain(text: str) -> Response:
    response = Response(text + "\n", mimetype="text/plain")
    response.cache_control.no_store = True
    return response
