"""What an office takes along: the survey as a file, and its address as a QR code."""

import io

import segno
from flask import make_response
from flask.typing import ResponseReturnValue

from kern.errors import NotFound
from kern.town import current_town
from umfragen.definition import Definition, dumps
from umfragen.exchange.limesurvey.writing import write_survey
from umfragen.views.editing.blueprint import blueprint, to_desk

KINDS = {"lss": "application/xml; charset=utf-8", "json": "application/json; charset=utf-8"}


@blueprint.get("/<slug>/bearbeiten/datei/<ending>")
def take_file(slug: str, ending: str) -> ResponseReturnValue:
    """The draft, for LimeSurvey or for another town with this software."""
    desk = to_desk(slug)
    if ending not in KINDS:
        raise NotFound("Diese Seite gibt es nicht.")
    response = make_response(_written(desk.draft.definition, ending))
    response.headers["Content-Type"] = KINDS[ending]
    response.headers["Content-Disposition"] = f'attachment; filename="{desk.slug}.{ending}"'
    return response


def _written(definition: Definition, ending: str) -> bytes:
    if ending == "json":
        return dumps(definition).encode()
    return write_survey(definition)[0]


@blueprint.get("/<slug>/bearbeiten/qr.svg")
def qr_code(slug: str) -> ResponseReturnValue:
    """The short address, for posters and table cards."""
    desk = to_desk(slug)
    out = io.BytesIO()
    address = f"{current_town().address}/u/{desk.slug}"
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=8, border=4, light="white"
    )
    response = make_response(out.getvalue())
    response.headers["Content-Type"] = "image/svg+xml"
    return response
