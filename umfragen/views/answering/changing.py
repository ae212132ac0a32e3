"""With the receipt code: change what was sent, or take it back."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.errors import DomainError, NotFound
from kern.i18n import _, say
from kern.web import commits, shows_again
from kern.web.limit import limit_network
from umfragen import service
from umfragen.engine import first_page
from umfragen.forms.beginning import CodeForm
from umfragen.models import Survey
from umfragen.service.receipts import has_answers_of
from umfragen.views.answering.beginning import MOST_CODES
from umfragen.views.answering.blueprint import blueprint, is_open, to_survey

CHANGE, SURE = "aendern", "sicher"
NOTHING = "Zu diesem Code gibt es keine Antworten. Bitte sehen Sie noch einmal nach."


@blueprint.get("/umfragen/<slug>/antwort")
def receipt(slug: str) -> ResponseReturnValue:
    return _page(to_survey(slug), CodeForm(formdata=None))


@blueprint.post("/umfragen/<slug>/antwort")
@shows_again
@commits
def use_receipt(slug: str) -> ResponseReturnValue:
    survey = to_survey(slug)
    form = CodeForm()
    if not form.is_ok():
        return _page(survey, form), 422
    code, act = form.code.data or "", request.form.get("tat", "")
    try:
        limit_network("survey.code", MOST_CODES)
        if act == CHANGE:
            return _change(survey, code)
        if not has_answers_of(survey, code):
            raise NotFound(NOTHING)
        if act != SURE:
            return _page(survey, form, asks=True)
        service.withdraw(survey, code)
    except DomainError as error:
        form.code.errors = [say(error)]
        return _page(survey, form), 422
    return render_template("umfragen/ausfuellen/zurueckgezogen.html", survey=survey)


def _change(survey: Survey, code: str) -> ResponseReturnValue:
    token = service.change(survey, code)
    page = first_page(service.open_draft(survey, token).sheet())
    if page is None:
        return redirect(url_for("umfragen.check", slug=survey.slug, token=token), code=303)
    target = url_for("umfragen.page", slug=survey.slug, token=token, page=page)
    return redirect(target, code=303)


def _page(survey: Survey, form: CodeForm, *, asks: bool = False) -> str:
    return render_template(
        "umfragen/ausfuellen/beleg.html",
        survey=survey,
        form=form,
        asks=asks,
        is_open=is_open(survey),
        question=_("Sollen wir Ihre Antworten löschen?"),
    )
