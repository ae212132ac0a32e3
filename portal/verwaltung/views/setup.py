"""The page behind the operator's link: the first administrator of a town."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kern import audit
from kern.accounts import service
from kern.accounts.models import Account
from kern.accounts.passwords import hash_password, require_good
from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.actor import SYSTEM
from kern.errors import Conflict, Invalid
from kern.i18n import _
from kern.web import commits, limit_network, notice, shows_again
from kern.web.identity import settings
from portal.konto.device import describe
from portal.konto.views.login import come_in
from portal.verwaltung import einrichten
from portal.verwaltung.blueprint import blueprint
from portal.verwaltung.forms import SetupForm


@blueprint.get("/einrichten/<token>")
def setup(token: str) -> ResponseReturnValue:
    waiting = einrichten.look(token)
    return _page(SetupForm(email=waiting.payload.get("email", "")))


@blueprint.post("/einrichten/<token>")
@shows_again
@commits
def make_first(token: str) -> ResponseReturnValue:
    limit_network("setup", 20)
    form = SetupForm()
    hashed = _hashed(form) if form.is_ok() else ""  # before the transaction begins
    einrichten.look(token)
    if hashed:
        try:
            account = _make(token, form, hashed)
        except (Invalid, Conflict) as error:
            form.blame(error)
        else:
            agent = describe(request.headers.get("User-Agent", ""))
            session = open_session(account, agent, settings().session_days)
            notice(_("Willkommen! Sie verwalten jetzt diesen Ort."))
            return come_in(session, "/verwaltung/")
    return _page(form), 422


def _hashed(form: SetupForm) -> str:
    """Empty when the password is refused."""
    password, name, email = form.words
    try:
        require_good(password, [name, email, *service.personal_words()])
    except Invalid as error:
        form.blame(error)
        return ""
    return hash_password(password, settings().argon2_memory_kib)


def _make(token: str, form: SetupForm, hashed: str) -> Account:
    _password, name, email = form.words
    account = service.create_account(email, name, roles=[Role.ADMINISTRATOR])
    account.password_hash = hashed
    einrichten.spend(token)
    audit.record(SYSTEM, "account.first", f"account:{account.id}")
    return account


def _page(form: SetupForm) -> str:
    return render_template("portal/verwaltung/setup.html", form=form)
