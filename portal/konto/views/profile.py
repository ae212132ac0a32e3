"""One's own account: overview, name, password, address, sessions, data."""

from flask import Response, redirect, render_template
from flask.json import dumps
from flask.typing import ResponseReturnValue

from kern.accounts import service, sessions
from kern.accounts.passwords import hash_password, require_good
from kern.errors import Invalid
from kern.i18n import _, language
from kern.notify import bounces
from kern.notify.following import count_followed
from kern.settings import town_settings
from kern.web import (
    commits,
    current_actor,
    limit,
    limit_mails,
    notice,
    require_fresh,
    require_login,
    shows_again,
)
from kern.web.identity import current_visit, forget, session_token, settings
from portal.konto.blueprint import blueprint
from portal.konto.forms import NameForm, NewEmailForm, PasswordForm


@blueprint.get("/")
@require_login
def overview() -> ResponseReturnValue:
    actor = current_actor()
    email = service.own_address(actor)
    return render_template(
        "portal/konto/overview.html",
        email=email,
        bounce=bounces.find_stopped(email),
        has_password=service.has_password(actor),
        follows=count_followed(int(actor.party_id or 0)),
        session_count=len(sessions.list_sessions(_me())),
    )


@blueprint.post("/mail/wieder")
@require_login
@commits
def write_again() -> ResponseReturnValue:
    """The person says that their mailbox works again; if not, the next mail stops it anew."""
    actor = current_actor()
    bounce = bounces.find_stopped(service.own_address(actor))
    if bounce is not None:
        limit("mail.again", 3, 86400, str(_me()))
        bounces.lift(actor, bounce.id)
    notice(_("Wir schreiben Ihnen wieder."))
    return redirect("/konto/", code=303)


def _me() -> int:
    account_id = current_actor().account_id
    return int(account_id or 0)


@blueprint.get("/name")
@require_login
def name() -> ResponseReturnValue:
    return render_template("portal/konto/name.html", form=NameForm(name=current_actor().name))


@blueprint.post("/name")
@shows_again
@require_login
@commits
def change_name() -> ResponseReturnValue:
    form = NameForm()
    if form.is_ok():
        limit("name", 10, 86400, str(_me()))
        try:
            service.change_name(current_actor(), form.name.data)
        except Invalid as error:
            form.blame(error)
        else:
            notice(_("Ihr neuer Name gilt ab jetzt."))
            return redirect("/konto/", code=303)
    return render_template("portal/konto/name.html", form=form), 422


@blueprint.get("/passwort")
@require_fresh
def password() -> ResponseReturnValue:
    return _password_page(PasswordForm())


@blueprint.post("/passwort")
@shows_again
@require_fresh
@commits
def set_password() -> ResponseReturnValue:
    """The hash is made before the first statement, so nobody waits for it."""
    form = PasswordForm()
    actor, password = current_actor(), form.password.data or ""
    if form.is_ok():
        try:
            require_good(password, service.personal_words(_me()))
        except Invalid as error:
            form.blame(error)
    if not form.errors:
        hashed = hash_password(password, settings().argon2_memory_kib)
        service.set_password(actor, hashed, session_token())
        notice(_("Ihr neues Passwort gilt. Andere Geräte sind abgemeldet."))
        return redirect("/konto/", code=303)
    return _password_page(form), 422


@blueprint.post("/passwort/entfernen")
@require_fresh
@commits
def remove_password() -> ResponseReturnValue:
    service.set_password(current_actor(), None, session_token())
    notice(_("Ihr Passwort ist entfernt. Sie melden sich ab jetzt mit einem Link an."))
    return redirect("/konto/", code=303)


def _password_page(form: PasswordForm) -> str:
    actor = current_actor()
    return render_template(
        "portal/konto/password.html",
        form=form,
        email=service.own_address(actor),
        has_password=service.has_password(actor),
    )


@blueprint.get("/mail")
@require_fresh
def mail() -> ResponseReturnValue:
    return _mail_page(NewEmailForm())


@blueprint.post("/mail")
@shows_again
@require_fresh
@commits
def change_mail() -> ResponseReturnValue:
    form = NewEmailForm()
    if not form.is_ok():
        return _mail_page(form), 422
    limit_mails(form.address)
    service.request_mail_change(current_actor(), form.address, language())
    return render_template("portal/konto/mail_sent.html", address=form.email.data)


def _mail_page(form: NewEmailForm) -> str:
    email = service.own_address(current_actor())
    return render_template("portal/konto/mail.html", form=form, email=email)


@blueprint.get("/sitzungen")
@require_login
def list_sessions() -> ResponseReturnValue:
    found = current_visit()
    return render_template(
        "portal/konto/sessions.html",
        sessions=sessions.list_sessions(_me()),
        here=found.session_id if found is not None else None,
    )


@blueprint.post("/sitzungen/<int:session_id>/beenden")
@require_login
@commits
def end_session(session_id: int) -> ResponseReturnValue:
    sessions.end_one(_me(), session_id)
    notice(_("Dieses Gerät ist abgemeldet."))
    return redirect("/konto/sitzungen", code=303)


@blueprint.post("/sitzungen/alle-beenden")
@require_login
@commits
def end_sessions() -> ResponseReturnValue:
    """Here as well: whoever presses this may not know which device is whose."""
    service.end_everything(_me())
    notice(_("Sie sind auf allen Geräten abgemeldet."))
    return forget(redirect("/", code=303))


@blueprint.get("/daten")
@require_login
def data() -> ResponseReturnValue:
    return render_template("portal/konto/data.html", email=service.own_address(current_actor()))


@blueprint.get("/daten/export.json")
@require_login
def export_data() -> ResponseReturnValue:
    limit("export", 20, 3600, str(_me()))
    body = dumps(
        {"ort": town_settings().name, **service.export_account(_me())},
        ensure_ascii=False,
        indent=2,
        sort_keys=False,
    )
    response = Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="meine-daten.json"'
    return response
