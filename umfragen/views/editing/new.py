"""A new survey: blank, from a template, or as a copy of one that is there."""

from dataclasses import replace

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from kern.actor import Actor
from kern.errors import Invalid
from kern.i18n import _, say
from kern.scope import town_scope
from kern.web import commits, current_actor, notice, require, shows_again
from umfragen import service
from umfragen.definition import Definition, Text
from umfragen.editing.library import TEMPLATES
from umfragen.forms.survey import NewForm
from umfragen.models import Survey
from umfragen.rules import EDIT
from umfragen.service.homes import list_homes
from umfragen.views.editing.blueprint import blueprint

COPY = "kopie:"


@blueprint.get("/neu")
def new() -> ResponseReturnValue:
    actor = editor()
    form = NewForm(formdata=None, data={"template": "", "scope": town_scope().id})
    return _page(actor, form)


@blueprint.post("/neu")
@shows_again
@commits
def create() -> ResponseReturnValue:
    actor = editor()
    form = NewForm()
    _with_choices(actor, form)
    if not form.is_ok():
        return _page(actor, form), 422
    try:
        survey = _made(actor, form)
    except Invalid as error:
        form.blame(error)
        return _page(actor, form), 422
    notice(_("Die Umfrage ist angelegt. Noch sieht sie niemand sonst."))
    return redirect(url_for("umfrage_bearbeiten.overview", slug=survey.slug), code=303)


def editor() -> Actor:
    actor = current_actor()
    if not actor.may_anywhere(EDIT):
        require(EDIT)
    return actor


def _made(actor: Actor, form: NewForm) -> Survey:
    title = (form.title.data or "").strip()
    scope = next(scope for scope in list_homes(actor) if scope.id == form.scope.data)
    start = form.template.data or ""
    if start.startswith(COPY):
        original = service.get_survey_for(actor, start.removeprefix(COPY))
        return service.copy_survey(actor, original, scope, title)
    definition = TEMPLATES[start].definition if start else None
    return service.create_survey(actor, scope, title, definition=_titled(definition, title))


def _titled(definition: Definition | None, title: str) -> Definition | None:
    """A template under a title of its own is called so everywhere."""
    if definition is None or not title:
        return definition
    words = Text.of(dict.fromkeys(definition.languages, title))
    return replace(definition, title=words)


def scope_choices(actor: Actor) -> list[tuple[int, str]]:
    return [
        (scope.id, _("Ganzer Ort") if scope.kind == "town" else scope.title)
        for scope in list_homes(actor)
    ]


def _with_choices(actor: Actor, form: NewForm) -> None:
    form.scope.choices = scope_choices(actor)
    copies = [
        (f"{COPY}{survey.slug}", _("Kopie von „%(title)s“", title=survey.title))
        for survey in service.list_surveys(actor)
    ]
    templates = [(name, say(entry.words)) for name, entry in TEMPLATES.items()]
    form.template.choices = [("", _("Leer")), *templates, *copies]


def _page(actor: Actor, form: NewForm) -> str:
    _with_choices(actor, form)
    hints = {
        "": _("Eine Seite, keine Fragen."),
        **{n: say(e.purpose) for n, e in TEMPLATES.items()},
    }
    return render_template("umfragen/bearbeiten/new.html", form=form, hints=hints)
