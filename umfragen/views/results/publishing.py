"""The office makes results public: the state of the figures, which questions, its word on each."""

from flask import redirect, request
from flask.typing import ResponseReturnValue

from kern.errors import DomainError
from kern.i18n import _, say
from kern.ids import parse_id
from kern.web import commits, current_actor, notice
from umfragen.results import publication
from umfragen.results.figures import text_items
from umfragen.results.publication import WHOLE, Choice
from umfragen.rules import require_may_publish
from umfragen.views.results.blueprint import blueprint
from umfragen.views.results.pages import Office, office_for, office_page


@blueprint.get("/<slug>/auswertung/veroeffentlichen")
def publish_page(slug: str) -> ResponseReturnValue:
    office = _to_publish(slug)
    rows = publication.published(office.survey.id)
    chosen = rows.keys() - {WHOLE} or {one.key for one in publication.publishable(office.plan)}
    return _page(office, Choice(frozenset(chosen), {key: row.outcome for key, row in rows.items()}))


@blueprint.post("/<slug>/auswertung/veroeffentlichen")
@commits
def publish(slug: str) -> ResponseReturnValue:
    office = _to_publish(slug)
    choice = _asked()
    try:
        publication.publish(office.actor, office.survey, choice)
    except DomainError as error:
        return _page(office, choice, error), 422
    notice(_("Das Ergebnis ist veröffentlicht."))
    return redirect(f"/umfragen/{slug}/ergebnis", code=303)


@blueprint.post("/<slug>/auswertung/stand")
@commits
def take_snapshot(slug: str) -> ResponseReturnValue:
    office = _to_publish(slug)
    filters = [key for value in request.form.getlist("filter") if (key := parse_id(value))]
    try:
        taken = publication.ask_for_snapshot(office.actor, office.survey, filters)
    except DomainError as error:
        rows = publication.published(office.survey.id)
        kept = {key: row.outcome for key, row in rows.items()}
        return _page(office, Choice(frozenset(rows), kept), error, filters), 422
    if taken is None:
        notice(_("Der Stand wird gerade vorbereitet. In etwa einer Minute ist er da."))
    else:
        notice(_("Der Stand ist aufgenommen."))
    return redirect(f"{office.path}/veroeffentlichen", code=303)


@blueprint.post("/<slug>/auswertung/zurueckziehen")
@commits
def withdraw(slug: str) -> ResponseReturnValue:
    office = _to_publish(slug)
    publication.withdraw(office.actor, office.survey)
    notice(_("Das Ergebnis ist nicht mehr zu sehen."))
    return redirect(f"{office.path}/veroeffentlichen", code=303)


def _to_publish(slug: str) -> Office:
    office = office_for(current_actor(), slug)
    require_may_publish(office.actor, office.survey)
    return office


def _asked() -> Choice:
    form = request.form
    keys = frozenset(key for value in form.getlist("question") if (key := parse_id(value)))
    outcomes = {
        key: words
        for name, words in form.items()
        if name.startswith("outcome-")
        and (key := parse_id(name.removeprefix("outcome-"))) is not None
    }
    return Choice(keys, outcomes)


def _page(
    office: Office,
    choice: Choice,
    error: DomainError | None = None,
    filters: list[int] | None = None,
) -> str:
    snapshot = publication.latest(office.survey.id)
    kept = snapshot.data["filters"] if snapshot else []
    page = {
        "errors": {getattr(error, "field", "") or "": say(error)} if error else {},
        "snapshot": snapshot,
        "is_asked": office.survey.snapshot_asked is not None,
        "missing": publication.missing_until_next(office.survey),
        "filterable": [
            (question.key, office.wording.title(question))
            for question in publication.filterable(office.plan)
        ],
        "filters": kept if filters is None else filters,
        "outcomes": choice.outcomes,
        "chosen": choice.questions,
        "questions": [
            (question.key, office.wording.title(question), any(text_items(question)))
            for question in publication.publishable(office.plan)
        ],
        "is_public": publication.is_public(office.survey),
    }
    return office_page(office, "publish.html", "veroeffentlichen", page=page)
