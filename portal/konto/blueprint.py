"""The blueprint of /konto/, and what holds for each of its pages."""

from flask import Blueprint, Response

blueprint = Blueprint("konto", __name__, url_prefix="/konto")


@blueprint.after_request
def keep_to_ourselves(response: Response) -> Response:
    """These pages show personal things, and some have a key in their address."""
    response.headers["Cache-Control"] = "no-store"
    # Not "no-referrer": browsers then send "Origin: null" with a form, which we must refuse.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
