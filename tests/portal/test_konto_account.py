"""The pages of one's own account, and what every page of ours does with cookies."""

import json
import re
from datetime import timedelta

import pytest
from flask import Flask, render_template
from flask_login import current_user
from sqlalchemy import update

from kern.accounts import service
from kern.accounts.models import Account, AccountState, LoginSession
from kern.accounts.passwords import hash_password
from kern.accounts.permissions import Role
from kern.accounts.sessions import end_session, list_sessions, open_session
from kern.clock import now
from kern.db import db
from kern.i18n import speaking
from kern.web.guard import FIELD
from kern.web.identity import forget_actor
from tests.builders import make_account
from tests.sent import link_in, mails
from tests.visitors import Visitor

PASSWORD = "Kuhglocke zählt Wolken"

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def account(town: object) -> Account:
    return make_account("Helga Martens", password_hash=hash_password(PASSWORD, 64))


@pytest.fixture
def helga(app: Flask, account: Account) -> Visitor:
    return Visitor(app, account)


def age_login() -> None:
    """The proof of every session is older than step-up pages take."""
    query = update(LoginSession).values(confirmed_at=now() - timedelta(minutes=11))
    db.session.execute(query)
    db.session.commit()


def fits(email: str, password: str) -> bool:
    return service.check_password(email, password, 64, production=False) is not None


def test_the_overview_shows_what_is_known(helga: Visitor) -> None:
    page = helga.get("/konto/")

    assert "Helga Martens" in page.text
    assert helga.email in page.text
    assert "/beteiligung/meine-beitraege" in page.text
    assert "/verwaltung/" not in page.text


def test_personal_pages_are_stored_nowhere(helga: Visitor) -> None:
    page = helga.get("/konto/")

    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_a_new_name_is_kept_when_it_is_taken(helga: Visitor) -> None:
    make_account("Cem Yildiz").name_skeleton = "cemyiidiz"
    db.session.commit()

    page = helga.post("/konto/name", {"name": "Cem Yildiz"})
    assert page.status_code == 422
    assert 'value="Cem Yildiz"' in page.text

    assert helga.post("/konto/name", {"name": "Seehund 7"}).status_code == 303
    assert "Seehund 7" in helga.get("/konto/").text


@pytest.mark.parametrize("page", ["/konto/passwort", "/konto/mail", "/konto/loeschen"])
def test_what_could_take_the_account_away_asks_again(helga: Visitor, page: str) -> None:
    age_login()

    for answer in (helga.get(page), helga.post(page)):
        assert answer.status_code == 303
        assert answer.location == f"/konto/erneut-anmelden?weiter={page}"


def test_the_password_opens_these_pages_again(helga: Visitor) -> None:
    age_login()
    form = {"password": "falsch", "weiter": "/konto/mail"}
    assert helga.post("/konto/erneut-anmelden", form).status_code == 422

    page = helga.post("/konto/erneut-anmelden", {**form, "password": PASSWORD})

    assert page.location == "/konto/mail"
    assert helga.get("/konto/mail").status_code == 200


def test_a_link_opens_these_pages_again(helga: Visitor) -> None:
    age_login()
    helga.post("/konto/erneut-anmelden/link", {"weiter": "/konto/loeschen"})

    page = helga.post(link_in(mails("konto.anmelden")[0]))

    assert page.location == "/konto/loeschen"
    assert helga.get(page.location).status_code == 200
    assert len(list_sessions(helga.account_id)) == 1


def test_a_new_password_works_and_ends_other_sessions(
    app: Flask, helga: Visitor, account: Account
) -> None:
    other = Visitor(app, account)

    page = helga.post("/konto/passwort", {"password": "vier Schafe am Zaun"})

    assert page.status_code == 303
    assert helga.get("/konto/").status_code == 200
    assert other.get("/konto/").status_code == 303
    assert (
        service.check_password(helga.email, "vier Schafe am Zaun", 64, production=False) is not None
    )
    assert not fits(helga.email, PASSWORD)


def test_weak_passwords_are_explained_and_never_shown(helga: Visitor) -> None:
    for weak in ("zu kurz", "passwort1234", "Helga Martens 1"):
        page = helga.post("/konto/passwort", {"password": weak})

        assert page.status_code == 422
        assert 'id="password-fehler"' in page.text
        assert f'value="{weak}"' not in page.text


def test_a_password_can_go_again(helga: Visitor) -> None:
    helga.post("/konto/passwort/entfernen")

    assert not fits(helga.email, PASSWORD)
    assert "Passwort festlegen" in helga.get("/konto/").text


def test_a_new_address_is_confirmed_by_its_mail(helga: Visitor) -> None:
    assert helga.post("/konto/mail", {"email": "neu@lindenau.example"}).status_code == 200
    link = link_in(mails("konto.adresse_bestaetigen")[0])
    assert "neu@lindenau.example" in helga.get(link).text

    assert helga.post(link).location == "/konto/"

    assert service.address_of_account(helga.account_id) == "neu@lindenau.example"
    assert helga.get("/konto/").status_code == 200


def test_a_taken_address_gets_the_same_page(helga: Visitor) -> None:
    taken = service.address_of_account(make_account().id) or ""
    db.session.commit()

    pages = {
        helga.post("/konto/mail", {"email": email}).text.replace(email, "@")
        for email in (taken, "neu@lindenau.example")
    }

    assert len(pages) == 1


def test_another_device_is_ended_from_here(helga: Visitor, account: Account) -> None:
    open_session(account, "Safari, iPhone", 30)
    db.session.commit()
    page = helga.get("/konto/sitzungen").text
    assert "Safari, iPhone" in page
    (path,) = set(re.findall(r"/konto/sitzungen/\d+/beenden", page))

    assert helga.post(path).status_code == 303

    assert "Safari, iPhone" not in helga.get("/konto/sitzungen").text


def test_the_data_come_as_a_file(helga: Visitor) -> None:
    answer = helga.get("/konto/daten/export.json")

    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    data = json.loads(answer.text)
    assert data["konto"]["name"] == "Helga Martens"
    assert data["konto"]["e_mail"] == helga.email


def test_deleting_asks_what_to_do_with_posts(helga: Visitor) -> None:
    page = helga.post("/konto/loeschen")
    assert page.status_code == 422
    assert "Helga Martens" in page.text

    assert helga.post("/konto/loeschen", {"posts": "remove"}).location == "/"

    assert db.session.get_one(Account, helga.account_id).state == AccountState.DELETED
    assert "sitzung" not in helga.cookies


def test_the_last_administrator_is_told_why_not(app: Flask) -> None:
    visitor = Visitor(app, make_account("Frau Petersen", (Role.ADMINISTRATOR, None)))

    page = visitor.post("/konto/loeschen", {"posts": "keep"})

    assert page.status_code == 409
    assert "das letzte Konto" in page.text


def test_a_form_of_an_old_page_is_shown_again_with_a_fresh_token(helga: Visitor) -> None:
    page = helga.post("/konto/name", {"name": "Seehund 7", FIELD: "alt"})

    assert page.status_code == 422
    assert 'value="Seehund 7"' in page.text
    assert "zu lange offen" in page.text
    (token,) = set(re.findall(rf'name="{FIELD}" value="([0-9a-f]+)"', page.text))
    assert helga.post("/konto/name", {"name": "Seehund 7", FIELD: token}).status_code == 303


def test_an_act_without_a_form_is_refused_with_an_old_token(
    helga: Visitor,
) -> None:
    assert helga.post("/konto/sitzungen/alle-beenden", {FIELD: "alt"}).status_code == 400
    assert len(list_sessions(helga.account_id)) == 1


def test_a_notice_is_said_once_and_its_cookie_goes(helga: Visitor) -> None:
    helga.post("/konto/name", {"name": "Seehund 7"})
    assert "meldung" in helga.cookies

    assert "Ihr neuer Name gilt ab jetzt." in helga.get("/konto/").text
    assert "meldung" not in helga.cookies
    assert "Ihr neuer Name gilt ab jetzt." not in helga.get("/konto/").text


def test_a_forged_notice_is_not_said(helga: Visitor) -> None:
    helga.post("/konto/name", {"name": "Seehund 7"})
    cookie = helga.client.get_cookie("meldung")
    assert cookie is not None
    body, _, signature = cookie.value.rpartition(".")

    for forged in (f"{body}x.{signature}", f"{body}.{'0' * 64}", "", ".", "a.b", "é.é"):
        helga.client.set_cookie("meldung", forged)
        page = helga.get("/konto/")
        assert page.status_code == 200
        assert "Ihr neuer Name gilt ab jetzt." not in page.text


def test_light_and_language_are_cookies_somebody_asked_for(app: Flask) -> None:
    visitor = Visitor(app)

    page = visitor.post("/darstellung", {"ansicht": "dark", "weiter": "/konto/anmelden"})
    assert page.location == "/konto/anmelden"
    visitor.post("/darstellung", {"sprache": "en"})

    assert visitor.cookies == {"ansicht", "sprache"}
    shown = visitor.get("/konto/anmelden").text
    assert 'data-kern-theme="dark"' in shown
    assert '<html lang="en"' in shown

    visitor.post("/darstellung", {"ansicht": ""})
    assert visitor.cookies == {"sprache"}


@pytest.mark.parametrize("form", [{"ansicht": "grell"}, {"sprache": "../../x"}, {}])
def test_an_unknown_choice_changes_nothing(app: Flask, form: dict[str, str]) -> None:
    visitor = Visitor(app)

    page = visitor.post("/darstellung", {**form, "weiter": "//boese.example"})

    assert (page.status_code, page.location) == (303, "/")
    assert visitor.cookies == set()


def test_flask_login_knows_whom_our_session_knows(app: Flask, helga: Visitor) -> None:
    for cookie, name in ((helga.token, "Helga Martens"), ("erfunden", None)):
        with app.test_request_context("/", headers={"Cookie": f"sitzung={cookie}"}):
            shown = current_user.actor.name if current_user.is_authenticated else None
            forget_actor()
        assert shown == name


def shown_page() -> str:
    return render_template("kern/error.html", status=404, title="Fort", sentence="Fort.")


def test_a_page_made_after_something_in_another_language_has_its_own(app: Flask) -> None:
    with app.test_request_context("/?sprache=en"):
        app.preprocess_request()
        with speaking("de"):
            german = shown_page()
        english = shown_page()

    assert '<html lang="de"' in german
    assert ">Projekte</a>" in german
    assert '<html lang="en"' in english
    assert ">Projects</a>" in english
    assert ">Projekte</a>" not in english


def test_a_page_made_after_a_logout_knows_nobody(app: Flask, helga: Visitor) -> None:
    with app.test_request_context("/", headers={"Cookie": f"sitzung={helga.token}"}):
        app.preprocess_request()
        before = shown_page()
        end_session(helga.token)
        db.session.commit()
        forget_actor()
        after = shown_page()

    assert ">Mein Konto</span>" in before
    assert ">Mein Konto</span>" not in after
    assert ">Anmelden</span>" in after


def test_no_page_ever_sets_the_cookie_of_flask(app: Flask, helga: Visitor) -> None:
    paths = ["/konto/", "/konto/name", "/konto/mail", "/konto/anmelden", "/gestaltung", "/fehlt"]

    set_ = [helga.get(path).headers.get("Set-Cookie", "") for path in paths]

    assert not any(value.startswith(("session=", "remember_token=")) for value in set_)
    assert "session" not in helga.cookies
    assert app.secret_key is None
