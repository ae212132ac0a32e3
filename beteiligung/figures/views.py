"""Pages and files about what came in to a project."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from beteiligung.discussion.rules import OUTCOME_LABELS
from beteiligung.discussion.service.names import SOURCE_LABELS, STATUS_LABELS
from beteiligung.figures import service
from beteiligung.figures.service import Line
from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.rules import EXPORT
from beteiligung.project.service import get_project_for
from kern.calendar import format_day, to_local
from kern.clock import now
from kern.errors import NotFound
from kern.files.check import content_disposition
from kern.i18n import _
from kern.tables import Cell, write_csv, write_xlsx
from kern.web import current_actor

blueprint = Blueprint("zahlen", __name__, url_prefix="/beteiligung")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BARS = 31  # days drawn; the table holds all of them


@blueprint.get("/<slug>/zahlen")
def figures(slug: str) -> ResponseReturnValue:
    """Totals for everybody; by day and channel for staff."""
    actor = current_actor()
    project = get_project_for(actor, slug)
    may_export = actor.may(EXPORT, project.scope_id)
    days = service.list_days(project.scope_id) if may_export else []
    totals = service.totals(project.scope)
    return render_template(
        "beteiligung/figures/figures.html",
        scope=project.scope,
        totals=totals,
        outcomes=[(OUTCOME_LABELS[one], count) for one, count in totals.outcomes],
        channels=[(SOURCE_LABELS[one], count) for one, count in totals.channels],
        days=[(format_day(day.day), day.posts, day.votes) for day in days],
        bars=[(format_day(day.day), day.posts) for day in days[-BARS:]],
        may_export=may_export,
    )


@blueprint.get("/<slug>/beitraege")
def all_posts(slug: str) -> ResponseReturnValue:
    """Everything that is public, on as little paper as it takes."""
    project = get_project_for(current_actor(), slug)
    wanted = request.args.get("seite", "1")
    page = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1  # noqa: PLR2004 - digits
    lines, pages = service.list_public(project.scope_id, max(1, page))
    if page > pages:
        raise NotFound("Diese Seite gibt es nicht.")
    questions = service.list_questions(project.scope_id)
    groups = [
        (questions[thread_id], list(group))
        for thread_id, group in groupby(lines, key=lambda line: line.thread_id)
    ]
    return render_template(
        "beteiligung/figures/posts.html",
        scope=project.scope,
        groups=groups,
        page=page,
        pages=pages,
        outcomes=OUTCOME_LABELS,
        sources=SOURCE_LABELS,
        Markup=Markup,
    )


@blueprint.get("/<slug>/beitraege.xlsx")
def as_xlsx(slug: str) -> ResponseReturnValue:
    project = _to_export(slug)
    rows = _rows(service.iterate(project.scope_id))
    data = write_xlsx(rows, _columns(), project.scope.title)
    return _download(data, XLSX, slug, "xlsx")


@blueprint.get("/<slug>/beitraege.csv")
def as_csv(slug: str) -> ResponseReturnValue:
    project = _to_export(slug)
    rows = _rows(service.iterate(project.scope_id))
    return _download(b"".join(write_csv(rows, _columns())), "text/csv", slug, "csv")


def _to_export(slug: str) -> Project:
    actor = current_actor()
    project = get_project_for(actor, slug)
    rules.require_may_export(actor, project.scope)
    return project


def _download(data: bytes, mimetype: str, slug: str, ending: str) -> Response:
    response = Response(data, mimetype=mimetype)
    name = f"{slug}-{to_local(now()):%Y-%m-%d}.{ending}"
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _columns() -> Sequence[str]:
    return (
        _("Nummer"),
        _("Gespräch"),
        _("Art"),
        _("Von"),
        _("Datum"),
        _("Text"),
        _("Dafür"),
        _("Dagegen"),
        _("Ergebnis"),
        _("Begründung"),
        _("Dienststelle"),
        _("Stand"),
        _("Eingang"),
    )


def _rows(lines: Iterator[Line]) -> Iterator[Sequence[Cell]]:
    for line in lines:
        yield (
            line.receipt,
            line.thread,
            kind_of(line),
            line.author,
            line.written_at,
            line.text or line.removed,
            line.agree,
            line.disagree,
            str(OUTCOME_LABELS[line.outcome]) if line.outcome else "",
            line.reason,
            line.office,
            str(STATUS_LABELS[line.status]),
            str(SOURCE_LABELS[line.source]),
        )


def kind_of(line: Line) -> str:
    if line.post_id is None:
        return _("Frage des Gesprächs")
    if line.is_answer:
        return _("Antwort der Verwaltung")
    return _("Antwort auf einen Beitrag") if line.parent_id else _("Beitrag")
