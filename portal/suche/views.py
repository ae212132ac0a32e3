"""GET /suche: the one page of the search."""

from flask import Blueprint, render_template, request

from kern.web import current_actor
from portal.suche.page import PATH, read

blueprint = Blueprint("suche", __name__)


@blueprint.get(PATH)
def find() -> str:
    page = read(current_actor(), request.args)
    name = "portal/suche/start.html" if page.result.query.is_empty else "portal/suche/hits.html"
    return render_template(name, page=page, asked=page.asked, result=page.result)
