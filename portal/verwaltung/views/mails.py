"""Mails that left, that wait and that failed; failed ones can be tried again."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern import audit, worker
from kern.errors import Conflict
from kern.i18n import _, _n
from kern.ids import parse_id
from kern.notify import bounces
from kern.outbox import State
from kern.web import commits, notice, require
from kern.web.identity import settings
from portal.verwaltung import outgoing
from portal.verwaltung.blueprint import blueprint

RIGHT = "admin.mails"
PAGE = "/verwaltung/mails/"


@blueprint.get("/mails/")
def mails() -> ResponseReturnValue:
    require(RIGHT)
    wanted = request.args.get("stand", "")
    state = State(wanted) if wanted in set(State) else None
    entries, following = outgoing.list_mails(state, request.args.get("vor", type=parse_id))
    return render_template(
        "portal/verwaltung/mails.html",
        entries=entries,
        following=following,
        state=state,
        states=outgoing.STATES,
        found=worker.figures(),
        bounced=bounces.count_stopped(),
        has_mail_server=bool(settings().smtp_host),
        label_of=outgoing.label_of,
        say_reason=outgoing.say_reason,
    )


@blueprint.get("/mails/<int:entry_id>")
def mail(entry_id: int) -> ResponseReturnValue:
    require(RIGHT)
    entry = outgoing.get_mail(entry_id)
    return render_template(
        "portal/verwaltung/mail.html",
        entry=entry,
        label=outgoing.label_of(entry),
        state=outgoing.STATES[State(entry.state)],
        reason=outgoing.say_reason(entry.error),
        shown=outgoing.show(entry),
    )


@blueprint.post("/mails/<int:entry_id>/noch-einmal")
@commits
def retry_mail(entry_id: int) -> ResponseReturnValue:
    actor = require(RIGHT)
    outgoing.get_mail(entry_id)
    if not worker.retry(entry_id):
        raise Conflict("Diese Mail ist inzwischen unterwegs oder angekommen.")
    audit.record(actor, "mail.retry", f"mail:{entry_id}")
    notice(_("Die Mail wird noch einmal verschickt."))
    return redirect(url_for("verwaltung.mail", entry_id=entry_id), code=303)


@blueprint.post("/mails/<int:entry_id>/erledigt")
@commits
def settle_mail(entry_id: int) -> ResponseReturnValue:
    """Somebody asked the recipient, or it is no longer needed."""
    actor = require(RIGHT)
    outgoing.get_mail(entry_id)
    if not worker.settle(entry_id):
        raise Conflict("Diese Mail ist inzwischen unterwegs oder angekommen.")
    audit.record(actor, "mail.settle", f"mail:{entry_id}")
    notice(_("Die Mail ist erledigt."))
    return redirect(PAGE, code=303)


@blueprint.post("/mails/alle-noch-einmal")
@commits
def retry_mails() -> ResponseReturnValue:
    actor = require(RIGHT)
    count = worker.retry_all()
    audit.record(actor, "mail.retry", detail=str(count))
    notice(_n("Eine Mail wird noch einmal verschickt.", "%(num)s Mails gehen noch einmal.", count))
    return redirect(PAGE, code=303)


@blueprint.get("/mails/zurueck")
def bounced() -> ResponseReturnValue:
    """Addresses that get no more mail, because it came back."""
    require(RIGHT)
    found, following = bounces.list_stopped(request.args.get("vor", type=parse_id))
    return render_template(
        "portal/verwaltung/bounced.html",
        found=found,
        following=following,
        most=bounces.MOST,
        say_code=outgoing.say_code,
    )


@blueprint.post("/mails/zurueck/<int:bounce_id>/wieder")
@commits
def write_again(bounce_id: int) -> ResponseReturnValue:
    bounces.lift(require(RIGHT), bounce_id)
    notice(_("An diese Adresse gehen wieder Mails."))
    return redirect(url_for("verwaltung.bounced"), code=303)
