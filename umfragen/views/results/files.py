"""Files: all answers for the office, published figures for everybody."""

from collections.abc import Iterator

from flask import Response, request
from flask.typing import ResponseReturnValue

from kern import audit
from kern.calendar import to_local
from kern.clock import now
from kern.errors import NotFound
from kern.files.check import content_disposition
from kern.i18n import _, language
from kern.tables import Cell, Dialect, write_csv, write_xlsx
from kern.web import commits, current_actor
from umfragen.results import files, publication
from umfragen.results.figures import Figure
from umfragen.results.files import KINDS
from umfragen.service import ref_of
from umfragen.views.results.blueprint import blueprint
from umfragen.views.results.pages import office_for, office_page
from umfragen.views.results.released import Result, result_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/<slug>/auswertung/dateien")
def office_files(slug: str) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    return office_page(office, "files.html", "dateien", kinds=KINDS)


@blueprint.post("/<slug>/auswertung/dateien/<kind>")
@commits
def answers_file(slug: str, kind: str) -> ResponseReturnValue:
    """A POST, since taking all answers away is written down."""
    office = office_for(current_actor(), slug)
    found = KINDS.get(kind)
    if found is None:
        raise NotFound("Diese Datei gibt es nicht.")
    audit.record(office.actor, "survey.answers.export", str(ref_of(office.survey)), kind)
    file = files.answers_file(office.survey, found, language())
    return _download(files.chunks(file), found.mimetype, f"{slug}-{_today()}.{found.ending}")


@blueprint.get("/<slug>/ergebnis.csv")
def figures_csv(slug: str) -> ResponseReturnValue:
    found = result_for(slug)
    dialect: Dialect = "plain" if request.args.get("form") == "programme" else "excel-de"
    body = b"".join(write_csv(_rows(found), files.figure_columns(), dialect))
    return _download(body, "text/csv", f"{slug}-ergebnis.csv")


@blueprint.get("/<slug>/ergebnis.xlsx")
def figures_xlsx(slug: str) -> ResponseReturnValue:
    found = result_for(slug)
    body = write_xlsx(_rows(found), files.figure_columns(), _("Ergebnis"))
    return _download(body, XLSX, f"{slug}-ergebnis.xlsx")


@blueprint.get("/<slug>/ergebnis/open-data.zip")
def open_data(slug: str) -> ResponseReturnValue:
    found = result_for(slug)
    note = f"{found.released.sentence()} {found.released.protection()}"
    body = files.open_data(found.survey.title, note, _rows(found))
    return _download(body, "application/zip", f"{slug}-open-data.zip")


def _rows(found: Result) -> Iterator[list[Cell]]:
    """All answers first, then group by group."""
    views: list[tuple[str, list[Figure]]] = [(_("alle"), list(found.figures))]
    for item, codes in publication.groups_in(found.snapshot).items():
        question = found.plan.questions[item]
        for code in codes:
            view = publication.figures_in(found.snapshot, f"{item}.{code}")
            shown = [one for one in view[1] if one.key in found.released.rows] if view else []
            label = f"{found.wording.title(question)} {found.label_of(item, code)}"
            views.append((label, shown))
    return files.figure_rows(found.wording, found.plan.questions, views)


def _today() -> str:
    return f"{to_local(now()):%Y-%m-%d}"


def _download(body: bytes | Iterator[bytes], mimetype: str, name: str) -> Response:
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Disposition"] = content_disposition(name)
    return response
