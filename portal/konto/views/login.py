"""Come in and go: one form for people with and without an account, a password behind it."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug import Response

from kern.accounts import service, sessions
from kern.errors import Invalid
from kern.i18n import _, language
from kern.notify import bounces
from kern.web import (
    commits,
    current_actor,
    limit_mails,
    notice,
    require_login,
    safe_next,
    shows_again,
)
from kern.web.identity import current_visit, forget, remember, session_token, settings
from kern.web.limit import limit_passwords
from portal.konto.blueprint import blueprint
from portal.konto.device import describe
from portal.konto.forms import LinkForm, PasswordLoginForm, StepUpForm

HOME = "/konto/"
WRONG = "E-Mail-Adresse oder Passwort stimmt nicht."


@blueprint.get("/anmelden")
def login() -> ResponseReturnValue:
    way_back = safe_next(request.args.get("weiter"), HOME)
    if current_actor().is_authenticated:
        return redirect(way_back, code=303)
    return render_template(
        "portal/konto/login.html",
        form=LinkForm(weiter=way_back),
        password_form=PasswordLoginForm(weiter=way_back, prefix="p-"),
    )


@blueprint.post("/anmelden")
@shows_again
@commits
def request_link() -> ResponseReturnValue:
    """The same answer for every address, whoever has it."""
    form = LinkForm()
    way_back = safe_next(form.weiter.data, HOME)
    if not form.is_ok():
        password_form = PasswordLoginForm(formdata=None, weiter=way_back, prefix="p-")
        page = render_template("portal/konto/login.html", form=form, password_form=password_form)
        return page, 422
    limit_mails(form.address)
    service.request_link(form.address, language(), way_back)
    return render_template("portal/konto/link_sent.html", address=form.email.data)


@blueprint.post("/anmelden/passwort")
@shows_again
@commits
def login_by_password() -> ResponseReturnValue:
    form = PasswordLoginForm(prefix="p-")
    way_back = safe_next(form.weiter.data, HOME)
    if form.is_ok():
        limit_passwords(form.address)
        token = _enter(form.address, form.password.data or "")
        if token is not None:
            notice(_("Sie sind angemeldet."))
            if bounces.find_stopped(form.address) is not None:
                notice(_("Unsere Mails an Sie kommen zurück. Mehr unter „Mein Konto“."), "warning")
            return come_in(token, way_back)
        form.blame(Invalid(WRONG))
    page = render_template(
        "portal/konto/login.html",
        form=LinkForm(formdata=None, weiter=way_back),
        password_form=form,
    )
    return page, 422


def _enter(address: str, password: str) -> str | None:
    """A session's token. The password is checked before the transaction begins."""
    values = settings()
    proof = service.check_password(
        address, password, values.argon2_memory_kib, production=values.production
    )
    if proof is None:
        return None
    agent = describe(request.headers.get("User-Agent", ""))
    return service.enter_by_password(proof, agent, values.session_days)


def come_in(token: str, way_back: str) -> Response:
    """To the page somebody wanted, with a new session; the one they came with ends."""
    if session_token():
        sessions.end_session(session_token())
    return remember(redirect(safe_next(way_back, HOME), code=303), token)


@blueprint.post("/abmelden")
@commits
def logout() -> ResponseReturnValue:
    sessions.end_session(session_token())
    notice(_("Sie sind abgemeldet."))
    return forget(redirect("/", code=303))


@blueprint.get("/erneut-anmelden")
@require_login
def step_up() -> ResponseReturnValue:
    return _step_up_page(StepUpForm(weiter=safe_next(request.args.get("weiter"), HOME)))


@blueprint.post("/erneut-anmelden")
@shows_again
@require_login
@commits
def step_up_by_password() -> ResponseReturnValue:
    form = StepUpForm()
    if form.is_ok() and _is_me(form):
        return redirect(safe_next(form.weiter.data, HOME), code=303)
    return _step_up_page(form), 422


def _is_me(form: StepUpForm) -> bool:
    found, actor = current_visit(), current_actor()
    limit_passwords(f"account:{actor.account_id}")
    password, memory = form.password.data or "", settings().argon2_memory_kib
    if found is None or service.check_own_password(actor, password, memory) is None:
        form.blame(Invalid("Das Passwort stimmt nicht.", field="password"))
        return False
    sessions.confirm(found.session_id)
    return True


@blueprint.post("/erneut-anmelden/link")
@require_login
@commits
def step_up_by_link() -> ResponseReturnValue:
    address = service.own_address(current_actor())
    limit_mails(address)
    service.request_link(address, language(), safe_next(request.form.get("weiter"), HOME))
    return render_template("portal/konto/link_sent.html", address=address)


def _step_up_page(form: StepUpForm) -> str:
    return render_template(
        "portal/konto/step_up.html",
        form=form,
        has_password=service.has_password(current_actor()),
    )
