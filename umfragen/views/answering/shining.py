"""The survey's own colour, and the survey in a frame on other sites."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from kern.actor import GUEST
from kern.clock import now
from kern.errors import NotFound
from kern.web.headers import CSP
from umfragen import rules, service
from umfragen.service.look import colours_of
from umfragen.views.answering.blueprint import blueprint, to_survey

DAY_IN_SECONDS = 86_400


@blueprint.get("/umfragen/<slug>/farben.css")
def colours(slug: str) -> ResponseReturnValue:
    """The address carries the colour, so it may be kept."""
    response = Response(colours_of(to_survey(slug)), mimetype="text/css")
    response.cache_control.public = True
    response.cache_control.max_age = DAY_IN_SECONDS
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/umfragen/<slug>/einbetten")
def embedded(slug: str) -> ResponseReturnValue:
    """Title and a button that leads here: nobody answers inside of somebody else's page, where a
    click could be stolen. What not everybody may read is there for nobody."""
    survey = service.get_survey_for(GUEST, slug)
    if not survey.scope.is_public:
        raise NotFound("Diese Umfrage gibt es nicht.")
    html = render_template(
        "umfragen/ausfuellen/einbetten.html",
        survey=survey,
        settings=service.settings_of(survey),
        state=rules.standing(survey, now()),
        now=now(),
        address=f"{request.host_url.rstrip('/')}/umfragen/{survey.slug}",
    )
    response = Response(html)
    response.headers["Content-Security-Policy"] = CSP.replace(
        "frame-ancestors 'none'", "frame-ancestors *"
    )
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
