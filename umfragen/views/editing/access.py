"""Who may answer how often, what is kept of people for it, and code letters."""

from dataclasses import replace

from flask.typing import ResponseReturnValue

from kern.errors import Conflict, Invalid
from kern.i18n import _, say
from kern.web import commits, notice, shows_again
from umfragen import service
from umfragen.definition.questions import AnyQuestion
from umfragen.engine import make_plan
from umfragen.forms.survey import AccessForm
from umfragen.models import Level, Sampling
from umfragen.privacy import promises
from umfragen.store.texts import text_items
from umfragen.views.editing.blueprint import Desk, blueprint, section_page, to, to_desk
from umfragen.views.editing.shown import short


@blueprint.get("/<slug>/zugang")
def access(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    return _page(desk, _stored(desk))


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
        return _page(desk, form), 422
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
        return _page(desk, form), 422
    except Conflict as error:
        form.level.errors = [say(error)]
        return _page(desk, form), 409
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


def _page(desk: Desk, form: AccessForm) -> str:
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
        told=told,
        has_codes=survey.level == Level.CODE,
    )
