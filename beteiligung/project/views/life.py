"""The life of a project: made, shown by a link, published, closed, archived; who is invited."""

from collections.abc import Callable

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from beteiligung.project import rules
from beteiligung.project.forms import AccessForm, InviteForm, NewForm, ResultForm
from beteiligung.project.models import Project
from beteiligung.project.service import invitations, moderating, states, writing
from beteiligung.project.service.states import Incomplete
from beteiligung.project.views.blueprint import blueprint
from beteiligung.project.views.office import edit_page, saved, takes, to_edit, to_section
from beteiligung.project.views.sections import access_page
from kern.actor import Actor
from kern.i18n import _, _n
from kern.scope import ScopeState
from kern.web import commits, current_actor, shows_again
from kern.web.notice import notice


@blueprint.get("/neu")
def new_project() -> ResponseReturnValue:
    rules.require_may_create(current_actor())
    return render_template("beteiligung/project/new.html", form=NewForm(formdata=None))


@blueprint.post("/neu")
@shows_again
@commits
def create_project() -> ResponseReturnValue:
    actor, form = current_actor(), NewForm()
    rules.require_may_create(actor)
    made: list[Project] = []
    title, summary = form.title.data or "", form.summary.data or ""
    if not takes(form, lambda: made.append(writing.create_project(actor, title, summary))):
        return render_template("beteiligung/project/new.html", form=form), 422
    notice(_("Der Entwurf ist angelegt. Sehen kann ihn nur, wer hier mitarbeitet."))
    return redirect(url_for(".edit_basics", slug=made[0].scope.slug), code=303)


@blueprint.get("/<slug>/veroeffentlichen")
def ask_to_publish(slug: str) -> ResponseReturnValue:
    actor, project = _to_publish(slug)
    rules.require_drafted(project.scope.state)
    return edit_page("publish.html", actor, project, "")


@blueprint.post("/<slug>/veroeffentlichen")
@commits
def publish(slug: str) -> ResponseReturnValue:
    actor, project = _to_publish(slug)
    try:
        states.publish(actor, project)
    except Incomplete:
        return edit_page("publish.html", actor, project, ""), 422
    notice(_("Das Projekt ist veröffentlicht."))
    return redirect(project.scope.path, code=303)


@blueprint.post("/<slug>/einreichen")
@commits
def submit(slug: str) -> ResponseReturnValue:
    """Of a draft, by somebody who may not publish it."""
    actor, project = to_edit(slug)
    try:
        moderating.submit(actor, project)
    except Incomplete as error:
        notice(_("Vor dem Einreichen fehlt noch etwas: %(what)s", what=error.gaps[0].sentence))
        return to_section(project, "")
    notice(_("Das Projekt ist eingereicht. Sobald darüber entschieden ist, hören Sie davon."))
    return to_section(project, "")


@blueprint.post("/<slug>/doch-nicht-einreichen")
@commits
def take_back_submission(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    moderating.take_back(actor, project)
    notice(_("Das Projekt ist wieder ein Entwurf."))
    return to_section(project, "")


@blueprint.get("/<slug>/abschliessen")
def ask_to_close(slug: str) -> ResponseReturnValue:
    actor, project = _to_publish(slug)
    rules.require_begun(project.scope.state)
    return _close_page(actor, project, ResultForm(data={"result": project.result}))


@blueprint.post("/<slug>/abschliessen")
@shows_again
@commits
def close(slug: str) -> ResponseReturnValue:
    """Closes a running project; of a closed one it changes what came of it."""
    actor, project = _to_publish(slug)
    form = ResultForm()
    is_running = project.scope.state == ScopeState.PUBLISHED
    act = states.close if is_running else states.change_result
    if not takes(form, lambda: act(actor, project, form.result.data or "")):
        return _close_page(actor, project, form), 422
    if is_running:
        undo = url_for(".reopen", slug=slug)
        notice(_("Das Projekt ist abgeschlossen."), undo=undo)
    else:
        notice(_("Gespeichert."))
    return redirect(project.scope.path, code=303)


@blueprint.post("/<slug>/wieder-oeffnen")
@commits
def reopen(slug: str) -> ResponseReturnValue:
    return _move(slug, states.reopen, _("Das Projekt läuft weiter."))


@blueprint.post("/<slug>/archivieren")
@commits
def archive(slug: str) -> ResponseReturnValue:
    undo = url_for(".bring_back", slug=slug)
    return _move(slug, states.archive, _("Das Projekt ist im Archiv."), undo)


@blueprint.post("/<slug>/zurueckholen")
@commits
def bring_back(slug: str) -> ResponseReturnValue:
    return _move(slug, states.bring_back, _("Das Projekt ist nicht mehr im Archiv."))


@blueprint.post("/<slug>/bearbeiten/vorschau")
@commits
def renew_preview(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    states.renew_preview(actor, project)
    return saved(project, "zugang", _("Der neue Link gilt. Ein früherer gilt nicht mehr."))


@blueprint.post("/<slug>/bearbeiten/vorschau/beenden")
@commits
def end_preview(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    states.end_preview(actor, project)
    return saved(project, "zugang", _("Der Link gilt nicht mehr."))


@blueprint.post("/<slug>/bearbeiten/einladen")
@shows_again
@commits
def invite(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    form, sent = InviteForm(), [0]

    def send() -> None:
        sent[0] = invitations.invite(actor, project, form.addresses)

    if not takes(form, send):
        return access_page(actor, project, AccessForm.of(project), form), 422
    words = _n("Eine Einladung ist unterwegs.", "%(num)s Einladungen sind unterwegs.", sent[0])
    return saved(project, "zugang", words)


@blueprint.post("/<slug>/bearbeiten/einladung/<int:grant_id>/zuruecknehmen")
@commits
def take_back(slug: str, grant_id: int) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    invitations.take_back(actor, project, grant_id)
    return saved(project, "zugang", _("Die Einladung ist zurückgenommen."))


def _to_publish(slug: str) -> tuple[Actor, Project]:
    actor, project = to_edit(slug)
    rules.require_may_publish(actor, project.scope)
    return actor, project


def _move(
    slug: str, act: Callable[[Actor, Project], None], words: str, undo: str | None = None
) -> ResponseReturnValue:
    actor, project = _to_publish(slug)
    act(actor, project)
    notice(words, undo=undo)
    return to_section(project, "")


def _close_page(actor: Actor, project: Project, form: ResultForm) -> str:
    return edit_page("close.html", actor, project, "", form=form)
