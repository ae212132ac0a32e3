"""What a survey looks like: its logo and its colour."""

from dataclasses import replace

from kern.actor import Actor
from kern.colours import for_dark, style_sheet
from kern.errors import NotFound
from kern.files.picture import Picture
from kern.files.service import attach, get_file, keep_picture, publish, remove
from umfragen import rules
from umfragen.models import Survey
from umfragen.service.changes import ref_of
from umfragen.service.surveys import save_settings, settings_of

SIZE = "small"


def save_look(
    actor: Actor,
    survey: Survey,
    *,
    accent: str,
    logo: Picture | None,
    logo_alt: str,
    without_logo: bool,
) -> None:
    """`logo`: a new one, which takes the place of the old. Raises Invalid for a colour that cannot
    be read and for a picture that is not described."""
    rules.require_may_change(actor, survey)
    old = settings_of(survey)
    wanted = replace(old, accent=accent.lower(), logo_alt=logo_alt if old.logo else "")
    if logo is not None:
        file = keep_picture(logo, logo_alt, actor.party_id)
        attach(file.id, ref_of(survey))
        publish([file.id])
        wanted = replace(wanted, logo=f"/dateien/{file.name}/{SIZE}", logo_alt=file.title)
    elif without_logo:
        wanted = replace(wanted, logo="", logo_alt="")
    if wanted != old:
        save_settings(actor, survey, wanted)
    if old.logo and old.logo != wanted.logo:
        _remove(old.logo)


def _remove(address: str) -> None:
    try:
        remove(get_file(address.split("/")[2]))
    except NotFound:
        return


def colours_of(survey: Survey) -> str:
    """A style sheet for light and dark pages; empty without a colour of its own."""
    accent = settings_of(survey).accent
    if not accent:
        return ""
    dark = for_dark(accent)
    return style_sheet({"linde": accent, "action": accent, "linde_dark": dark, "action_dark": dark})
