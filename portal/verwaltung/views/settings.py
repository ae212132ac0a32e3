"""Settings of the town, group by group, from the one list of fields."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from kern import audit
from kern.actor import Actor
from kern.colours import unreadable
from kern.content import Ref
from kern.db import db
from kern.errors import Invalid, NotFound
from kern.files import service as files
from kern.i18n import _
from kern.moderation import netiquette
from kern.moderation.hints import ask_anew
from kern.search import synonyms
from kern.settings import change, town_settings
from kern.settings.fields import BY_KEY
from kern.web import Form, commits, notice, require, shows_again
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
    form_is_ok = form.is_ok()  # before the transaction: drawing pictures anew takes a while
    values = _checked(group, form)
    if form_is_ok and not form.errors:
        try:
            _save_rules(actor, form, values)
        except Invalid as error:
            form.blame(error)
            return _page(group, form), 422
        _save(actor, group, values | _kept(actor, form, group))
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
        change_field=netiquette.CHANGE_FIELD,
    )


def _checked(group: str, form: Form) -> dict[str, Any]:
    """What may be stored; every refusal stands at its field."""
    values: dict[str, Any] = {}
    for field in fields_of(group):
        if field.kind == "image":
            continue
        try:
            values[field.key] = field.check(form[field.key].data)
            if field.key == synonyms.FIELD:
                synonyms.check(values[field.key])
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


def _kept(actor: Actor, form: Form, group: str) -> dict[str, str]:
    """New addresses of pictures; the bytes of the ones they replace go."""
    values: dict[str, str] = {}
    for field in fields_of(group):
        if field.kind != "image":
            continue
        picture = form[field.key].accepted
        if picture is not None:
            file = files.keep_picture(picture, str(field.label), actor.party_id)
            files.attach(file.id, SETTINGS_REF)
            files.publish([file.id])
            values[field.key] = f"/dateien/{file.name}/{SIZE.get(field.key, 'large')}"
        elif form[field.key + REMOVE].data:
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


def _save_rules(actor: Actor, form: Form, values: dict[str, Any]) -> None:
    """Rules for people are changed by a new version that says what is new."""
    text = values.pop("netiquette", None)
    if text is not None and text != town_settings().netiquette:
        netiquette.change(actor, text, form[netiquette.CHANGE_FIELD].data or "")


def _save(actor: Actor, group: str, values: Mapping[str, Any]) -> None:
    changed = change({key: value for key, value in values.items() if key in BY_KEY})
    if changed:
        if group == "hinweise":
            ask_anew()
        audit.record(actor, "settings.change", f"settings:{group}", ",".join(changed)[:120])
        db.session.flush()
