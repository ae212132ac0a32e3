"""The public page of moderation, its figures as a file, and the history of the rules."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from kern.calendar import format_by
from kern.clock import now
from kern.errors import NotFound
from kern.i18n import _
from kern.ids import parse_id
from kern.moderation import figures, netiquette, objections
from kern.moderation.cases import due
from kern.moderation.explaining import HEARD
from kern.moderation.models import CaseVerdict
from kern.tables import write_csv
from portal.rechenschaft import words

blueprint = Blueprint("rechenschaft", __name__)


@blueprint.get("/so-moderieren-wir")
def page() -> ResponseReturnValue:
    at = now()
    years = figures.list_years(at)
    year = figures.year_of(_chosen(years, parse_id(request.args.get("jahr"))))
    hearing = objections.heard_by(objections.deciders_in(None))
    return render_template(
        "portal/rechenschaft/page.html",
        rules=netiquette.rules(),
        heard=HEARD[hearing],
        years=years,
        year=year,
        outcomes=words.outcomes(year),
        upheld=year.count(CaseVerdict.UPHELD),
        by_rule=words.rule_table(year),
        median=words.span(year.median),
        p90=words.span(year.p90),
        target=format_by(at, due(at)),
    )


def _chosen(years: Sequence[int], wanted: int | None) -> int:
    """This year, unless another one is asked for that there is."""
    return wanted if wanted is not None and wanted in years else years[0]


@blueprint.get("/so-moderieren-wir/<int:year>.csv")
def year_as_csv(year: int) -> ResponseReturnValue:
    if year not in figures.list_years(now()):
        raise NotFound("Zu diesem Jahr gibt es keine Zahlen.")
    columns = (_("Jahr"), _("Was"), _("Regel"), _("Anzahl"))
    body = b"".join(write_csv(words.csv_rows(figures.year_of(year)), columns))
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="moderation-{year}.csv"'
    return response


@blueprint.get("/regeln/fassungen")
def versions() -> ResponseReturnValue:
    """Every version of the rules, each with what changed against the one before."""
    found = netiquette.list_versions()
    texts = [*(one.text for one in found), ""]
    pairs = zip(found, texts[1:], strict=True)
    return render_template(
        "portal/rechenschaft/versions.html",
        versions=[(one, words.differences(before, one.text)) for one, before in pairs],
        rules=netiquette.rules(),
    )
