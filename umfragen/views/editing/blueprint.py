"""What all pages of the editor share: the gate, the draft, saving it, the frame of a section."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from kern.actor import Actor
from kern.i18n import _, _l, say
from kern.web import Form, current_actor
from umfragen import service
from umfragen.definition import DefinitionRefused, Path
from umfragen.editing.draft import Draft
from umfragen.models import Survey
from umfragen.rules import PUBLISH, STATE_LABELS

blueprint = Blueprint("umfrage_bearbeiten", __name__, url_prefix="/umfragen")

SECTIONS: Mapping[str, tuple[object, str]] = {
    "fragen": (_l("Fragen"), "overview"),
    "sprachen": (_l("Sprachen"), "languages"),
    "vorschau": (_l("Vorschau und Probelauf"), "preview"),
    "quoten": (_l("Quoten"), "quotas"),
    "grunddaten": (_l("Grunddaten"), "basics"),
    "darstellung": (_l("Darstellung und Werbung"), "look"),
    "zugang": (_l("Zugang und Datenschutz"), "access"),
    "oeffnen": (_l("Öffnen und beenden"), "opening"),
}
"""Name of a section -> its words and its endpoint."""


@dataclass(slots=True)
class Desk:
    """An editor at work: who, on which survey, and how its draft stands."""

    actor: Actor
    survey: Survey
    kept: service.Draft
    draft: Draft

    @property
    def slug(self) -> str:
        return self.survey.slug

    @property
    def language(self) -> str:
        return self.draft.definition.language

    def keep(self, draft: Draft, note: str) -> None:
        """Save what was changed; nothing where nothing was."""
        if draft.definition == self.draft.definition:
            return
        service.save_draft(self.actor, self.survey, draft.definition, self.kept.revision, note)
        self.draft = draft


def to_desk(slug: str) -> Desk:
    actor = current_actor()
    survey = service.get_survey_to_edit(actor, slug)
    return desk_of(actor, survey)


def desk_of(actor: Actor, survey: Survey) -> Desk:
    kept = service.get_draft(survey)
    has_answers = survey.has_answers and survey.current_version > 0
    published = service.definition_of(survey) if has_answers else None
    return Desk(actor, survey, kept, Draft(kept.definition, published))


def section_page(template: str, desk: Desk, section: str, **values: Any) -> str:
    survey = desk.survey
    return render_template(
        f"umfragen/bearbeiten/{template}",
        desk=desk,
        survey=survey,
        definition=desk.draft.definition,
        section=section,
        sections=SECTIONS,
        state_label=STATE_LABELS[survey.state],
        may_publish=desk.actor.may(PUBLISH, survey.scope_id),
        undo=desk.kept.undo,
        redo=desk.kept.redo,
        **values,
    )


def to(desk: Desk, endpoint: str, anchor: str = "", **values: Any) -> ResponseReturnValue:
    target = url_for(f"umfrage_bearbeiten.{endpoint}", slug=desk.slug, **values)
    return redirect(f"{target}#{anchor}" if anchor else target, code=303)


def is_stale(form: Form, stand: str) -> bool:
    """Whether somebody else saved the same thing since the form was opened. Then the form is shown
    once more with what was typed; sending it again means it."""
    sent = request.form.get("stand", "")
    if not sent or sent == stand:
        return False
    form["stand"].data = stand
    form.form_errors.append(
        _(
            "Inzwischen hat jemand anderes das hier geändert. Unten sehen Sie, was jetzt"
            " gespeichert ist, und im Formular, was Sie geschrieben haben. Wenn Sie noch einmal"
            " speichern, gilt Ihres."
        )
    )
    return True


def blame(form: Form, refused: DefinitionRefused, path: Path, fields: Mapping[str, str]) -> None:
    """Each finding at the field it belongs to; `fields`: last steps of paths -> names of fields."""
    for finding in refused.findings:
        name = (
            _field_of(finding.path[len(path) :], fields)
            if path
            else _field_of(finding.path, fields)
        )
        if name in form:
            form[name].errors = [*form[name].errors, say(finding)]
        else:
            form.form_errors.append(say(finding))


def _field_of(steps: Path, fields: Mapping[str, str]) -> str:
    for step in steps:
        if isinstance(step, str):
            return fields.get(step, step)
    return ""
