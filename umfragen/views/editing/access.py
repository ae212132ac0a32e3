"""Who may answer how often, what is kept of people for it, and code letters."""

from dataclasses import replace

from flask import make_response, request
from flask.typing import ResponseReturnValue

from kern.calendar import format_deadline
from kern.errors import Conflict, Invalid
from kern.i18n import _, say
from kern.town import current_town
from kern.web import commits, notice, shows_again
from umfragen import service
from umfragen.definition.questions import AnyQuestion
from umfragen.engine import make_plan
from umfragen.forms.survey import AccessForm, CodesForm
from umfragen.letters import MAX_LETTERS, Letter, Wording, write_csv, write_pdf
from umfragen.models import Level, Sampling
from umfragen.privacy import promises
from umfragen.service import invites
from umfragen.store.texts import text_items
from umfragen.views.editing.blueprint import Desk, blueprint, section_page, to, to_desk
from umfragen.views.editing.shown import short


@blueprint.get("/<slug>/zugang")
def access(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    return _page(desk, _stored(desk), CodesForm(formdata=None))


def _stored(desk: Desk) -> AccessForm:
    survey = desk.survey
    data = {
        "level": int(survey.level),
        "sampling": str(survey.sampling),
        "population_n": survey.population_n,
        "k_min": survey.k_min,
        "k_total": survey.k_total,
        "public_texts": service.settings_of(survey).public_texts,
    }
    return AccessForm(formdata=None, data=data)


@blueprint.post("/<slug>/zugang")
@shows_again
@commits
def save_access(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    form = _with_texts(desk, AccessForm())
    if not form.is_ok():
        return _page(desk, form, CodesForm(formdata=None)), 422
    try:
        service.save_access(
            desk.actor,
            desk.survey,
            Level(form.level.data),
            sampling=Sampling(form.sampling.data),
            population_n=form.population_n.data,
        )
        thresholds = (form.k_min.data or 0, form.k_total.data or 0)
        if thresholds != (desk.survey.k_min, desk.survey.k_total):
            service.save_thresholds(desk.actor, desk.survey, *thresholds)
        _keep_texts(desk, form)
    except Invalid as error:
        form.blame(error)
        return _page(desk, form, CodesForm(formdata=None)), 422
    except Conflict as error:
        form.level.errors = [say(error)]
        return _page(desk, form, CodesForm(formdata=None)), 409
    notice(_("Gespeichert. Rechts steht, was Menschen dazu lesen."))
    return to(desk, "access")


def _with_texts(desk: Desk, form: AccessForm) -> AccessForm:
    """Every line for people's own words; without any there is nothing to ask."""
    plan = make_plan(desk.draft.definition)
    texts = [(key, _title_of(desk, plan.question_of(key), key)) for key in text_items(plan)]
    form.public_texts.choices = texts
    if not texts:
        del form.public_texts
    return form


def _title_of(desk: Desk, question: AnyQuestion, key: int) -> str:
    words = short(question.text.say(desk.language, desk.language)) or question.name
    if key == question.key:
        return words
    rows = {
        row.key: row.text.say(desk.language, desk.language) for row in getattr(question, "rows", ())
    }
    return f"{words} ({rows.get(key) or _('eigene Worte')})"


def _keep_texts(desk: Desk, form: AccessForm) -> None:
    settings = service.settings_of(desk.survey)
    chosen = tuple(sorted(form.public_texts.data or ())) if "public_texts" in form else ()
    if chosen != tuple(sorted(settings.public_texts)):
        service.save_settings(desk.actor, desk.survey, replace(settings, public_texts=chosen))


@blueprint.post("/<slug>/zugang/codes")
@shows_again
@commits
def make_codes(slug: str) -> ResponseReturnValue:
    """The file is the answer: codes are in the clear only here and only now."""
    desk = to_desk(slug)
    form = CodesForm()
    stored = _stored(desk)
    if not form.is_ok():
        return _page(desk, stored, form), 422
    is_list = request.form.get("art") == "csv"
    if not is_list and (form.count.data or 0) > MAX_LETTERS:
        form.count.errors = [_("Ein PDF fasst höchstens %(most)s Briefe.", most=MAX_LETTERS)]
        return _page(desk, stored, form), 422
    stratum = (form.stratum.data or "").strip()
    try:
        codes = invites.create_codes(desk.actor, desk.survey, form.count.data or 0, stratum)
    except Invalid as error:
        form.blame(error)
        return _page(desk, stored, form), 422
    letters = [_letter(desk, code) for code in codes]
    if is_list:
        head = (_("Code"), _("Link mit Code"), _("Adresse"), _("Gruppe"))
        return _file(desk, write_csv(letters, stratum, head), "text/csv; charset=utf-8", "csv")
    return _file(desk, write_pdf(letters, _wording(desk)), "application/pdf", "pdf")


@blueprint.post("/<slug>/zugang/codes/ungueltig")
@commits
def revoke_codes(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    invites.revoke_codes(desk.actor, desk.survey, request.form.get("gruppe", ""))
    notice(_("Die ungenutzten Codes dieser Gruppe gelten nicht mehr."))
    return to(desk, "access")


def _letter(desk: Desk, code: str) -> Letter:
    """The short address takes the code out of sight at once."""
    address = f"{current_town().address}/u/{desk.slug}"
    return Letter(code, f"{address}?code={code}", address.split("://", 1)[-1])


def _wording(desk: Desk) -> Wording:
    survey = desk.survey
    settings = service.settings_of(survey)
    until = format_deadline(survey.closes_at) if survey.closes_at else ""
    above = [
        _("Sie sind eingeladen, an einer Umfrage teilzunehmen."),
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


def _file(desk: Desk, body: bytes, kind: str, ending: str) -> ResponseReturnValue:
    response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="codes-{desk.slug}.{ending}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(desk: Desk, form: AccessForm, codes: CodesForm) -> str:
    survey = desk.survey
    plan = make_plan(desk.draft.definition)
    told = promises(
        Level(survey.level),
        service.settings_of(survey),
        k_min=survey.k_min,
        k_total=survey.k_total,
        asks_for_files=any(question.KIND == "files" for question in plan.questions.values()),
        asks_for_texts=any(text_items(plan)),
    )
    return section_page(
        "access.html",
        desk,
        "zugang",
        form=_with_texts(desk, form) if "public_texts" in form else form,
        codes=codes,
        told=told,
        has_codes=survey.level == Level.CODE,
        batches=invites.list_batches(survey) if survey.level == Level.CODE else [],
    )
