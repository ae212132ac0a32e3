"""A survey out of a file, with a report of what became of every question."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.errors import Invalid
from kern.i18n import _, say
from kern.scope import Scope
from kern.web import commits, shows_again
from umfragen import service
from umfragen.definition import DefinitionRefused, loads
from umfragen.exchange.files import read_file
from umfragen.exchange.fitting import Imported
from umfragen.exchange.report import Outcome, Refused, Report
from umfragen.forms.survey import ImportForm
from umfragen.models import Survey
from umfragen.service.homes import list_homes
from umfragen.views.editing.blueprint import blueprint
from umfragen.views.editing.new import editor, scope_choices


@blueprint.get("/import")
def import_form() -> ResponseReturnValue:
    form = ImportForm(formdata=None)
    return _page(editor(), form)


@blueprint.post("/import")
@shows_again
@commits
def import_file() -> ResponseReturnValue:
    """The report is the answer; the survey itself is a draft by then."""
    form = ImportForm()
    sent = request.files.get("file")
    data = sent.read() if sent else b""
    actor = editor()
    form.scope.choices = scope_choices(actor)
    if not form.is_ok():
        return _page(actor, form), 422
    if not data:
        form.file.errors = [_("Bitte wählen Sie eine Datei.")]
        return _page(actor, form), 422
    scope = next(scope for scope in list_homes(actor) if scope.id == form.scope.data)
    try:
        imported = _read(data)
        survey = _made(actor, scope, imported)
    except (Refused, DefinitionRefused, Invalid) as refused:
        form.file.errors = [say(refused)]
        return _page(actor, form), 422
    return _report(survey, imported)


def _read(data: bytes) -> Imported:
    """Also what the editor itself gave out."""
    if data.lstrip()[:1] != b"{":
        return read_file(data)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Refused("Diese Datei lässt sich nicht lesen.") from error
    return Imported(loads(text), Report(), "Dorflinde")


def _made(actor: Actor, scope: Scope, imported: Imported) -> Survey:
    return service.create_survey(actor, scope, "", definition=imported.definition)


def _report(survey: Survey, imported: Imported) -> str:
    report = imported.report
    return render_template(
        "umfragen/bearbeiten/imported.html",
        survey=survey,
        source=imported.source,
        counts={outcome.value: report.count(outcome) for outcome in Outcome},
        general=[say(note) for note in report.general],
        noted=[
            (entry.what, entry.outcome.value, [say(note) for note in entry.notes])
            for entry in report.noted
        ],
    )


def _page(actor: Actor, form: ImportForm) -> str:
    form.scope.choices = scope_choices(actor)
    return render_template("umfragen/bearbeiten/import.html", form=form)
