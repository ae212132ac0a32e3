"""All surveys that somebody may read: what runs, what comes, what is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.clock import now
from kern.i18n import _l
from kern.web import current_actor, depends_on_everything
from umfragen import rules, service
from umfragen.content.outcomes import path_of
from umfragen.models import State, Survey
from umfragen.views.answering.blueprint import blueprint, remember_admission, to_survey

SHOWN = 60  # of those that are over; older ones are found by the search
GROUPS = {
    "laufend": (_l("Hier können Sie jetzt antworten"), {State.OPEN, State.PAUSED}),
    "kommend": (_l("Das kommt bald"), {State.SCHEDULED}),
    "beendet": (_l("Das ist beendet"), {State.CLOSED, State.ARCHIVED}),
    "entwuerfe": (_l("In Vorbereitung"), rules.UNSHOWN),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A survey in a list. `about`: what it belongs to, unless that is the town."""

    title: str
    path: str
    about: str
    state: State
    opens_at: datetime | None
    closes_at: datetime | None
    has_results: bool = False


def card_of(survey: Survey, at: datetime) -> Card:
    scope = survey.scope
    return Card(
        title=survey.title,
        path=path_of(survey),
        about="" if scope.kind == "town" else scope.title,
        state=rules.standing(survey, at),
        opens_at=survey.opens_at,
        closes_at=survey.closes_at,
        has_results=survey.results_at is not None,
    )


def cards_by_group(surveys: Iterable[Survey], at: datetime) -> dict[str, list[Card]]:
    cards = [card_of(survey, at) for survey in surveys]
    return {
        name: [card for card in cards if card.state in states][:SHOWN]
        for name, (_title, states) in GROUPS.items()
    }


@blueprint.get("/umfragen/")
def list_surveys() -> ResponseReturnValue:
    depends_on_everything()
    actor = current_actor()
    cards = cards_by_group(service.list_surveys(actor), now())
    return render_template(
        "umfragen/ausfuellen/liste.html",
        cards=cards,
        titles={name: title for name, (title, _states) in GROUPS.items()},
        may_create=actor.may_anywhere(rules.EDIT),
    )


@blueprint.get("/u/<slug>")
def short(slug: str) -> ResponseReturnValue:
    """The address on posters and letters. A code of a letter leaves the address at once."""
    survey = to_survey(slug)
    target = url_for("umfragen.start", slug=survey.slug)
    code = request.args.get("code", "")
    if not code:
        return redirect(target)
    return remember_admission(redirect(target, code=303), survey, f"code:{code[:60]}")
