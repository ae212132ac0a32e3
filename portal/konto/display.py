"""POST /darstellung: light or dark, and the language, in two cookies that somebody asked for."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug import Response

from kern import i18n
from kern.accounts import service
from kern.web import commits, current_actor, safe_next
from kern.web.app import THEME_COOKIE, THEMES
from kern.web.identity import settings

blueprint = Blueprint("darstellung", __name__)

YEAR = 365 * 86400  # seconds


@blueprint.post("/darstellung")
@commits
def choose() -> ResponseReturnValue:
    """Unknown values are ignored; an empty theme means "like my device" and takes the cookie."""
    response = redirect(safe_next(request.form.get("weiter")), code=303)
    theme, language = request.form.get("ansicht"), request.form.get("sprache")
    if theme == "":
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    elif theme in THEMES:
        _keep(response, THEME_COOKIE, theme)
    if language in i18n.LANGUAGES:
        _keep(response, i18n.COOKIE, language)
        if current_actor().is_authenticated:
            service.set_language(current_actor(), language)
    return response


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings().https)
