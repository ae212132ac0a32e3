"""The start page of a survey: what for, how long, who sees what, until when; and the way in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kern import outbox
from kern.accounts import pending
from kern.accounts.emails import fold_email
from kern.clock import now
from kern.errors import Conflict, DomainError, Invalid, TooMany
from kern.i18n import language, say
from kern.town import current_town
from kern.web import commits, current_actor, shows_again
from kern.web.limit import limit_mails, limit_network, limit_writing
from umfragen import mails, rules, service
from umfragen.definition import Definition
from umfragen.definition.questions import Files
from umfragen.editing.minutes import estimate_minutes
from umfragen.engine import first_page
from umfragen.forms.beginning import BeginForm, CodeForm
from umfragen.models import Level, State, Survey
from umfragen.privacy import Promises, promises
from umfragen.results import publication
from umfragen.service.access import read_admission
from umfragen.store.texts import text_items
from umfragen.views.answering.blueprint import (
    admission,
    blueprint,
    device_cookie,
    is_open,
    remember_admission,
    require_open,
    to_survey,
)

NAMES = {"de": "Deutsch", "en": "English", "de-x-ls": "Leichte Sprache", "fr": "Français"} | {
    "tr": "Türkçe", "pl": "Polski", "uk": "Українська", "ru": "Русский", "ar": "العربية"
}  # fmt: skip
ADDRESS_KEPT = timedelta(days=1)
MOST_KNOWN = 500
_known_minutes: dict[tuple[str, int, int], int] = {}
MOST_CODES = 60  # an hour from one network: a class may sit behind one


@dataclass(frozen=True, slots=True)
class StartPage:
    """`s` in the template."""

    survey: Survey
    settings: rules.Settings
    definition: Definition
    language: str
    state: State
    minutes: int
    promises: Promises
    is_open: bool
    is_let_in: bool
    has_results: bool
    may_edit: bool
    may_enter: bool
    may_see: bool

    @property
    def languages(self) -> list[tuple[str, str]]:
        return [(tag, NAMES.get(tag, tag)) for tag in self.definition.languages]

    @property
    def extended(self) -> dict[str, Any] | None:
        return self.survey.extensions[-1] if self.survey.extensions else None

    @property
    def ends(self) -> datetime | None:
        return self.survey.closes_at

    @property
    def takes_steps(self) -> bool:
        """Whether something has to be shown before the first question."""
        return not self.is_let_in and self.survey.level in {Level.ADDRESS, Level.CODE}


@blueprint.get("/umfragen/<slug>")
def start(slug: str) -> ResponseReturnValue:
    survey = to_survey(slug)
    form = BeginForm(formdata=None)
    given = admission()
    if survey.level == Level.CODE and given.startswith("code:"):
        form.code.data = given.removeprefix("code:")
    return _page(survey, form)


@blueprint.post("/umfragen/<slug>/ausfuellen")
@shows_again
@commits
def begin(slug: str) -> ResponseReturnValue:
    survey = to_survey(slug)
    form = BeginForm()
    if not form.is_ok():
        return _page(survey, form), 422
    if request.form.get("probe") and current_actor().may(rules.EDIT, survey.scope_id):
        return _to_first_page(survey, service.start(survey, language=_wanted(form), is_test=True))
    try:
        limit_writing()
        return _begin(survey, form)
    except (Conflict, Invalid, TooMany) as error:
        form.blame(error)
        return _page(survey, form), error.status


def _begin(survey: Survey, form: BeginForm) -> ResponseReturnValue:
    service.require_new_device(survey, device_cookie())
    require_open(survey)
    value = _admission_for(survey, form)
    if value is None:
        return _send_link(survey, form)
    token = service.start(survey, language=_wanted(form))
    response = _to_first_page(survey, token)
    return remember_admission(response, survey, value) if value else response


def _admission_for(survey: Survey, form: BeginForm) -> str | None:
    """Empty where none is needed; None where a mail has to come first."""
    if survey.level in {Level.OPEN, Level.DEVICE}:
        return ""
    if survey.level == Level.ACCOUNT:
        return service.admission_for_account(survey, current_actor())
    if _is_let_in(survey):
        return admission()
    if survey.level == Level.ADDRESS:
        return None
    limit_network("survey.code", MOST_CODES)
    return service.admission_for_code(survey, form.code.data or "")


def _is_let_in(survey: Survey) -> bool:
    """Whether this device was shown in before, and that still stands."""
    given = admission()
    if not given or given.startswith("code:"):
        return False
    try:
        return read_admission(survey, given) is not None
    except DomainError:
        return False


def _send_link(survey: Survey, form: BeginForm) -> ResponseReturnValue:
    address = fold_email(form.email.data or "")
    limit_mails(address)
    waiting = pending.keep(mails.NAME, address, {"survey": survey.id}, language(), ADDRESS_KEPT)
    subject = f"pending:{waiting.id}"
    outbox.mail(mails.NAME, subject, event=subject)
    return render_template("umfragen/ausfuellen/unterwegs.html", survey=survey)


@blueprint.get("/umfragen/<slug>/zutritt/<admission>")
def let_in(slug: str, admission: str) -> ResponseReturnValue:
    """From the mail. Programs open links too, so only the button does something."""
    survey = to_survey(slug)
    read_admission(survey, admission)
    return render_template("umfragen/ausfuellen/zutritt.html", survey=survey, admission=admission)


@blueprint.post("/umfragen/<slug>/zutritt/<admission>")
@commits
def enter(slug: str, admission: str) -> ResponseReturnValue:
    survey = to_survey(slug)
    read_admission(survey, admission)
    token = service.start(survey, language=language())
    return remember_admission(_to_first_page(survey, token), survey, admission)


@blueprint.get("/umfragen/<slug>/weiter")
def ask_for_code(slug: str) -> ResponseReturnValue:
    """To go on with what was begun on another device."""
    return _code_page(to_survey(slug), CodeForm(formdata=None))


@blueprint.post("/umfragen/<slug>/weiter")
@shows_again
@commits
def go_on(slug: str) -> ResponseReturnValue:
    survey = to_survey(slug)
    form = CodeForm()
    if not form.is_ok():
        return _code_page(survey, form), 422
    try:
        limit_network("survey.code", MOST_CODES)
        token = service.resume(survey, form.code.data or "")
    except DomainError as error:
        form.code.errors = [say(error)]
        return _code_page(survey, form), 422
    return _to_first_page(survey, token)


def _code_page(survey: Survey, form: CodeForm) -> str:
    return render_template("umfragen/ausfuellen/weiter.html", survey=survey, form=form)


def _to_first_page(survey: Survey, token: str) -> Response:
    page = first_page(service.open_draft(survey, token).sheet())
    if page is None:
        return redirect(url_for("umfragen.check", slug=survey.slug, token=token), code=303)
    target = url_for("umfragen.page", slug=survey.slug, token=token, page=page)
    return redirect(target, code=303)


def _wanted(form: BeginForm) -> str:
    return str(form.language.data or "")


def _page(survey: Survey, form: BeginForm) -> str:
    is_published = survey.current_version > 0
    plan = service.plan_of(survey) if is_published else service.draft_plan(survey)
    definition = plan.definition
    settings = service.settings_of(survey)
    actor = current_actor()
    wanted = request.args.get("in") or _wanted(form) or language()
    chosen = wanted if wanted in definition.languages else definition.language
    form.language.data = chosen
    page = StartPage(
        survey=survey,
        settings=settings,
        definition=definition,
        language=chosen,
        state=rules.standing(survey, now()),
        minutes=settings.minutes or _minutes(current_town().slug, survey, definition),
        promises=promises(
            survey.level,
            settings,
            k_min=survey.k_min,
            k_total=survey.k_total,
            asks_for_files=any(isinstance(asked, Files) for asked in definition.questions()),
            asks_for_texts=any(text_items(plan)),
        ),
        is_open=is_open(survey),
        is_let_in=_is_let_in(survey),
        has_results=publication.is_public(survey),
        may_edit=actor.may(rules.EDIT, survey.scope_id),
        may_enter=actor.may(rules.ENTER, survey.scope_id),
        may_see=actor.may(rules.RESULTS, survey.scope_id),
    )
    return render_template("umfragen/ausfuellen/start.html", s=page, form=form, level=Level)


def _minutes(town: str, survey: Survey, definition: Definition) -> int:
    """Kept, since robots walk through the survey for it."""
    key = (town, survey.id, survey.current_version or -survey.draft_step)
    if key not in _known_minutes:
        if len(_known_minutes) >= MOST_KNOWN:
            _known_minutes.clear()
        _known_minutes[key] = estimate_minutes(definition)
    return _known_minutes[key]
