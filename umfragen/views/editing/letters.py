"""Code letters: made and handed out once, the unused ones reminded or taken back."""

import re
from collections.abc import Sequence

from flask import make_response, request
from flask.typing import ResponseReturnValue

from kern.calendar import format_deadline
from kern.errors import Conflict, Invalid
from kern.i18n import _, say
from kern.town import current_town
from kern.web import commits, notice, shows_again
from umfragen import service
from umfragen.forms.survey import CodesForm, ReminderForm
from umfragen.models import Level
from umfragen.printing.letters import MAX_LETTERS, Letter, Wording, write_csv, write_pdf
from umfragen.views.editing.blueprint import Desk, blueprint, section_page, to, to_desk

BETWEEN = re.compile(r"[;,\t\n\r ]+")
LIST = "csv"


@blueprint.get("/<slug>/zugang/briefe")
def letters(slug: str) -> ResponseReturnValue:
    return _page(to_desk(slug))


@blueprint.post("/<slug>/zugang/codes")
@shows_again
@commits
def make_codes(slug: str) -> ResponseReturnValue:
    """The file is the answer: codes are in the clear only here and only now."""
    desk = to_desk(slug)
    form = CodesForm()
    if not form.is_ok():
        return _page(desk, form), 422
    count, stratum = form.count.data or 0, (form.stratum.data or "").strip()
    if _is_too_many(count):
        form.count.errors = [_("Ein PDF fasst höchstens %(most)s Briefe.", most=MAX_LETTERS)]
        return _page(desk, form), 422
    try:
        made = service.make_letters(desk.actor, desk.survey, {stratum: count})
    except Invalid as error:
        form.count.errors = [say(error)]
        return _page(desk, form), 422
    return _file(desk, [letter.code for letter in made], stratum)


@blueprint.post("/<slug>/zugang/erinnern")
@shows_again
@commits
def remind(slug: str) -> ResponseReturnValue:
    """Of the list the office has kept, letters for the codes that nobody has used."""
    desk = to_desk(slug)
    form = ReminderForm()
    if not form.is_ok():
        return _page(desk, reminder=form), 422
    try:
        unused = service.unused(desk.actor, desk.survey, BETWEEN.split(form.codes.data or ""))
    except Conflict as error:
        form.codes.errors = [say(error)]
        return _page(desk, reminder=form), 422
    if not unused:
        form.codes.errors = [_("In dieser Liste ist kein Code, der noch unbenutzt ist.")]
        return _page(desk, reminder=form), 422
    if _is_too_many(len(unused)):
        form.codes.errors = [_("Ein PDF fasst höchstens %(most)s Briefe.", most=MAX_LETTERS)]
        return _page(desk, reminder=form), 422
    return _file(desk, unused, "", again=True)


@blueprint.post("/<slug>/zugang/codes/ungueltig")
@commits
def revoke_codes(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    service.revoke(desk.actor, desk.survey, request.form.get("gruppe", ""))
    notice(_("Die ungenutzten Codes dieser Gruppe gelten nicht mehr."))
    return to(desk, "letters")


def _is_too_many(count: int) -> bool:
    return request.form.get("art") != LIST and count > MAX_LETTERS


def _letter(desk: Desk, code: str) -> Letter:
    """The short address takes the code out of sight at once."""
    address = f"{current_town().address}/u/{desk.slug}"
    return Letter(code, f"{address}?code={code}", address.split("://", 1)[-1])


def _wording(desk: Desk, *, again: bool) -> Wording:
    survey = desk.survey
    settings = service.settings_of(survey)
    until = format_deadline(survey.closes_at) if survey.closes_at else ""
    first = (
        _("Vor Kurzem haben wir Sie zu einer Umfrage eingeladen. Noch können Sie antworten.")
        if again
        else _("Sie sind eingeladen, an einer Umfrage teilzunehmen.")
    )
    above = [
        first,
        *([_("Sie läuft bis %(day)s.", day=until)] if until else []),
        _("Scannen Sie das Bild, oder geben Sie Adresse und Code ein."),
    ]
    below = [
        _(
            "Jeder Code gilt einmal. Wir wissen nicht, wer welchen Code bekommen hat: Ihre"
            " Antworten führen nicht zu Ihnen."
        ),
        *([settings.paper_hint] if settings.paper_hint else []),
        *([_("Fragen? %(contact)s", contact=settings.contact)] if settings.contact else []),
    ]
    beside = (_("Adresse"), _("Ihr Code"))
    return Wording(survey.title, above, beside, below, settings.office)


def _file(
    desk: Desk, codes: Sequence[str], stratum: str, *, again: bool = False
) -> ResponseReturnValue:
    made = [_letter(desk, code) for code in codes]
    if request.form.get("art") == LIST:
        head = (_("Code"), _("Link mit Code"), _("Adresse"), _("Gruppe"))
        body, kind, ending = write_csv(made, stratum, head), "text/csv; charset=utf-8", "csv"
    else:
        body, kind, ending = write_pdf(made, _wording(desk, again=again)), "application/pdf", "pdf"
    name = f"erinnerung-{desk.slug}" if again else f"codes-{desk.slug}"
    response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(desk: Desk, form: CodesForm | None = None, reminder: ReminderForm | None = None) -> str:
    has_codes = desk.survey.level == Level.CODE
    return section_page(
        "letters.html",
        desk,
        "zugang",
        codes=form or CodesForm(formdata=None),
        reminder=reminder or ReminderForm(formdata=None),
        has_codes=has_codes,
        batches=service.letter_figures(desk.survey) if has_codes else [],
    )
