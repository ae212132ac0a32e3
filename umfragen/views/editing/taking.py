"""What an office takes along: the survey as a file, and its address as a QR code."""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import make_response
from flask.typing import ResponseReturnValue

from kern.errors import NotFound
from kern.i18n import _l, say
from kern.later import Later
from kern.town import current_town
from umfragen.exchange.formats import Format
from umfragen.exchange.report import Report
from umfragen.service.exchanging import export_survey
from umfragen.views.editing.blueprint import blueprint, section_page, to_desk

if TYPE_CHECKING:
    import segno
else:
    segno = Later("segno")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Mapping[str, tuple[Format, str, object]] = {
    "lss": (Format.LSS, "application/xml; charset=utf-8", _l("Für LimeSurvey (.lss)")),
    "xlsx": (Format.XLSFORM, XLSX, _l("Für Excel, ODK und KoboToolbox: XLSForm (.xlsx)")),
    "json": (
        Format.JSON,
        "application/json; charset=utf-8",
        _l("Für einen anderen Ort mit Dorflinde (.json)"),
    ),
}
"""Ending -> format, type of the file, and words for the link."""


@blueprint.get("/<slug>/bearbeiten/mitnehmen")
def take_along(slug: str) -> ResponseReturnValue:
    """Each format with what the other program does not know."""
    desk = to_desk(slug)
    files = [
        (ending, words, _told(export_survey(desk.actor, desk.survey, form)[1]))
        for ending, (form, _kind, words) in FORMATS.items()
    ]
    return section_page("take_along.html", desk, "grunddaten", files=files)


def _told(report: Report) -> list[tuple[str, list[str]]]:
    """What is said of the whole survey, then of single questions."""
    general = [("", [say(note)]) for note in report.general]
    return [
        *general,
        *((entry.what, [say(note) for note in entry.notes]) for entry in report.noted),
    ]


@blueprint.get("/<slug>/bearbeiten/datei/<ending>")
def take_file(slug: str, ending: str) -> ResponseReturnValue:
    """The draft, for another program or for another town with this software."""
    desk = to_desk(slug)
    if ending not in FORMATS:
        raise NotFound("Diese Seite gibt es nicht.")
    form, kind, _words = FORMATS[ending]
    response = make_response(export_survey(desk.actor, desk.survey, form)[0])
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{desk.slug}.{ending}"'
    return response


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
