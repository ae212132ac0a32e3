"""The sheet to print, with the number of each question and the code of each answer."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kern.i18n import language
from kern.web import current_actor
from umfragen import service
from umfragen.engine import fill
from umfragen.engine.piping import plain
from umfragen.views.paper.blueprint import blueprint, numbered


@blueprint.get("/umfragen/<slug>/papier")
def sheet(slug: str) -> ResponseReturnValue:
    survey = service.get_survey_for(current_actor(), slug)
    is_published = survey.current_version > 0
    plan = service.plan_of(survey) if is_published else service.draft_plan(survey)
    known = plan.definition.languages
    wanted = request.args.get("in") or language()
    spoken = wanted if wanted in known else known[0]
    empty = fill(plan, {}, language=spoken)
    return render_template(
        "umfragen/papier/bogen.html",
        survey=survey,
        definition=plan.definition,
        pages=list(numbered(plan.definition)),
        settings=service.settings_of(survey),
        spoken=spoken,
        words=lambda text: plain(empty, text),
    )
