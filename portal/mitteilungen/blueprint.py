"""The blueprint of /mitteilungen/, and what holds for each of its pages."""

from flask import Blueprint, Response

blueprint = Blueprint("mitteilungen", __name__, url_prefix="/mitteilungen")


@blueprint.after_request
def keep_to_ourselves(response: Response) -> Response:
    """What somebody follows is theirs, and some addresses hold a key."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
