"""The mask for paper: numbers pick options, Enter leads to the next field."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kern.errors import DomainError
from kern.i18n import _, say
from kern.ids import new_token
from kern.web import commits, current_actor, shows_again
from kern.web.guard import token_is_stale
from kern.web.notice import notice
from umfragen import rules, service
from umfragen.definition import OTHER_CODE, Text
from umfragen.definition.items import Holds
from umfragen.engine import (
    Answers,
    Fault,
    Plan,
    fill,
    find_faults,
    form_fields,
    read_form,
    value_from_json,
)
from umfragen.engine.piping import plain
from umfragen.models import Level, Source, Survey
from umfragen.service.entering import MAX_SHEET, Mismatch
from umfragen.views.paper.blueprint import blueprint, numbered

AS_IT_IS, TWICE, HOLDS = "trotzdem", "kontrolle", "gilt"
SOURCE_WORDS = {
    Source.PAPER: "Papier",
    Source.PHONE: "Telefon",
    Source.COUNTER: "Bürgerbüro",
}
SOURCES = tuple(SOURCE_WORDS)
_APART = re.compile(r"[^0-9]+")


@dataclass(slots=True)
class Mask:
    """`m` in the template: the fields as typed, and what is wrong with them."""

    survey: Survey
    plan: Plan
    fields: dict[str, list[str]]
    faults: dict[int, list[str]]
    errors: list[str]
    key: str
    sheet: str = ""
    code: str = ""
    source: Source = Source.PAPER
    language: str = "de"
    twice: bool = False
    differs: bool = False
    may_wave: bool = False

    def value(self, name: str) -> str:
        return " ".join(self.fields.get(name, ()))


def _survey(slug: str) -> Survey:
    actor = current_actor()
    survey = service.get_survey_for(actor, slug)
    rules.require_may_enter(actor, survey)
    return survey


@blueprint.get("/umfragen/<slug>/erfassen")
def entry(slug: str) -> ResponseReturnValue:
    survey = _survey(slug)
    plan = service.plan_of(survey)
    kept = request.args.get("quelle", "")
    mask = _mask(survey, plan)
    mask.source = Source(kept) if kept in SOURCES else Source.PAPER
    mask.twice = "kontrolle" in request.args
    return _page(mask)


@blueprint.post("/umfragen/<slug>/erfassen")
@shows_again
@commits
def take_entry(slug: str) -> ResponseReturnValue:
    survey = _survey(slug)
    plan = service.plan_of(survey)
    form = apart(plan, request.form)
    reading = read_form(plan, form)
    mask = _typed(survey, plan)
    if token_is_stale():
        mask.errors.append(_("Die Seite war zu lange offen. Bitte senden Sie noch einmal ab."))
        return _page(mask), 400
    faults = [found.fault for found in reading.rejected.values()]
    if not faults and AS_IT_IS not in request.form:
        sheet = fill(plan, reading.answers, language=mask.language)
        faults = [fault for fault in find_faults(sheet) if not fault.soft]
        mask.may_wave = bool(faults)
    if faults:
        return _wrong(mask, faults), 422
    try:
        return _take(mask, reading.answers)
    except DomainError as error:
        mask.errors.append(say(error))
        return _page(mask), error.status


def _take(mask: Mask, answers: Answers) -> ResponseReturnValue:
    actor, survey = current_actor(), mask.survey
    number, gaps = mask.sheet or _own_number(mask), AS_IT_IS in request.form
    admission = service.admission_for_code(survey, mask.code) if mask.code else ""
    if not mask.twice:
        service.enter(
            actor,
            survey,
            number,
            answers,
            source=mask.source,
            language=mask.language,
            admission=admission,
            accepts_gaps=gaps,
        )
        notice(_("Der Bogen ist gezählt."))
        return _next(mask)
    if number.casefold() not in service.list_first_entries(survey):
        service.enter_first(actor, survey, number, answers, language=mask.language)
        notice(_("Bogen %(number)s wartet auf die zweite Eingabe.", number=number), "info")
        return _next(mask)
    try:
        service.enter_second(
            actor,
            survey,
            number,
            answers,
            language=mask.language,
            admission=admission,
            is_settled=HOLDS in request.form,
            accepts_gaps=gaps,
        )
    except service.Differing as error:
        mask.differs = True
        return _wrong(mask, [_other(mask.plan, one) for one in error.mismatches]), 422
    notice(_("Der Bogen ist gezählt."))
    return _next(mask)


def _own_number(mask: Mask) -> str:
    """A call has no sheet; the form's own secret keeps it from counting twice."""
    return "" if mask.source is Source.PAPER else mask.key[:MAX_SHEET]


def _other(plan: Plan, mismatch: Mismatch) -> Fault:
    item = plan.items[mismatch.item]
    value = None if mismatch.first is None else value_from_json(item, mismatch.first)
    typed = {} if value is None else form_fields(plan, {item.key: value})
    words = ", ".join(one for values in typed.values() for one in values)
    if not words:
        return Fault("Beim ersten Mal stand hier nichts.", item.key)
    return Fault("Beim ersten Mal stand hier: %(words)s.", item.key, words=words)


def _next(mask: Mask) -> ResponseReturnValue:
    target = url_for(
        "umfrage_papier.entry",
        slug=mask.survey.slug,
        quelle=mask.source,
        kontrolle=1 if mask.twice else None,
    )
    return redirect(target, code=303)


def apart(plan: Plan, form: MultiDict[str, str]) -> MultiDict[str, str]:
    """`1 3, 5` in one field becomes three values where several codes fit, and words for „Andere“
    choose it."""
    several = {
        f"f{key}" for key, item in plan.items.items() if item.holds in {Holds.CODES, Holds.ORDER}
    }
    found: MultiDict[str, str] = MultiDict()
    for name, value in form.items(multi=True):
        parts = [part for part in _APART.split(value) if part] if name in several else [value]
        for part in parts or [value]:
            found.add(name, part)
    for question in plan.questions.values():
        other = getattr(question, "other", None)
        name = f"f{question.key}"
        is_single = question.KIND == "single"
        if other and found.get(f"f{other.key}", "").strip() and not (is_single and found.get(name)):
            found.add(name, str(OTHER_CODE))
    return found


def _mask(survey: Survey, plan: Plan) -> Mask:
    return Mask(survey, plan, {}, {}, [], new_token(), language=plan.definition.language)


def _typed(survey: Survey, plan: Plan) -> Mask:
    form = request.form
    source, language = form.get("quelle", ""), form.get("sprache_bogen", "")
    known = plan.definition.languages
    return Mask(
        survey,
        plan,
        {name: request.form.getlist(name) for name in request.form},
        {},
        [],
        form.get("schluessel", "")[:64] or new_token(),
        sheet=form.get("bogen", "").strip()[:MAX_SHEET],
        code=form.get("code", "").strip()[:60],
        source=Source(source) if source in SOURCES else Source.PAPER,
        language=language if language in known else known[0],
        twice=TWICE in form,
    )


def _wrong(mask: Mask, faults: Iterable[Fault]) -> str:
    for fault in faults:
        mask.faults.setdefault(fault.item, []).append(say(fault))
    return _page(mask)


def _page(mask: Mask) -> str:
    plan = mask.plan
    empty = fill(plan, {}, language=mask.language)
    words: Callable[[Text], str] = lambda text: plain(empty, text)  # noqa: E731 - handed on as it is
    return render_template(
        "umfragen/papier/erfassen.html",
        m=mask,
        survey=mask.survey,
        pages=list(numbered(plan.definition)),
        items_of=plan.items_of,
        words=words,
        sources={source.value: _(SOURCE_WORDS[source]) for source in SOURCES},
        waiting=service.list_first_entries(mask.survey),
        asks_code=mask.survey.level == Level.CODE,
    )
