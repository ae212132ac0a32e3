"""What the survey looks like, and what leads to it: poster, card, QR code, frame on other sites."""

from flask import make_response
from flask.typing import ResponseReturnValue
from markupsafe import escape

from kern.calendar import format_deadline
from kern.errors import Invalid
from kern.i18n import _, _n
from kern.settings import town_settings
from kern.town import current_town
from kern.web import commits, notice, shows_again
from umfragen import service
from umfragen.editing.minutes import estimate_minutes
from umfragen.forms.survey import LookForm
from umfragen.models import Level
from umfragen.printing.posters import Invitation, write_card, write_poster
from umfragen.service.look import save_look
from umfragen.views.editing.blueprint import Desk, blueprint, section_page, to, to_desk


@blueprint.get("/<slug>/bearbeiten/darstellung")
def look(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    settings = service.settings_of(desk.survey)
    data = {"accent": settings.accent, "logo_alt": settings.logo_alt}
    return _page(desk, LookForm(formdata=None, data=data))


@blueprint.post("/<slug>/bearbeiten/darstellung")
@shows_again
@commits
def save_looks(slug: str) -> ResponseReturnValue:
    form = LookForm()
    form.logo.take()  # before the database is asked: drawing it anew takes a while
    desk = to_desk(slug)
    if not form.is_ok():
        return _page(desk, form), 422
    if form.logo.accepted is not None and not (form.logo_alt.data or "").strip():
        form.logo_alt.errors = [_("Bitte beschreiben Sie das Logo in ein paar Worten.")]
        return _page(desk, form), 422
    try:
        save_look(
            desk.actor,
            desk.survey,
            accent=(form.accent.data or "").strip(),
            logo=form.logo.accepted,
            logo_alt=(form.logo_alt.data or "").strip(),
            without_logo=bool(form.without_logo.data),
        )
    except Invalid as error:
        form.blame(error)
        return _page(desk, form), 422
    notice(_("Gespeichert."))
    return to(desk, "look")


@blueprint.get("/<slug>/bearbeiten/plakat.pdf")
def poster(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    return _pdf(desk, write_poster(_invitation(desk)), "plakat")


@blueprint.get("/<slug>/bearbeiten/tischkarte.pdf")
def card(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    return _pdf(desk, write_card(_invitation(desk)), "tischkarte")


def _invitation(desk: Desk) -> Invitation:
    survey, settings = desk.survey, service.settings_of(desk.survey)
    minutes = settings.minutes or estimate_minutes(desk.draft.definition)
    about = _n("Etwa %(num)s Minute", "Etwa %(num)s Minuten", minutes)
    facts = [
        *([_("Bis %(day)s", day=format_deadline(survey.closes_at))] if survey.closes_at else []),
        _("%(about)s, ohne Konto", about=about) if survey.level != Level.ACCOUNT else about,
        *([settings.paper_hint] if settings.paper_hint else []),
    ]
    address = _address(desk)
    return Invitation(
        title=survey.title,
        call=_("Mitmachen: Bild mit dem Handy scannen"),
        url=address,
        address=address.split("://", 1)[-1],
        facts=facts,
        sender=settings.office or town_settings().name,
    )


def _address(desk: Desk) -> str:
    return f"{current_town().address}/u/{desk.slug}"


def _pdf(desk: Desk, body: bytes, name: str) -> ResponseReturnValue:
    response = make_response(body)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}-{desk.slug}.pdf"'
    return response


def _page(desk: Desk, form: LookForm) -> str:
    settings = service.settings_of(desk.survey)
    if not settings.logo and "without_logo" in form:
        del form.without_logo
    snippet = (
        f'<iframe src="{current_town().address}/umfragen/{desk.slug}/einbetten"'
        f' title="{escape(_("Umfrage: %(title)s", title=desk.survey.title))}"'
        ' width="100%" height="320" loading="lazy"></iframe>'
    )
    return section_page(
        "look.html",
        desk,
        "darstellung",
        form=form,
        settings=settings,
        snippet=snippet,
        short_address=_address(desk).split("://", 1)[-1],
    )
