"""The last look, sending, and the receipt."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kern.errors import Conflict, DomainError
from kern.i18n import _, say
from kern.web import Later, commits, current_actor
from kern.web.limit import limit_network
from kern.web.notice import notice
from umfragen import service
from umfragen.definition import Page
from umfragen.definition.questions import Computed, Info
from umfragen.engine import Sheet, find_faults, ordered_questions, visible_pages
from umfragen.engine.piping import plain
from umfragen.models import Level, Survey
from umfragen.saying import said
from umfragen.service import AdmissionMissing, Faulty, Filling, QuotaFull, Receipt, files
from umfragen.service.answering import find_row
from umfragen.views.answering.blueprint import (
    admission,
    blueprint,
    forget_admission,
    remember_device,
    to_survey,
)

MOST_CODES = 60


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of the last look. `lines` is empty where nothing was answered."""

    key: int
    text: str
    lines: list[str]
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class AnsweredPage:
    key: int
    title: str
    questions: list[Answered]


@blueprint.get("/umfragen/<slug>/ausfuellen/<token>/pruefen")
def check(slug: str, token: str) -> ResponseReturnValue:
    survey = to_survey(slug)
    return _page(service.open_draft(survey, token), token)


@blueprint.post("/umfragen/<slug>/ausfuellen/<token>/absenden")
@commits
def send(slug: str, token: str) -> ResponseReturnValue | Later:
    survey = to_survey(slug)
    try:
        _keep_files(survey, token)
        shown = _admission(survey)
        receipt = service.submit(survey, token, admission=shown, waved_through=True)
    except Faulty as error:
        return _to_mend(survey, token, error)
    except AdmissionMissing:
        return _page(service.open_draft(survey, token), token, asks_admission=True), 403
    except QuotaFull as error:
        return _refused(survey, token, error, error.quota.text.say(_language(survey, token)))
    except DomainError as error:
        return _refused(survey, token, error)
    return _thanks(survey, receipt)


@blueprint.post("/umfragen/<slug>/ausfuellen/<token>/loeschen")
@commits
def drop(slug: str, token: str) -> ResponseReturnValue:
    survey = to_survey(slug)
    service.discard(survey, token)
    notice(_("Ihre Antworten sind gelöscht."))
    return redirect(url_for("umfragen.start", slug=slug, verworfen=1), code=303)


def _keep_files(survey: Survey, token: str) -> None:
    """Only what is sent for good: a trial leaves no files."""
    if survey.current_version and not files.are_asked(service.plan_of(survey)):
        return
    draft = find_row(survey, token)
    if draft is None:  # sent before: counted once, with its files
        return
    filling = service.open_draft(survey, token)
    if filling.is_test:
        return
    answers, lost = files.without_lost(survey, filling.plan, filling.sheet().answers)
    if lost:
        raise Faulty(lost)
    kept = files.keep_all(survey, filling.plan, answers)
    if kept != filling.sheet().answers:
        service.save(survey, token, {**filling.answers, **kept})


def _admission(survey: Survey) -> str:
    """What was shown at the start, or now: with the login, or a code typed once more."""
    if survey.level == Level.ACCOUNT and current_actor().is_authenticated:
        return service.admission_for_account(survey, current_actor())
    typed = request.form.get("code", "")
    if survey.level == Level.CODE and typed:
        limit_network("survey.code", MOST_CODES)
        return service.admission_for_code(survey, typed[:60])
    return admission()


def _to_mend(survey: Survey, token: str, error: Faulty) -> ResponseReturnValue:
    """The page of the first fault."""
    plan = service.open_draft(survey, token).plan
    page = plan.page_of[plan.question_of(error.faults[0].item).key]
    target = url_for("umfragen.page", slug=survey.slug, token=token, page=page.key, pruefen=1)
    return redirect(target, code=303)


def _refused(survey: Survey, token: str, error: DomainError, more: str = "") -> ResponseReturnValue:
    filling = service.open_draft(survey, token)
    return _page(filling, token, refused=error, more=more), error.status


def _language(survey: Survey, token: str) -> str:
    return service.open_draft(survey, token).language


def _thanks(survey: Survey, receipt: Receipt) -> Later:
    definition = service.draft_of(survey) if receipt.is_test else service.definition_of(survey)

    def draw() -> Response:
        html = render_template(
            "umfragen/ausfuellen/danke.html",
            survey=survey,
            definition=definition,
            receipt=receipt,
            settings=service.settings_of(survey),
        )
        response = Response(html, content_type="text/html; charset=utf-8")
        if survey.level == Level.DEVICE and not receipt.is_test:
            return remember_device(response, survey)
        return forget_admission(response, survey) if admission() else response

    return Later(draw, (survey, survey.scope))


def _page(
    filling: Filling,
    token: str,
    *,
    asks_admission: bool = False,
    refused: DomainError | None = None,
    more: str = "",
) -> str:
    sheet = filling.sheet()
    wrong = {sheet.plan.question_of(fault.item).key for fault in find_faults(sheet)}
    pages = [
        AnsweredPage(page.key, plain(sheet, page.title), list(_answered(sheet, page, wrong)))
        for page in visible_pages(sheet)
    ]
    return render_template(
        "umfragen/ausfuellen/pruefen.html",
        filling=filling,
        survey=filling.survey,
        token=token,
        pages=[page for page in pages if page.questions],
        asks_admission=asks_admission,
        refused=refused,
        more=more,
        is_over=isinstance(refused, Conflict),
        level=Level,
        settings=service.settings_of(filling.survey),
        say=say,
        keep=f"umfrage:{filling.survey.slug}",
    )


def _answered(sheet: Sheet, page: Page, wrong: set[int]) -> Iterator[Answered]:
    for question in ordered_questions(page, sheet.seed):
        is_hidden = isinstance(question, Computed) and not question.shown
        if question.key not in sheet.shown or isinstance(question, Info) or is_hidden:
            continue
        yield Answered(
            question.key, plain(sheet, question.text), said(sheet, question), question.key in wrong
        )
