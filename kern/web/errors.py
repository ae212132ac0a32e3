"""Every error as a page with a sentence and a way on; never a trace, never somebody's input."""

import logging
from collections.abc import Mapping
from urllib.parse import quote

from flask import Flask, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from kern.db import db
from kern.errors import DomainError, LoginRequired, TooMany
from kern.i18n import _, _l, say
from kern.town import NoTown, UnknownHost

log = logging.getLogger(__name__)

TITLES = {
    400: _l("Das hat nicht geklappt"),
    403: _l("Das dürfen Sie hier nicht"),
    404: _l("Diese Seite gibt es nicht"),
    405: _l("Das geht hier nicht"),
    409: _l("Das geht gerade nicht"),
    410: _l("Dieser Link gilt nicht mehr"),
    413: _l("Das ist zu groß"),
    422: _l("Da fehlt noch etwas"),
    429: _l("Das war etwas zu schnell"),
    500: _l("Da ist uns ein Fehler passiert"),
    503: _l("Gerade nicht erreichbar"),
}
SENTENCES = {
    400: _l("Ihre Anfrage konnten wir nicht verstehen. Bitte versuchen Sie es noch einmal."),
    403: _l("Dafür fehlt Ihnen die Berechtigung."),
    404: _l("Vielleicht wurde sie verschoben, oder die Adresse hat einen Tippfehler."),
    405: _l("Bitte gehen Sie zurück und versuchen Sie es über die Seite noch einmal."),
    409: _l("Inzwischen hat sich etwas geändert. Bitte laden Sie die Seite neu."),
    410: _l("Er ist benutzt oder abgelaufen. Bitte fordern Sie einen neuen an."),
    413: _l("Bitte kürzen Sie den Text oder verkleinern Sie die Datei."),
    422: _l("Bitte prüfen Sie Ihre Angaben."),
    429: _l("Bitte warten Sie einen Moment und versuchen Sie es dann noch einmal."),
    500: _l("Wir haben ihn notiert. Ihr letzter gespeicherter Stand ist sicher."),
    503: _l("Bitte versuchen Sie es in ein paar Minuten noch einmal."),
}


def page(status: int, sentence: str = "") -> tuple[str, int]:
    """The error page; the plain one when even the town's settings cannot be read."""
    known = status if status in TITLES else (500 if status >= 500 else 400)  # noqa: PLR2004
    title, text = str(TITLES[known]), sentence or str(SENTENCES[known])
    values = {"status": status, "title": title, "sentence": text}
    try:
        return render_template("kern/error.html", **values), status
    except (DBAPIError, DomainError, NoTown):
        return _plain(values), status


def _plain(values: Mapping[str, object]) -> str:
    """Without the page frame, and so without the town's words: they may be what is missing."""
    return current_app.jinja_env.get_template("kern/error_plain.html").render(values)


def _domain(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, LoginRequired) and request.method == "GET":
        way_back = quote(request.full_path.rstrip("?"))
        return redirect(f"/konto/anmelden?weiter={way_back}", code=303)
    if isinstance(error, UnknownHost):
        values = {"status": 400, "title": str(TITLES[400]), "sentence": say(error)}
        return _plain(values), 400
    body, status = page(error.status, say(error))
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    return body, status, headers


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:  # noqa: PLR2004 - redirects of the router
        return error.get_response()
    body, status = page(error.code or 500)
    allow = (
        {"Allow": ", ".join(error.valid_methods or ())} if hasattr(error, "valid_methods") else {}
    )
    return body, status, allow


def _fault(error: Exception) -> ResponseReturnValue:
    log.error("Fehler auf der Seite %s", request.endpoint or request.method, exc_info=error)
    try:
        db.session.rollback()
    except (DBAPIError, NoTown):
        log.warning("Auch das Zurücknehmen ist gescheitert")
    is_busy = isinstance(error, DBAPIError)
    text = _("Gerade lässt sich nichts speichern oder lesen.") if is_busy else ""
    return page(503 if is_busy else 500, text)


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)
