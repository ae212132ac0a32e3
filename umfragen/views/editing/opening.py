"""Before the survey opens: what is ready, what is missing; and its life from then on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kern.clock import now
from kern.errors import Conflict, Invalid
from kern.i18n import _, _l, _n, say
from kern.town import current_town
from kern.web import commits, current_actor, notice, shows_again
from umfragen import rules, service
from umfragen.editing.advice import ease_of, missing_texts
from umfragen.editing.minutes import estimate_minutes
from umfragen.editing.robots import walk_robots
from umfragen.editing.wording import LANGUAGES
from umfragen.engine import make_plan
from umfragen.forms.instants import end_of
from umfragen.forms.survey import ExtendForm
from umfragen.models import State
from umfragen.views.editing.blueprint import Desk, blueprint, desk_of, section_page, to
from umfragen.views.editing.shown import Said, all_findings

OK, HINT, WRONG = "success", "warning", "danger"


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the checklist; `section`: endpoint where one mends it."""

    kind: str
    title: str
    text: str = ""
    section: str = ""


@blueprint.get("/<slug>/bearbeiten/oeffnen")
def opening(slug: str) -> ResponseReturnValue:
    return _page(_any_desk(slug), ExtendForm(formdata=None))


@blueprint.post("/<slug>/bearbeiten/oeffnen")
@commits
def change_state(slug: str) -> ResponseReturnValue:
    """`tun` says which step of its life; what is missing is said on the page, which then is 422."""
    desk = _any_desk(slug)
    act = STEPS.get(request.form.get("tun", ""))
    if act is None:
        return to(desk, "opening")
    try:
        act[1](desk)
    except (service.Incomplete, service.NotReady) as refused:
        return _page(desk, ExtendForm(formdata=None), refused=say(refused)), 422
    notice(act[0])
    return to(desk, "opening")


@blueprint.post("/<slug>/bearbeiten/verlaengern")
@shows_again
@commits
def extend(slug: str) -> ResponseReturnValue:
    desk = _any_desk(slug)
    form = ExtendForm()
    if not form.is_ok():
        return _page(desk, form), 422
    try:
        closes_at = end_of(form.closes_on.data, form.closes_time.data, "closes_on") or now()
        service.extend(desk.actor, desk.survey, closes_at, form.reason.data or "")
    except Invalid as error:
        form.blame(error)
        return _page(desk, form), 422
    notice(_("Die Umfrage ist verlängert. Der Grund steht auf ihrer Seite."))
    return to(desk, "opening")


def _any_desk(slug: str) -> Desk:
    """Also of a survey that has ended: it can be archived."""
    actor = current_actor()
    survey = service.get_survey_for(actor, slug)
    if survey.state in rules.OVER:
        rules.require_may_publish(actor, survey)
    else:
        rules.require_may_edit(actor, survey)
    return desk_of(actor, survey)


def _publish_and(then: Callable[[Any, Any], None]) -> Callable[[Desk], None]:
    """The questions of today become a version first."""

    def act(desk: Desk) -> None:
        if desk.survey.state not in {State.DRAFT, State.SUBMITTED}:
            raise Conflict(rules.CHANGED_MEANWHILE)
        if desk.survey.current_version == 0 or service.has_unpublished(desk.survey):
            service.publish_version(desk.actor, desk.survey)
        then(desk.actor, desk.survey)

    return act


def _plainly(then: Callable[[Any, Any], None]) -> Callable[[Desk], None]:
    return lambda desk: then(desk.actor, desk.survey)


STEPS: Mapping[str, tuple[object, Callable[[Desk], None]]] = {
    "oeffnen": (_l("Die Umfrage ist geöffnet oder geplant."), _publish_and(service.open_survey)),
    "vorlegen": (
        _l("Eine zweite Person kann jetzt zustimmen."), _publish_and(service.ask_for_opening)
    ),
    "zustimmen": (_l("Die Umfrage ist geöffnet oder geplant."), _plainly(service.open_survey)),
    "zuruecknehmen": (
        _l("Die Umfrage ist wieder ein Entwurf."), _plainly(service.take_back_asking)
    ),
    "absagen": (_l("Die Umfrage ist wieder ein Entwurf."), _plainly(service.call_off)),
    "unterbrechen": (_l("Die Umfrage ist unterbrochen."), _plainly(service.pause)),
    "weiter": (_l("Die Umfrage geht weiter."), _plainly(service.go_on)),
    "beenden": (_l("Die Umfrage ist beendet."), _plainly(service.close)),
    "archivieren": (_l("Die Umfrage ist im Archiv."), _plainly(service.archive)),
    "zurueckholen": (_l("Die Umfrage ist wieder da."), _plainly(service.bring_back)),
}  # fmt: skip


def _page(desk: Desk, form: ExtendForm, *, refused: str = "") -> str:
    survey = desk.survey
    settings = service.settings_of(survey)
    is_before = survey.state in rules.BEFORE
    return section_page(
        "opening.html",
        desk,
        "oeffnen",
        form=form,
        checks=_checks(desk) if is_before else [],
        settings=settings,
        refused=refused,
        now=now(),
        standing=rules.standing(survey, now()),
        is_asker=survey.asked_by is not None and survey.asked_by == desk.actor.account_id,
        minutes=settings.minutes or estimate_minutes(desk.draft.definition),
        has_unpublished=survey.current_version > 0 and service.has_unpublished(survey),
        confirm="beenden" in request.args,
        short_address=f"{current_town().address}/u/{desk.slug}".split("://", 1)[-1],
    )


def _checks(desk: Desk) -> list[Check]:
    survey, definition = desk.survey, desk.draft.definition
    said = all_findings(survey, definition)
    return [
        _questions_check(desk, said),
        *_gap_checks(desk),
        _languages_check(desk),
        *_ease_checks(desk),
        _robots_check(desk),
        _advice_check(said),
    ]


def _questions_check(desk: Desk, said: tuple[Said, ...]) -> Check:
    asked = [question for question in desk.draft.definition.questions() if not question.retired]
    errors = sum(found.is_error for found in said)
    if not asked:
        return Check(WRONG, _("Es gibt noch keine Frage."), section="overview")
    if errors:
        words = _n(
            "%(num)s Fehler ist noch zu beheben.", "%(num)s Fehler sind noch zu beheben.", errors
        )
        return Check(WRONG, _("Fragen"), words, "overview")
    words = _n("%(num)s Frage, keine Fehler.", "%(num)s Fragen, keine Fehler.", len(asked))
    return Check(OK, _("Fragen"), words)


SECTION_OF_GAP = {"termine": "dates", "zugang": "access", "grunddaten": "basics"}


def _gap_checks(desk: Desk) -> list[Check]:
    """The questions become a version by opening, so that gap is none here."""
    gaps = [gap for gap in service.list_gaps(desk.survey, now()) if gap.section != "fragen"]
    if not gaps:
        return [Check(OK, _("Termine, Zugang und Kontakt"), _("Alles da."))]
    return [
        Check(WRONG, str(gap.sentence), section=SECTION_OF_GAP.get(gap.section, "basics"))
        for gap in gaps
    ]


def _languages_check(desk: Desk) -> Check:
    definition = desk.draft.definition
    missing = missing_texts(definition)
    names = ", ".join(LANGUAGES.get(tag, tag) for tag in definition.languages)
    if not missing:
        return Check(OK, _("Sprachen"), _("Vollständig: %(names)s.", names=names))
    lacks = ", ".join(
        f"{LANGUAGES.get(tag, tag)} ({_n('%(num)s Text', '%(num)s Texte', count)})"
        for tag, count in missing.items()
    )
    words = _("Es fehlt noch: %(lacks)s. Dort erscheint dann die erste Sprache.", lacks=lacks)
    return Check(HINT, _("Sprachen"), words, "languages")


def _ease_checks(desk: Desk) -> list[Check]:
    found = []
    for tag in desk.draft.definition.languages:
        ease = ease_of(desk.draft.definition, tag)
        if ease is None:
            continue
        title = _("Lesbarkeit, %(language)s", language=LANGUAGES.get(tag, tag))
        words = _("%(score)s von 100: %(words)s.", score=ease.score, words=say(ease.words))
        found.append(Check(HINT if ease.is_hard else OK, title, words))
    return found


def _robots_check(desk: Desk) -> Check:
    plan = make_plan(desk.draft.definition)
    title = _("Probelauf")
    if plan.mistakes:
        return Check(HINT, title, _("Erst müssen die Fehler weg."), "overview")
    walks = walk_robots(plan, 5, seed=desk.slug)
    stuck = sum(walk.stuck is not None for walk in walks)
    if stuck:
        words = _(
            "%(stuck)s von %(n)s Robotern kommen nicht bis zum Ende.", stuck=stuck, n=len(walks)
        )
        return Check(HINT, title, words, "robots")
    return Check(OK, title, _("Alle Roboter kommen bis zum Ende."))


def _advice_check(said: tuple[Said, ...]) -> Check:
    count = sum(not found.is_error for found in said)
    if not count:
        return Check(OK, _("Ratschläge"), _("Uns ist nichts aufgefallen."))
    words = _n("%(num)s Hinweis zu den Fragen.", "%(num)s Hinweise zu den Fragen.", count)
    return Check(HINT, _("Ratschläge"), words, "overview")
