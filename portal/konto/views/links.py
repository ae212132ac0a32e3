"""Where links in mails lead: a page with a button. Only the button does something, since mail
scanners open every link."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from kern.accounts import invitations, pending, service
from kern.accounts.models import Account
from kern.accounts.passwords import hash_password, require_good
from kern.errors import Invalid
from kern.i18n import _, _l
from kern.notify import bounces
from kern.web import commits, current_actor, limit_network, notice, shows_again
from kern.web.age import FIELD, is_too_fast, opened_field
from kern.web.identity import session_token, settings
from portal.konto.blueprint import blueprint
from portal.konto.device import describe
from portal.konto.forms import InvitationForm, NameForm
from portal.konto.views.login import HOME, come_in

REACHED = _l("Unsere Mails erreichen Sie wieder.")
TOO_FAST = "Das ging sehr schnell. Bitte sehen Sie sich alles kurz an und bestätigen Sie dann."


@blueprint.get("/link/<token>")
def link(token: str) -> ResponseReturnValue:
    """Log in, or give a name and have an account."""
    waiting, account = service.look_at_link(token, production=settings().production)
    return _link_page(NameForm(), waiting.email, account, token)


@blueprint.post("/link/<token>")
@shows_again
@commits
def enter(token: str) -> ResponseReturnValue:
    limit_network("link", 60)
    values = settings()
    waiting, account = service.look_at_link(token, production=values.production)
    email, sent_at = waiting.email, waiting.created_at
    form = NameForm()
    # People read the page and type a name; who is known only presses the button.
    if account is None and is_too_fast(request.form.get(FIELD, ""), token):
        form.blame(Invalid(TOO_FAST))
    elif account is not None or form.is_ok():
        agent = describe(request.headers.get("User-Agent", ""))
        try:
            session, way_back = service.enter_by_link(
                token,
                form.name.data or "",
                agent,
                values.session_days,
                production=values.production,
            )
        except Invalid as error:
            form.blame(error)
        else:
            is_new = account is None
            notice(_("Ihr Konto ist angelegt.") if is_new else _("Sie sind angemeldet."))
            if bounces.proved(email, sent_at):
                notice(REACHED)
            return come_in(session, way_back)
    return _link_page(form, email, account, token), 422


def _link_page(form: NameForm, email: str, account: Account | None, token: str) -> str:
    return render_template(
        "portal/konto/link.html",
        form=form,
        email=email,
        is_new=account is None,
        opened=opened_field(token),
    )


@blueprint.get("/einladung/<token>")
def invitation(token: str) -> ResponseReturnValue:
    return _invitation_page(InvitationForm(), invitations.look(token))


@blueprint.post("/einladung/<token>")
@shows_again
@commits
def accept_invitation(token: str) -> ResponseReturnValue:
    limit_network("link", 60)
    form = InvitationForm()
    password_hash = _hashed(form) if form.is_ok() else None
    account = invitations.look(token)
    scope = invitations.asked_into(account.id)
    if not form.errors:
        agent, days = describe(request.headers.get("User-Agent", "")), settings().session_days
        try:
            session = invitations.accept(token, form.name.data, password_hash, agent, days)
        except Invalid as error:
            form.blame(error)
        else:
            notice(_("Willkommen! Ihr Konto ist eröffnet."))
            return come_in(session, scope.path if scope is not None else HOME)
    return _invitation_page(form, account), 422


def _hashed(form: InvitationForm) -> str | None:
    """Before the transaction begins."""
    password = form.password.data
    if not password:
        return None
    try:
        require_good(password, [form.name.data or "", *service.personal_words()])
    except Invalid as error:
        form.blame(error)
        return None
    return hash_password(password, settings().argon2_memory_kib)


def _invitation_page(form: InvitationForm, account: Account) -> str:
    return render_template(
        "portal/konto/invitation.html",
        form=form,
        email=service.address_of_account(account.id),
        is_staff=service.is_staff(account.id),
        scope=invitations.asked_into(account.id),
    )


@blueprint.get("/mail/<token>")
def new_mail(token: str) -> ResponseReturnValue:
    waiting, _account = service.look_at_mail_change(token)
    return render_template("portal/konto/new_mail.html", email=waiting.email)


@blueprint.post("/mail/<token>")
@commits
def confirm_mail(token: str) -> ResponseReturnValue:
    limit_network("link", 60)
    service.confirm_mail(token, session_token())
    notice(_("Ihre neue E-Mail-Adresse gilt ab jetzt."))
    is_here = current_actor().is_authenticated
    return redirect("/konto/" if is_here else "/konto/anmelden", code=303)


@blueprint.get("/bestaetigen/<token>")
def confirm(token: str) -> ResponseReturnValue:
    return _confirm_page(token, too_fast=False)


@blueprint.post("/bestaetigen/<token>")
@commits
def perform(token: str) -> ResponseReturnValue:
    """Do what somebody without a login typed; nobody is logged in by it."""
    limit_network("link", 60)
    if is_too_fast(request.form.get(FIELD, ""), token):
        return _confirm_page(token, too_fast=True), 422
    waiting = pending.look(token)
    email, sent_at = waiting.email, waiting.created_at
    path, message = pending.perform(token)
    notice(message)
    if bounces.proved(email, sent_at):
        notice(REACHED)
    return redirect(path, code=303)


def _confirm_page(token: str, *, too_fast: bool) -> str:
    waiting = pending.look(token)
    kind = pending.kind_of(waiting)
    return render_template(
        "portal/konto/confirm.html",
        title=kind.title,
        shown=kind.show(waiting.payload),
        then=kind.next(waiting.payload),
        email=waiting.email,
        opened=opened_field(token),
        too_fast=too_fast,
    )
