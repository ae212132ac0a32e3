"""GET /suche: the one page of the search, as a feed, and as data."""

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from kern.web import current_actor
from portal.suche import other
from portal.suche.asked import PATH
from portal.suche.page import read

blueprint = Blueprint("suche", __name__)


@blueprint.get(PATH)
def find() -> ResponseReturnValue:
    page = read(current_actor(), request.args)
    name = "portal/suche/start.html" if page.result.query.is_empty else "portal/suche/hits.html"
    shown = render_template(name, page=page, asked=page.asked, result=page.result)
    return shown, 422 if page.asked.errors else 200


@blueprint.get(other.FEED)
def feed() -> Response:
    return other.feed(request.args)


@blueprint.get(other.DATA)
def data() -> ResponseReturnValue:
    """The same as the page, with the rights of whoever asks."""
    page = read(current_actor(), request.args)
    return jsonify(other.as_data(page)), 422 if page.asked.errors else 200
