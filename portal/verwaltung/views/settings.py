"""Settings of the town, group by group, from the one list of fields."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from kern import audit
from kern.actor import Actor
from kern.content import Ref
from kern.db import db
from kern.errors import DomainError, Invalid, NotFound
from kern.files import service as files
from kern.files.images import Picture
from kern.i18n import _
from kern.settings import change, town_settings
from kern.settings.fields import BY_KEY
from kern.web import Form, commits, notice, require, shows_again
from portal.farben import unreadable
from portal.verwaltung.blueprint import blueprint
from portal.verwaltung.forms import GROUPS, REMOVE, fields_of, settings_form

RIGHT = "admin.settings"
SETTINGS_REF = Ref("settings", 1)  # pictures of the town itself belong to nothing else
SIZE = {"logo": "medium", "picture": "large"}


@blueprint.get("/einstellungen/")
def list_groups() -> ResponseReturnValue:
    require(RIGHT)
    return render_template("portal/verwaltung/settings.html", groups=GROUPS)


@blueprint.get("/einstellungen/<group>")
def edit_group(group: str) -> ResponseReturnValue:
    require(RIGHT)
    return _page(_known(group), settings_form(group, town_settings().values))


@blueprint.post("/einstellungen/<group>")
@shows_again
@commits
def save_group(group: str) -> ResponseReturnValue:
    actor = require(RIGHT)
    form = settings_form(_known(group), {field.key: field.default for field in fields_of(group)})
    pictures = _prepared(group)  # before the transaction: drawing anew takes a while
    if isinstance(pictures, DomainError):
        form.blame(pictures)
    form_is_ok = form.is_ok()
    values = _checked(group, form)
    if form_is_ok and not form.errors and isinstance(pictures, dict):
        _save(actor, group, values | _kept(actor, form, group, pictures))
        notice(_("Gespeichert. Die Änderung ist ab jetzt zu sehen."))
        return redirect("/verwaltung/einstellungen/", code=303)
    return _page(group, form), 422


def _known(group: str) -> str:
    if group not in GROUPS:
        raise NotFound("Diese Einstellungen gibt es nicht.")
    return group


def _page(group: str, form: Form) -> str:
    title, lead = GROUPS[group]
    return render_template(
        "portal/verwaltung/settings_group.html",
        form=form,
        group=group,
        group_title=title,
        lead=lead,
        fields=fields_of(group),
        remove=REMOVE,
    )


def _checked(group: str, form: Form) -> dict[str, Any]:
    """What may be stored; every refusal stands at its field."""
    values: dict[str, Any] = {}
    for field in fields_of(group):
        if field.kind == "image":
            continue
        try:
            values[field.key] = field.check(form[field.key].data)
        except Invalid as error:
            form.blame(error)
    for key in unreadable(values):
        form.blame(
            Invalid(
                "Diese Farbe ist als Schrift zu schwach zu lesen. Bitte wählen Sie eine dunklere,"
                " für die dunkle Ansicht eine hellere.",
                field=key,
            )
        )
    return values


def _prepared(group: str) -> "dict[str, tuple[Picture, str]] | DomainError":
    found: dict[str, tuple[Picture, str]] = {}
    for field in fields_of(group):
        upload: FileStorage | None = request.files.get(field.key)
        if field.kind != "image" or upload is None or not upload.filename:
            continue
        try:
            found[field.key] = files.prepare_picture(
                upload.read(), upload.filename, str(field.label)
            )
        except DomainError as error:
            return Invalid(error.message, field=field.key, **error.params)
    return found


def _kept(
    actor: Actor, form: Form, group: str, pictures: Mapping[str, tuple[Picture, str]]
) -> dict[str, str]:
    """New addresses of pictures; the bytes of the ones they replace go."""
    values: dict[str, str] = {}
    for field in fields_of(group):
        if field.key in pictures:
            file = files.keep_picture(pictures[field.key], actor.party_id)
            files.attach(file.id, SETTINGS_REF)
            files.publish([file.id])
            values[field.key] = f"/dateien/{file.name}/{SIZE.get(field.key, 'large')}"
        elif field.kind == "image" and form[field.key + REMOVE].data:
            values[field.key] = ""
    for key in values:
        _remove_old(str(town_settings()[key]))
    return values


def _remove_old(address: str) -> None:
    parts = address.split("/")
    if len(parts) != 4 or parts[1] != "dateien":  # noqa: PLR2004 - "", "dateien", name, size
        return
    try:
        files.remove(files.get_file(parts[2]))
    except NotFound:
        return


def _save(actor: Actor, group: str, values: Mapping[str, Any]) -> None:
    changed = change({key: value for key, value in values.items() if key in BY_KEY})
    if changed:
        audit.record(actor, "settings.change", f"settings:{group}", ",".join(changed)[:120])
        db.session.flush()
