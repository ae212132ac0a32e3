"""The sections of a project that are lists: phases, news, dates on site, documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from beteiligung.project.forms import DocumentForm, MeetingForm, NewsForm, PhaseForm
from beteiligung.project.models import Project
from beteiligung.project.service import events, phases
from beteiligung.project.service.page import list_meetings, list_news, list_phases
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
from kern.i18n import _, _l
from kern.web import Form, commits, shows_again


@dataclass(frozen=True, slots=True)
class Items:
    """One kind of list: how it is called, and which verbs change it."""

    one: Any  # "Phase", as a lazy string
    form: type[Any]
    find: Callable[[Project], Sequence[Any]]
    get: Callable[[Project, int], Any]
    add: Callable[[Actor, Project, Any], object]
    change: Callable[[Actor, Project, Any, Any], object]
    remove: Callable[[Actor, Project, Any], object]


def _add_document(actor: Actor, project: Project, form: Any) -> object:
    document = form.document.accepted
    if document is None:
        raise Invalid("Bitte wählen Sie eine Datei.", field="document")
    return events.add_document(actor, project, document, form.title.data)


KINDS: Mapping[str, Items] = {
    "phasen": Items(
        _l("Phase"),
        PhaseForm,
        lambda project: list_phases(project.id),
        phases.get_phase,
        lambda actor, project, form: phases.add_phase(actor, project, form.given),
        lambda actor, project, item, form: phases.change_phase(actor, project, item, form.given),
        phases.remove_phase,
    ),
    "neuigkeiten": Items(
        _l("Neuigkeit"),
        NewsForm,
        lambda project: list_news(project.id),
        events.get_news,
        lambda actor, project, form: events.add_news(
            actor, project, form.title.data, form.text.data
        ),
        lambda actor, project, item, form: events.change_news(
            actor, project, item, form.title.data, form.text.data
        ),
        events.remove_news,
    ),
    "termine": Items(
        _l("Termin"),
        MeetingForm,
        lambda project: list_meetings(project.id),
        events.get_meeting,
        lambda actor, project, form: events.add_meeting(actor, project, form.given),
        lambda actor, project, item, form: events.change_meeting(actor, project, item, form.given),
        events.remove_meeting,
    ),
    "unterlagen": Items(
        _l("Unterlage"),
        DocumentForm,
        events.list_documents,
        events.get_document,
        _add_document,
        lambda actor, project, item, form: events.rename_document(
            actor, project, item, form.title.data
        ),
        events.remove_document,
    ),
}
ANY = "any(phasen, neuigkeiten, termine, unterlagen)"


@blueprint.get(f"/<slug>/bearbeiten/<{ANY}:section>")
def list_items(slug: str, section: str) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    return _list_page(actor, project, section, KINDS[section].form(formdata=None))


@blueprint.post(f"/<slug>/bearbeiten/<{ANY}:section>")
@shows_again
@commits
def add_item(slug: str, section: str) -> ResponseReturnValue:
    require_some_editor()
    kind = KINDS[section]
    form = kind.form()
    form.take_uploads()
    actor, project = to_edit(slug)
    if takes(form, lambda: kind.add(actor, project, form)):
        return saved(project, section)
    return _list_page(actor, project, section, form), 422


@blueprint.get(f"/<slug>/bearbeiten/<{ANY}:section>/<int:item_id>")
def edit_item(slug: str, section: str, item_id: int) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    kind = KINDS[section]
    item = kind.get(project, item_id)
    return _item_page(actor, project, section, item, kind.form.of(item))


@blueprint.post(f"/<slug>/bearbeiten/<{ANY}:section>/<int:item_id>")
@shows_again
@commits
def save_item(slug: str, section: str, item_id: int) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    kind = KINDS[section]
    item, form = kind.get(project, item_id), kind.form()
    if takes(form, lambda: kind.change(actor, project, item, form)):
        return saved(project, section)
    return _item_page(actor, project, section, item, form), 422


@blueprint.get(f"/<slug>/bearbeiten/<{ANY}:section>/<int:item_id>/loeschen")
def ask_to_remove(slug: str, section: str, item_id: int) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    item = KINDS[section].get(project, item_id)
    return edit_page("remove.html", actor, project, section, item=item, one=KINDS[section].one)


@blueprint.post(f"/<slug>/bearbeiten/<{ANY}:section>/<int:item_id>/loeschen")
@commits
def remove_item(slug: str, section: str, item_id: int) -> ResponseReturnValue:
    actor, project = to_edit(slug)
    kind = KINDS[section]
    kind.remove(actor, project, kind.get(project, item_id))
    return saved(project, section, _("Gelöscht."))


def _list_page(actor: Actor, project: Project, section: str, form: Form) -> str:
    kind = KINDS[section]
    return edit_page(
        "items.html",
        actor,
        project,
        section,
        form=form,
        one=kind.one,
        items=kind.find(project),
        action=url_for(".list_items", slug=project.scope.slug, section=section),
        item=None,
    )


def _item_page(actor: Actor, project: Project, section: str, item: Any, form: Form) -> str:
    slug = project.scope.slug
    return edit_page(
        "item.html",
        actor,
        project,
        section,
        form=form,
        one=KINDS[section].one,
        item=item,
        action=url_for(".save_item", slug=slug, section=section, item_id=item.id),
    )
