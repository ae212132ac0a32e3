"""Page by page: each one a form, saved before it leads on; back always works."""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kern.errors import NotFound
from kern.web import commits
from kern.web.guard import token_is_stale
from kern.web.limit import limit_network
from umfragen import service
from umfragen.definition.questions import Files
from umfragen.engine import (
    Fault,
    field_name,
    find_faults,
    next_page,
    previous_page,
    read_form,
    revealed,
)
from umfragen.engine.reading import seen_questions
from umfragen.models import Survey
from umfragen.service import Filling, files
from umfragen.service.submitting import full_quota
from umfragen.views.answering.blueprint import blueprint, to_survey
from umfragen.views.answering.shown import question_page

WAY, BACK, LATER, ONWARD = "weg", "zurueck", "spaeter", "trotzdem"
MOST_FILES = 200  # an hour from one network


@blueprint.get("/umfragen/<slug>/ausfuellen/<token>/<int:page>")
def page(slug: str, token: str, page: int) -> ResponseReturnValue:
    filling = _filling(to_survey(slug), token, page)
    faults = find_faults(filling.sheet(), page) if "pruefen" in request.args else ()
    return question_page(filling, token, page, faults=faults)


@blueprint.post("/umfragen/<slug>/ausfuellen/<token>/<int:page>")
@commits
def answer(slug: str, token: str, page: int) -> ResponseReturnValue:
    """`weg`: which button was pressed. What is refused is shown again and saved nowhere."""
    uploads, refused = _take_files(slug, page, token)
    survey = to_survey(slug)
    filling = _filling(survey, token, page)
    form = request.form if not uploads else MultiDict([*request.form.items(multi=True), *uploads])
    reading = read_form(filling.plan, form, page)
    answers = reading.merged(filling.answers)
    sheet = filling.sheet(answers)
    seen = seen_questions(form)
    new = () if seen is None else revealed(sheet, page, seen)
    way = request.form.get(WAY, "")
    faults = [*(found.fault for found in reading.rejected.values()), *refused]
    if way not in {BACK, LATER}:
        faults += _faults(find_faults(sheet, page), filling, set(new))
    if faults and way not in {BACK, LATER}:
        shown = replace(filling, answers=answers)
        return question_page(shown, token, page, faults=faults, reading=reading), 422
    service.save(survey, token, answers)
    if way == LATER:
        return _later(survey, token)
    full = full_quota(filling, sheet)
    if full is not None and way != BACK:
        text = full.text.say(filling.language, filling.plan.definition.language)
        values = {"survey": survey, "token": token, "page": page, "text": text}
        return render_template("umfragen/ausfuellen/voll.html", **values)
    if new and way != BACK:
        return _to(survey, token, page, anchor=f"f{new[0]}", neu=1)
    target = previous_page(sheet, page) if way == BACK else next_page(sheet, page)
    return _to(survey, token, target or (page if way == BACK else None))


def _faults(found: Iterable[Fault], filling: Filling, new: set[int]) -> list[Fault]:
    """Nobody is blamed for a question they have not seen; gaps can be meant."""
    is_meant = ONWARD in request.form
    return [
        fault
        for fault in found
        if filling.plan.question_of(fault.item).key not in new and not (fault.soft and is_meant)
    ]


def _filling(survey: Survey, token: str, page: int) -> Filling:
    filling = service.open_draft(survey, token)
    if page not in filling.plan.pages:
        raise NotFound("Diese Seite gibt es in der Umfrage nicht.")
    return filling


def _to(
    survey: Survey, token: str, page: int | None, anchor: str = "", neu: int | None = None
) -> Response:
    if page is None:
        target = url_for("umfragen.check", slug=survey.slug, token=token)
    else:
        target = url_for("umfragen.page", slug=survey.slug, token=token, page=page, neu=neu)
    return redirect(f"{target}#{anchor}" if anchor else target, code=303)


def _later(survey: Survey, token: str) -> ResponseReturnValue:
    """A code to go on with on another device."""
    code = service.give_resume_code(survey, token)
    return render_template(
        "umfragen/ausfuellen/spaeter.html", survey=survey, token=token, code=code
    )


def _take_files(slug: str, page: int, token: str) -> tuple[list[tuple[str, str]], list[Fault]]:
    """Uploads become tokens, which stand in the form from then on."""
    given = {
        name: found for name, found in request.files.lists() if any(one.filename for one in found)
    }
    if not given or token_is_stale():
        return [], []
    limit_network("survey.files", MOST_FILES)
    plan = service.open_draft(to_survey(slug), token).plan
    taken: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for question in plan.pages[page].questions if page in plan.pages else ():
        if not isinstance(question, Files):
            continue
        name = field_name(question.key)
        for one in given.get(f"datei-{name}", ())[: question.most]:
            try:
                taken.append((name, files.accept(question, one.read(), cast("str", one.filename))))
            except Fault as fault:
                faults.append(fault)
    return taken, faults
