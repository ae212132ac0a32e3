"""Getting into somebody else's account, or staying there: by links, cookies, races, guesses."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from beteiligung.discussion.models import Post
from kern.accounts import invitations, pending, service, tokens
from kern.accounts.models import Account, AccountState, LoginSession, Pending, Token
from kern.accounts.passwords import hash_password
from kern.accounts.permissions import Role
from kern.accounts.tokens import Spent
from kern.actor import SYSTEM, AccountId, Actor
from kern.db import db, writing
from kern.town import Town, use_town
from tests.attacks import make_world
from tests.builders import make_account
from tests.conftest import CountQueries
from tests.sent import link_in, mails
from tests.visitors import Visitor

PASSWORD = "Kuhglocke zählt Wolken"
OTHER = "Vier Dachse tanzen Tango"
THEIRS = "angreifer@boese.example"

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def account(town: Town) -> Account:
    made = make_account("Helga Martens", password_hash=hash_password(PASSWORD, 64))
    db.session.commit()
    return made


@pytest.fixture
def email(account: Account) -> str:
    """Of the account; requests detach what was loaded before them."""
    return service.address_of_account(account.id) or ""


@pytest.fixture
def helga(app: Flask, email: str, account: Account) -> Visitor:
    return Visitor(app, account)


def wait_for_new_address(visitor: Visitor) -> str:
    """Somebody with a stolen session asks for another address; the link's path."""
    assert visitor.post("/konto/mail", {"email": THEIRS}).status_code == 200
    return link_in(mails("konto.adresse_bestaetigen")[-1])


def test_a_new_password_stops_a_change_of_address_that_waits(helga: Visitor) -> None:
    link = wait_for_new_address(helga)
    helga.post("/konto/passwort", {"password": OTHER})

    assert Visitor(helga.client.application).post(link).status_code == 410


def test_logging_out_everywhere_stops_a_change_of_address_that_waits(helga: Visitor) -> None:
    link = wait_for_new_address(helga)
    helga.post("/konto/sitzungen/alle-beenden")

    assert Visitor(helga.client.application).post(link).status_code == 410


def test_another_change_of_address_stops_the_one_that_waits(helga: Visitor) -> None:
    link = wait_for_new_address(helga)
    helga.post("/konto/mail", {"email": "helga@neu.example"})
    assert helga.post(link_in(mails("konto.adresse_bestaetigen")[-1])).status_code == 303

    assert Visitor(helga.client.application).post(link).status_code == 410


def test_twenty_wrong_passwords_are_enough_for_one_account_from_however_many_networks(
    app: Flask, email: str
) -> None:
    visitor = Visitor(app)
    answers = []
    for network in range(21):
        visitor.client.environ_base["REMOTE_ADDR"] = f"198.51.{network}.7"
        form = {"p-email": email, "p-password": "falsch"}
        answers.append(visitor.post("/konto/anmelden/passwort", form).status_code)

    assert answers == [422] * 20 + [429]


def test_a_forged_origin_of_the_request_is_no_new_network(app: Flask, email: str) -> None:
    visitor = Visitor(app)
    form = {"p-email": email, "p-password": "falsch"}
    for number in range(10):
        visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.{number}.9"
        visitor.post("/konto/anmelden/passwort", form)

    assert visitor.post("/konto/anmelden/passwort", form).status_code == 429


def test_asking_for_a_link_does_the_same_for_every_address(
    account: Account, count_queries: CountQueries
) -> None:
    invitations.invite(SYSTEM, "eingeladen@lindenau.example", Role.MODERATOR)
    barred = make_account()
    barred.state = AccountState.BARRED
    db.session.commit()
    emails = [
        service.address_of_account(account.id) or "",
        service.address_of_account(barred.id) or "",
        "eingeladen@lindenau.example",
        "niemand@lindenau.example",
    ]
    asked = []
    for email in emails:
        with count_queries() as found:
            service.request_link(email, "de", "/konto/")
            db.session.commit()
        asked.append(found)

    assert asked[0] == asked[1] == asked[2] == asked[3]


def links_of_all_kinds(account: Account) -> dict[str, str]:
    """Folder of the page -> a token that opens it."""
    post = make_world().post
    email = service.address_of_account(account.id) or ""
    service.request_link(email, "de", "/konto/")
    service.request_mail_change(Actor(AccountId(account.id)), "neu@lindenau.example", "de")
    invitations.invite(SYSTEM, "eingeladen@lindenau.example", Role.MODERATOR)
    pending.submit("beteiligung.stimme", "gast@lindenau.example", {"post": post, "stimme": 1})
    folders = {
        "konto.link": "/konto/link/",
        "konto.adresse": "/konto/mail/",
        "konto.einladung": "/konto/einladung/",
        "pending": "/konto/bestaetigen/",
    }
    found = {
        folders[token.purpose]: tokens.text_of(token) for token in db.session.scalars(select(Token))
    }
    db.session.commit()
    assert set(found) == set(folders.values())
    return found


def test_a_link_opens_the_page_it_was_made_for_and_no_other(app: Flask, account: Account) -> None:
    links = links_of_all_kinds(account)
    visitor = Visitor(app)
    opened = {
        (folder, own)
        for folder in (*links, "/verwaltung/einrichten/")
        for own, token in links.items()
        if visitor.get(folder + token).status_code != 410
        or visitor.post(folder + token, {"name": "Seehund"}).status_code not in {303, 410, 422}
    }
    assert opened == {(folder, folder) for folder in links}


def test_no_part_of_a_link_can_be_exchanged(app: Flask, account: Account) -> None:
    visitor = Visitor(app)
    for folder, token in links_of_all_kinds(account).items():
        number, _dot, signature = token.partition(".")
        for changed in (
            f"{int(number) + 1}.{signature}",
            f"{number}.",
            f"{number}.{signature[:-1]}",
            f"{number}.{signature.upper()}",
            f"{number}.{'0' * 64}",
            f"{token}x",
            f"{token} ",
            f"{number}.ä",
        ):
            assert visitor.get(folder + changed).status_code == 410, changed


def test_a_token_of_one_town_opens_nothing_in_another(town: Town, account: Account) -> None:
    token = tokens.issue("konto.link", "pending:1", timedelta(minutes=5))
    text = tokens.text_of(token)
    twin = replace(town, secret=b"another")
    with use_town(twin), pytest.raises(Spent):
        tokens.look(text, "konto.link")


def test_of_many_clicks_on_one_login_link_one_gets_in(app: Flask, account: Account) -> None:
    email = service.address_of_account(account.id) or ""
    service.request_link(email, "de", "/konto/")
    token = db.session.scalars(select(Token)).one()
    path = f"/konto/link/{tokens.text_of(token)}"
    db.session.commit()

    def click(_number: int) -> int:
        client = app.test_client()
        headers = {"Sec-Fetch-Site": "same-origin"}
        return client.post(path, headers=headers, buffered=True).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(click, range(8)))

    assert answers == [303] + [410] * 7
    assert db.session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_many_confirmations_of_one_post_make_one_post(
    app: Flask, town: Town, account: Account
) -> None:
    world = make_world()
    before = db.session.scalar(select(func.count()).select_from(Post)) or 0
    payload = {"thread": world.thread, "parent": None, "text": "Nur einmal.", "picture": None}
    pending.submit("beteiligung.beitrag", "gast@lindenau.example", payload)
    token = db.session.scalars(select(Token).where(Token.purpose == "pending")).one()
    text = tokens.text_of(token)
    db.session.commit()

    def confirm(_number: int) -> bool:
        with app.app_context(), use_town(town), writing():
            try:
                pending.perform(text)
            except Spent:
                return False
            db.session.commit()
            return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(confirm, range(32)))

    assert done.count(True) == 1
    assert db.session.scalar(select(func.count()).select_from(Post)) == before + 1


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Host", "Forwarded"])
def test_no_header_puts_another_site_into_a_mail(
    app: Flask, town: Town, email: str, header: str
) -> None:
    value = "host=boese.example" if header == "Forwarded" else "boese.example"
    visitor = Visitor(app)
    visitor.client.post("/konto/anmelden", data={"email": email}, headers={header: value})
    visitor.post("/konto/anmelden", {"email": email})

    for mail in mails("konto.anmelden"):
        assert "boese" not in mail.text + mail.html
        assert f"{town.address}/konto/link/" in mail.text


def test_a_cookie_somebody_planted_is_not_the_session_after_login(app: Flask, email: str) -> None:
    visitor = Visitor(app)
    visitor.client.set_cookie("sitzung", "vom-angreifer-gewaehlt")
    form = {"p-email": email, "p-password": PASSWORD}
    assert visitor.post("/konto/anmelden/passwort", form).status_code == 303

    assert visitor.token != "vom-angreifer-gewaehlt"
    planted = Visitor(app)
    planted.client.set_cookie("sitzung", "vom-angreifer-gewaehlt")
    assert planted.get("/konto/").status_code == 303


@pytest.mark.parametrize("state", [AccountState.BARRED, AccountState.DELETED, AccountState.INVITED])
def test_who_may_not_come_in_has_no_way_in(
    app: Flask, email: str, helga: Visitor, state: AccountState
) -> None:
    helga.post("/konto/anmelden", {"email": email})
    link = link_in(mails("konto.anmelden")[-1])
    db.session.execute(update(Account).values(state=state))
    db.session.commit()

    assert helga.get("/konto/").status_code == 303
    assert Visitor(app).get(link).status_code == 410
    assert Visitor(app).post(link).status_code == 410
    form = {"p-email": email, "p-password": PASSWORD}
    assert Visitor(app).post("/konto/anmelden/passwort", form).status_code == 422


def test_a_demo_account_has_no_way_in_where_it_is_serious(
    app: Flask, email: str, account: Account
) -> None:
    account.is_demo = True
    visitor = Visitor(app, account)
    visitor.post("/konto/anmelden", {"email": email})
    link = link_in(mails("konto.anmelden")[-1])
    object.__setattr__(app.extensions["dorflinde.settings"], "production", True)

    assert visitor.get("/konto/").status_code == 303
    assert Visitor(app).get(link).status_code == 410
    form = {"p-email": email, "p-password": PASSWORD}
    assert Visitor(app).post("/konto/anmelden/passwort", form).status_code == 422


def test_the_rows_of_a_backup_open_nothing(account: Account) -> None:
    """What stands in the tables is neither a session's cookie nor the text of a link."""
    service.request_link(service.address_of_account(account.id) or "", "de", "/konto/")
    token = db.session.scalars(select(Token)).one()
    waiting = db.session.scalars(select(Pending)).one()
    text = tokens.text_of(token).partition(".")[2]
    stored = [token.nonce, token.subject, str(token.payload), str(waiting.payload)]
    assert all(text not in value for value in stored)
