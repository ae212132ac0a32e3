"""The sections of a project that are one form each."""

from flask.typing import ResponseReturnValue

from beteiligung.project import rules
from beteiligung.project.forms import (
    AccessForm,
    BasicsForm,
    FrameworkForm,
    InviteForm,
    PictureForm,
)
from beteiligung.project.models import Project
from beteiligung.project.service import writing
from beteiligung.project.service.invitations import list_invited
from beteiligung.project.service.page import read_picture, read_place
from beteiligung.project.service.reading import map_center
from beteiligung.project.views.blueprint import blueprint
from beteiligung.project.views.office import (
    edit_page,
    require_some_editor,
    saved,
    takes,
    to_edit,
)
from kern.actor import Actor
from kern.errors import Invalid
from kern.i18n import _
from kern.web import commits, shows_again


@blueprint.get("/<slug>/bearbeiten")
def edit(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    return edit_page("overview.html", actor, project, "")


@blueprint.get("/<slug>/bearbeiten/grunddaten")
def edit_basics(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    return _basics_page(actor, project, BasicsForm.of(project, read_place(project.page)))


@blueprint.post("/<slug>/bearbeiten/grunddaten")
@shows_again
@commits
def save_basics(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    form = BasicsForm()
    if takes(form, lambda: writing.save_basics(actor, project, form.basics)):
        return saved(project, "grunddaten")
    return _basics_page(actor, project, form), 422


@blueprint.get("/<slug>/bearbeiten/rahmen")
def edit_framework(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    return edit_page("framework.html", actor, project, "rahmen", form=FrameworkForm.of(project))


@blueprint.post("/<slug>/bearbeiten/rahmen")
@shows_again
@commits
def save_framework(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    form = FrameworkForm()
    if takes(form, lambda: writing.save_framework(actor, project, **form.values)):
        return saved(project, "rahmen")
    return edit_page("framework.html", actor, project, "rahmen", form=form), 422


@blueprint.get("/<slug>/bearbeiten/bild")
def edit_picture(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    picture = read_picture(project.page)
    alt = picture.alt if picture is not None and not picture.is_bundled else ""
    return _picture_page(actor, project, PictureForm(data={"picture_alt": alt}))


@blueprint.post("/<slug>/bearbeiten/bild")
@shows_again
@commits
def save_picture(slug: str) -> ResponseReturnValue:
    require_some_editor()
    form = PictureForm()
    form.take_uploads()
    actor, project = to_edit(slug)
    if takes(form, lambda: _keep(actor, project, form)):
        return saved(project, "bild")
    return _picture_page(actor, project, form), 422


@blueprint.post("/<slug>/bearbeiten/bild/entfernen")
@commits
def remove_picture(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    writing.remove_picture(actor, project)
    return saved(project, "bild", _("Das Bild ist entfernt."))


@blueprint.get("/<slug>/bearbeiten/zugang")
def edit_access(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    return access_page(actor, project, AccessForm.of(project), InviteForm(formdata=None))


@blueprint.post("/<slug>/bearbeiten/zugang")
@shows_again
@commits
def save_access(slug: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    form = AccessForm()
    if takes(form, lambda: writing.save_access(actor, project, **form.values)):
        return saved(project, "zugang")
    return access_page(actor, project, form, InviteForm(formdata=None)), 422


def access_page(actor: Actor, project: Project, form: AccessForm, invite: InviteForm) -> str:
    invited = list_invited(project)
    return edit_page(
        "access.html", actor, project, "zugang", form=form, invite=invite, invited=invited
    )


def _basics_page(actor: Actor, project: Project, form: BasicsForm) -> str:
    is_draft = project.scope.state in rules.DRAFTED
    center = map_center(read_place(project.page))
    return edit_page(
        "basics.html", actor, project, "grunddaten", form=form, is_draft=is_draft, center=center
    )


def _picture_page(actor: Actor, project: Project, form: PictureForm) -> str:
    picture = read_picture(project.page)
    return edit_page("picture.html", actor, project, "bild", form=form, picture=picture)


def _keep(actor: Actor, project: Project, form: PictureForm) -> None:
    picture, alt = form.picture.accepted, form.picture_alt.data or ""
    if picture is not None:
        writing.save_picture(actor, project, picture, alt)
    elif project.picture_id is None:
        raise Invalid("Bitte wählen Sie ein Bild.", field="picture")
    else:
        writing.save_alt(actor, project, alt)
