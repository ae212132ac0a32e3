"""What all pages of the project's office share: the gate, the list of sections, the frame."""

from collections.abc import Callable
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.rules import EDIT, PUBLISH
from beteiligung.project.service import moderating
from beteiligung.project.service.reading import get_project_to_edit, preview_token
from beteiligung.project.service.writing import list_gaps
from kern.actor import Actor
from kern.errors import Invalid
from kern.i18n import _, _l
from kern.moderation.words import removed_words
from kern.scope import ScopeState
from kern.town import current_town
from kern.web import Form, current_actor, require
from kern.web.notice import notice

SECTIONS = {
    "grunddaten": _l("Grunddaten"),
    "bild": _l("Bild"),
    "rahmen": _l("Was ist offen, was ist fest"),
    "phasen": _l("Phasen"),
    "neuigkeiten": _l("Neuigkeiten"),
    "termine": _l("Termine"),
    "unterlagen": _l("Unterlagen"),
    "zugang": _l("Zugang"),
}


def to_edit(slug: str) -> tuple[Actor, Project]:
    actor = current_actor()
    return actor, get_project_to_edit(actor, slug)


def require_some_editor() -> None:
    """Before slow work on an upload: no database is asked, so no transaction begins."""
    actor = current_actor()
    if not actor.may_anywhere(EDIT):
        require(EDIT)


def edit_page(template: str, actor: Actor, project: Project, section: str, **values: Any) -> str:
    is_hidden = project.scope.state == ScopeState.HIDDEN
    return render_template(
        f"beteiligung/project/{template}",
        project=project,
        scope=project.scope,
        section=section,
        sections=SECTIONS,
        gaps=list_gaps(project),
        may_publish=actor.may(PUBLISH, project.scope_id),
        state_label=rules.STATE_LABELS[project.scope.state],
        preview_url=preview_url(project),
        removed=removed_words(project.hidden_rule, project.hidden_at) if is_hidden else "",
        reason=moderating.reason_of(project),
        **values,
    )


def preview_url(project: Project) -> str:
    """The whole address, to be copied into a mail; empty when there is none."""
    token = preview_token(project)
    path = f"{project.scope.path}/vorschau/{token}"
    return f"{current_town().address}{path}" if token else ""


def saved(project: Project, section: str, sentence: str = "") -> ResponseReturnValue:
    notice(sentence or _("Gespeichert."))
    return to_section(project, section)


def to_section(project: Project, section: str) -> ResponseReturnValue:
    target = url_for("projekte.edit", slug=project.scope.slug)
    return redirect(f"{target}/{section}" if section else target, code=303)


def takes(form: Form, act: Callable[[], object]) -> bool:
    """Whether the form was right and the service took it; else the form says why not."""
    if not form.is_ok():
        return False
    try:
        act()
    except Invalid as error:
        form.blame(error)
        return False
    return True
