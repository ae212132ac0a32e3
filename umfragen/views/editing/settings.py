"""What frames a survey: texts before and after, its address, who stands behind it, its dates."""

from dataclasses import replace
from typing import Any

from flask.typing import ResponseReturnValue

from kern.calendar import to_local
from kern.errors import DomainError, Invalid
from kern.i18n import _
from kern.web import commits, notice, shows_again
from umfragen import service
from umfragen.definition import DefinitionRefused
from umfragen.editing.minutes import estimate_minutes
from umfragen.editing.pages import change_frame
from umfragen.editing.stands import stand_of_frame
from umfragen.editing.wording import words_in
from umfragen.forms.instants import end_of, shown_end, start_of
from umfragen.forms.questions import own_words
from umfragen.forms.survey import DatesForm, FrameForm
from umfragen.models import State
from umfragen.rules import BEFORE
from umfragen.views.editing.blueprint import (
    Desk,
    blame,
    blueprint,
    is_stale,
    section_page,
    to,
    to_desk,
)

TEXTS = ("title", "welcome", "thanks")
SETTINGS = ("office", "contact", "paper_hint", "minutes", "is_listed")
GRACE = 15


@blueprint.get("/<slug>/bearbeiten/grunddaten")
def basics(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    definition = desk.draft.definition
    settings = service.settings_of(desk.survey)
    data: dict[str, Any] = {
        name: own_words(getattr(definition, name), desk.language) for name in TEXTS
    }
    data |= {name: getattr(settings, name) for name in SETTINGS}
    data |= {"slug": desk.slug, "stand": stand_of_frame(definition)}
    return _basics_page(desk, FrameForm(formdata=None, data=data))


@blueprint.post("/<slug>/bearbeiten/grunddaten")
@shows_again
@commits
def save_basics(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    form = _fitting(FrameForm(), desk)
    if is_stale(form, stand_of_frame(desk.draft.definition)):
        return _basics_page(desk, form), 409
    if not form.is_ok():
        return _basics_page(desk, form), 422
    try:
        _keep_basics(desk, form)
    except DefinitionRefused as refused:
        blame(form, refused, (), {})
        return _basics_page(desk, form), 422
    except Invalid as error:
        form.blame(error)
        return _basics_page(desk, form), 422
    notice(_("Gespeichert."))
    return to(desk, "basics")


def _keep_basics(desk: Desk, form: FrameForm) -> None:
    definition = desk.draft.definition
    texts = {
        name: words_in(getattr(definition, name), desk.language, (form[name].data or "").strip())
        for name in TEXTS
    }
    draft = change_frame(desk.draft, texts)
    settings = service.settings_of(desk.survey)
    given: dict[str, Any] = {name: form[name].data for name in SETTINGS}
    given |= {name: given[name] or "" for name in ("office", "contact", "paper_hint")}
    wanted = replace(settings, **given)
    if wanted != settings:
        service.save_settings(desk.actor, desk.survey, wanted)
    if "slug" in form and (form.slug.data or "") != desk.survey.slug:
        service.move_slug(desk.actor, desk.survey, (form.slug.data or "").strip())
    desk.keep(draft, _("Grunddaten geändert"))


def _fitting(form: FrameForm, desk: Desk) -> FrameForm:
    if desk.survey.state not in {State.DRAFT, State.SUBMITTED} and "slug" in form:
        del form.slug
    return form


def _basics_page(desk: Desk, form: FrameForm) -> str:
    return section_page(
        "basics.html",
        desk,
        "grunddaten",
        form=_fitting(form, desk),
        minutes=estimate_minutes(desk.draft.definition),
    )


# Dates


@blueprint.get("/<slug>/bearbeiten/termine")
def dates(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    survey, settings = desk.survey, service.settings_of(desk.survey)
    opens = to_local(survey.opens_at) if survey.opens_at else None
    closes = shown_end(survey.closes_at) if survey.closes_at else (None, None)
    form = DatesForm(
        formdata=None,
        data={
            "opens_on": opens.date() if opens else None,
            "opens_time": opens.time() if opens else None,
            "closes_on": closes[0],
            "closes_time": closes[1],
            "grace": settings.grace_minutes == GRACE,
            "four_eyes": settings.four_eyes,
        },
    )
    return _dates_page(desk, form)


@blueprint.post("/<slug>/bearbeiten/termine")
@shows_again
@commits
def save_dates(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    form = _dated(DatesForm(), desk)
    if not form.is_ok():
        return _dates_page(desk, form), 422
    try:
        _keep_dates(desk, form)
    except (Invalid, DomainError) as error:
        form.blame(error)
        return _dates_page(desk, form), 422
    notice(_("Gespeichert."))
    return to(desk, "opening")


def _keep_dates(desk: Desk, form: DatesForm) -> None:
    settings = service.settings_of(desk.survey)
    wanted = replace(
        settings,
        grace_minutes=GRACE if form.grace.data else 0,
        four_eyes=bool(form.four_eyes.data),
    )
    if wanted != settings:
        service.save_settings(desk.actor, desk.survey, wanted)
    if "closes_on" in form:
        opens = start_of(form.opens_on.data, form.opens_time.data, "opens_on")
        closes = end_of(form.closes_on.data, form.closes_time.data, "closes_on")
        service.save_dates(desk.actor, desk.survey, opens, closes)


def _dated(form: DatesForm, desk: Desk) -> DatesForm:
    """A running survey is extended instead."""
    if desk.survey.state not in BEFORE:
        for name in ("opens_on", "opens_time", "closes_on", "closes_time"):
            if name in form:
                del form[name]
    return form


def _dates_page(desk: Desk, form: DatesForm) -> str:
    return section_page("dates.html", desk, "oeffnen", form=_dated(form, desk))
