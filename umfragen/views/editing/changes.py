"""Changing a running survey: the old version and the new one side by side before publishing."""

from collections.abc import Sequence

from flask.typing import ResponseReturnValue

from kern.i18n import _, _l, say
from kern.web import commits, notice, shows_again
from umfragen import service
from umfragen.forms.survey import PublishForm
from umfragen.versions import Change, Effect
from umfragen.views.editing.blueprint import Desk, blueprint, section_page, to, to_desk

GROUPS = (
    (Effect.FORBIDDEN, _l("Geht nicht: würde Antworten vermischen"), "danger"),
    (Effect.NEW, _l("Neu: wer schon geantwortet hat, wurde das nicht gefragt"), "warning"),
    (Effect.HARMLESS, _l("Unbedenklich: alte und neue Antworten passen zusammen"), "success"),
)


@blueprint.get("/<slug>/bearbeiten/aenderungen")
def changes(slug: str) -> ResponseReturnValue:
    return _page(to_desk(slug), PublishForm(formdata=None))


@blueprint.post("/<slug>/bearbeiten/aenderungen")
@shows_again
@commits
def publish(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    form = PublishForm()
    if not form.is_ok():
        return _page(desk, form), 422
    try:
        service.publish_version(
            desk.actor,
            desk.survey,
            note=form.note.data or "",
            same_meaning=bool(form.same_meaning.data),
        )
    except service.Unconfirmed as error:
        form.same_meaning.errors = [say(error)]
        return _page(desk, form), 422
    except (service.NotReady, service.Mixing) as error:
        form.form_errors.append(say(error))
        return _page(desk, form), 422
    notice(_("Die neue Fassung der Fragen gilt jetzt."))
    return to(desk, "changes")


def _page(desk: Desk, form: PublishForm) -> str:
    found = service.compare_draft(desk.survey)
    return section_page(
        "changes.html",
        desk,
        "oeffnen",
        form=form,
        groups=[
            (title, kind, [say(change) for change in found if change.effect is effect])
            for effect, title, kind in GROUPS
        ],
        has_changes=bool(found),
        asks=desk.survey.has_answers and _asks(found),
        versions=service.list_versions(desk.survey),
        errors=[said for said in service.list_findings(desk.survey) if said.is_error],
    )


def _asks(found: Sequence[Change]) -> bool:
    return any(change.asks for change in found)
