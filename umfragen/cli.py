"""Commands of the surveys: files of other programs in, surveys and answers out."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup

from kern.actor import SYSTEM
from kern.commands import in_town
from kern.db import db, writing
from kern.i18n import say
from kern.scope import town_scope
from umfragen.exchange import answers
from umfragen.exchange.files import MAX_FILE
from umfragen.exchange.formats import Format
from umfragen.exchange.report import Outcome, Report, echo
from umfragen.models import Survey
from umfragen.service import exchanging, recounting, surveys
from umfragen.store.plans import definition_of
from umfragen.store.rebuilding import OnRow

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, writable=True, path_type=Path)
TOWN = click.option(
    "--town", "town_slug", default="", help="Kürzel des Ortes, wenn es mehrere gibt."
)
OUTCOMES = {
    Outcome.TAKEN: "übernommen",
    Outcome.APPROXIMATED: "angenähert",
    Outcome.DROPPED: "entfallen",
}
MAX_COLUMNS = 20  # that a report names
README = (
    "# {title}\n\nAntworten ohne freie Texte. Was die Spalten bedeuten, steht in codebuch.csv.\n"
)
ENDINGS = {
    "lss": "lss",
    "xlsform": "xlsx",
    "json": "json",
    "csv": "csv",
    "excel": "csv",
    "xlsx": "xlsx",
    "antworten-json": "json",
}

Rows = Iterable[answers.Stored]
Writer = Callable[[BinaryIO, answers.Table, Rows], None]

group = AppGroup("umfragen", help="Umfragen.")


def _open_data(out: BinaryIO, table: answers.Table, rows: Rows) -> None:
    closed = answers.open_table(table.definition)
    answers.write_open_data(out, closed, rows, readme=README.format(title=table.title))


WRITERS: dict[str, Writer] = {
    "csv": answers.write_csv,
    "excel": lambda out, table, rows: answers.write_csv(out, table, rows, answers.CsvStyle.excel()),
    "xlsx": answers.write_xlsx,
    "antworten-json": answers.write_json,
    "spss": answers.write_spss,
    "r": answers.write_r,
    "opendata": _open_data,
}
FORMATS = click.Choice([*(form.value for form in Format), *WRITERS])


@group.command("import")
@click.argument("file", type=FILE)
@click.option("--project", "project", default="", help="Kürzel des Projekts in der Adresse.")
@click.option("--title", default="", help="Anderer Titel als der in der Datei.")
@click.option("--answers-into", "slug", default="", help="Nur die Antworten, in diese Umfrage.")
@click.option(
    "--structure", type=FILE, default=None, help="Die Umfrage (.lss) zu Antworten aus LimeSurvey."
)
@TOWN
def import_file(  # noqa: PLR0917 - one per option of the command
    file: Path, project: str, title: str, slug: str, structure: Path | None, town_slug: str
) -> None:
    """Einen Entwurf aus einer Datei von LimeSurvey (.lss, .lsa, .lsg, .lsq), aus einem XLSForm
    (.xlsx, .xls) oder aus unserem JSON machen, mit einem Bericht.

    Mit --answers-into kommen nur Antworten in eine Umfrage, die es schon gibt: aus .lsa, aus einer
    VV-Datei oder CSV von LimeSurvey (mit Fragencodes als Überschriften) oder aus unserem JSON."""
    data = _read(file)
    with in_town(town_slug), writing():
        if slug:
            _import_answers(slug, data, _read(structure) if structure else b"")
        else:
            scope = exchanging.project_scope(project) if project else town_scope()
            brought = exchanging.import_survey(SYSTEM, scope, data, title=title)
            address = brought.survey.slug
            _tell(brought.report)
            click.echo(f"Der Entwurf liegt unter /umfragen/{address}.")
            if brought.answers:
                click.echo(
                    f"Die Datei hat {brought.answers} Antworten. Sobald eine Fassung"
                    f" veröffentlicht ist, holt sie: umfragen import {file.name}"
                    f" --answers-into {address}"
                )
        db.session.commit()


def _read(file: Path) -> bytes:
    """One byte more than allowed is enough to refuse it."""
    with file.open("rb") as content:
        return content.read(MAX_FILE + 1)


def _import_answers(slug: str, data: bytes, structure: bytes) -> None:
    survey = surveys.get_survey(slug)
    bringing = exchanging.open_handed(SYSTEM, survey, data, structure)
    with click.progressbar(length=bringing.count, label="Antworten") as bar:
        done = 0
        for count in exchanging.import_answers(survey, bringing):
            bar.update(count - done)
            done = count
    click.echo(f"Gelesen: {done} Antworten.")
    if bringing.incomplete:
        click.echo(f"Nicht zu Ende beantwortet und deshalb nicht dabei: {bringing.incomplete}.")
    if bringing.lost:
        click.echo(
            f"{bringing.lost} Werte passen zu keiner Antwort oder zu einer verborgenen Frage."
        )
    if bringing.others:
        click.echo(f"Spalten ohne Frage: {', '.join(map(echo, bringing.others[:MAX_COLUMNS]))}")


def _tell(report: Report) -> None:
    """The report as lines; what came of a file goes through `say`, so nothing runs in it."""
    figures = [f"{report.count(outcome)} {name}" for outcome, name in OUTCOMES.items()]
    click.echo(f"{len(report.entries)} Fragen: {', '.join(figures)}.")
    for entry in report.noted:
        click.echo(f"- {entry.what} ({OUTCOMES[entry.outcome]})")
        for note in entry.notes:
            click.echo(f"    {say(note)}")
    for note in report.general:
        click.echo(f"- {say(note)}")


@group.command("export")
@click.argument("slug")
@click.option("--format", "form", type=FORMATS, default="lss", show_default=True)
@click.option("--output", type=OUTPUT, default=None, help="Datei; sonst heißt sie wie die Umfrage.")
@TOWN
def export(slug: str, form: str, output: Path | None, town_slug: str) -> None:
    """Fragen (lss, xlsform, json) oder Antworten (csv, xlsx, spss, ...) in eine Datei."""
    path = output or Path(f"{slug}.{ENDINGS.get(form, 'zip')}")
    with in_town(town_slug):
        survey = surveys.get_survey(slug)
        if form in WRITERS:
            _export_answers(survey, form, path)
        else:
            data, report = exchanging.export_survey(SYSTEM, survey, Format(form))
            path.write_bytes(data)
            _tell(report)
    click.echo(f"Geschrieben: {path}")


def _export_answers(survey: Survey, form: str, path: Path) -> None:
    table = answers.make_table(definition_of(survey))
    stored = exchanging.stream_answers(SYSTEM, survey)
    bar = click.progressbar(stored, length=survey.answers_count, label="Antworten")
    with path.open("wb") as out, bar as counted:
        WRITERS[form](out, table, counted)


GOOD = "alles stimmt."
ALL = click.option("--all", "is_all", is_flag=True, help="Alle Umfragen des Ortes.")


@group.command("rebuild")
@click.argument("slug", default="")
@ALL
@TOWN
def rebuild(slug: str, is_all: bool, town_slug: str) -> None:
    """Zählungen und Spalten einer Umfrage aus ihren Antworten neu machen."""
    for survey in _each(slug, town_slug, is_all=is_all):
        with writing():
            done = _counted(survey, recounting.rebuild)
            db.session.commit()
        click.echo(f"{survey.slug}: {done} Antworten sind neu gezählt.")


@group.command("verify")
@click.argument("slug", default="")
@ALL
@TOWN
def verify(slug: str, is_all: bool, town_slug: str) -> None:
    """Zählungen und Spalten mit den Antworten vergleichen. Was abweicht, ist danach richtig."""
    for survey in _each(slug, town_slug, is_all=is_all):
        differing = _counted(survey, recounting.compare)
        if differing:
            with writing():
                recounting.mend(survey, differing)
                db.session.commit()
        told = f"{differing} Zählungen wichen ab und sind neu gemacht." if differing else GOOD
        click.echo(f"{survey.slug}: {told}")


def _counted(survey: Survey, act: Callable[[Survey, OnRow], int]) -> int:
    with click.progressbar(length=survey.answers_count, label="Antworten") as bar:
        return act(survey, lambda: bar.update(1))


def _each(slug: str, town_slug: str, *, is_all: bool) -> Iterator[Survey]:
    """Each is a transaction of its own: people wait for one survey at most."""
    if bool(slug) is is_all:
        raise click.UsageError("Bitte nennen Sie eine Umfrage oder --all.")
    with in_town(town_slug):
        for name in recounting.list_counted() if is_all else [slug]:
            db.session.rollback()
            yield surveys.get_survey(name)
