"""Report something public, with or without a login, and see what became of it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.content import Card, Ref
from kern.errors import Invalid
from kern.i18n import language
from kern.moderation import answers
from kern.moderation import reports as service
from kern.moderation.queue import DESK
from kern.moderation.reports import Allegation
from kern.town import current_town
from kern.web import commits, current_actor, limit_mails, limit_network, shows_again
from portal.moderation.blueprint import reports
from portal.moderation.forms import ReportForm

AN_HOUR = 10  # reports from one network


@reports.get("/<string:key>/<int:id_>")
def form(key: str, id_: int) -> ResponseReturnValue:
    card = service.get_target(current_actor(), Ref(key, id_))
    return _page(card, ReportForm(formdata=None))


def _page(card: Card, form: ReportForm) -> str:
    address = f"{current_town().address}{card.path}"
    return render_template("portal/melden/form.html", card=card, form=form, address=address)


@reports.post("/<string:key>/<int:id_>")
@shows_again
@commits
def submit(key: str, id_: int) -> ResponseReturnValue:
    actor, ref = current_actor(), Ref(key, id_)
    card = service.get_target(actor, ref)
    form = ReportForm()
    if not form.is_ok():
        return _page(card, form), 422
    limit_network("report", AN_HOUR)
    if form.email.data:
        limit_mails(form.email.data.strip().lower())
    try:
        note = service.report(actor, ref, _allegation(form))
    except Invalid as error:
        form.blame(error)
        return _page(card, form), 422
    return redirect(url_for(".answer", receipt=note.receipt, neu=1), code=303)


def _allegation(form: ReportForm) -> Allegation:
    return Allegation(
        rule=int(form.rule.data),
        text=form.text.data or "",
        email=form.email.data or "",
        language=language(),
        name=form.name.data or "",
    )


@reports.get("/nummer/<string:receipt>")
def answer(receipt: str) -> ResponseReturnValue:
    """What became of a report, for whoever holds its number."""
    limit_network("report.answer", 60)
    found = answers.get_answer(receipt)
    return render_template(
        "portal/melden/answer.html",
        answer=found,
        is_new="neu" in request.args,
        may_decide=current_actor().may(DESK, found.case.scope_id),
    )
