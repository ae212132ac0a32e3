"""The pages of coming in: what they say, what they keep, which cookies they set."""

import re

import pytest
from flask import Flask
from markupsafe import Markup

from kern.accounts import invitations, pending, service, tokens
from kern.accounts.models import Account, AccountState, Party, Token
from kern.accounts.passwords import hash_password
from kern.accounts.pending import PendingKind
from kern.accounts.permissions import Role
from kern.accounts.sessions import list_sessions
from kern.actor import SYSTEM
from kern.clock import at, now
from kern.db import db
from kern.scope import Visibility
from kern.town import Town
from kern.web import age
from tests.builders import make_account, make_project
from tests.sent import link_in, mails
from tests.visitors import Visitor

PASSWORD = "Kuhglocke zählt Wolken"
GUEST = "gast@lindenau.example"

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def address(account: Account) -> str:
    return service.address_of_account(account.id) or ""


def with_password() -> Account:
    account = make_account("Helga Martens", password_hash=hash_password(PASSWORD, 64))
    db.session.commit()
    return account


def ask(visitor: Visitor, email: str, way_back: str = "/konto/") -> str:
    """Ask for a link on the page, and return its address out of the mail."""
    page = visitor.post("/konto/anmelden", {"email": email, "weiter": way_back})
    assert page.status_code == 200
    return link_in(mails("konto.anmelden")[-1])


def test_a_stranger_becomes_an_account_and_goes_on_where_they_were(visitor: Visitor) -> None:
    link = ask(visitor, "neu@lindenau.example", "/beteiligung/?seite=2")
    assert "Konto anlegen" in visitor.get(link).text

    page = visitor.post(link, {"name": "Seehund 7", **visitor.read(link)})

    assert (page.status_code, page.location) == (303, "/beteiligung/?seite=2")
    assert "Seehund 7" in visitor.get("/konto/").text


def test_opening_a_link_does_nothing(visitor: Visitor) -> None:
    link = ask(visitor, address(with_password()))

    for _scanner in range(3):
        assert visitor.get(link).status_code == 200
        assert visitor.cookies == set()

    assert visitor.post(link).status_code == 303


def test_a_spent_link_says_what_to_do(app: Flask, visitor: Visitor) -> None:
    link = ask(visitor, address(with_password()))
    visitor.post(link)

    page = visitor.get(link)

    assert page.status_code == 410
    assert "<h1>Diesen Link haben Sie schon benutzt</h1>" in Visitor(app).get(link).text
    assert "<h1>Sie sind schon angemeldet</h1>" in page.text


def test_a_bad_name_is_kept_and_explained_at_its_field(visitor: Visitor) -> None:
    link = ask(visitor, "neu@lindenau.example")

    page = visitor.post(link, {"name": "Rathaus <b>", **visitor.read(link)})

    assert page.status_code == 422
    assert 'value="Rathaus &lt;b&gt;"' in page.text
    assert 'id="name-fehler"' in page.text
    again = {"name": "Seehund 7", **visitor.read(link)}
    assert visitor.post(link, again).status_code == 303


def test_who_makes_an_account_faster_than_anybody_reads_is_asked_to_look(visitor: Visitor) -> None:
    link = ask(visitor, "neu@lindenau.example")
    for field in ({}, {"geoeffnet": "1.ff"}, None):
        with at(now()):  # however long the machine takes to answer
            opened = visitor.read(link, seconds=0) if field is None else field
            page = visitor.post(link, {"name": "Seehund 7", **opened})
        assert page.status_code == 422
        assert 'value="Seehund 7"' in page.text
        assert "Das ging sehr schnell." in page.text
        assert "Eine Angabe fehlt noch oder stimmt nicht" in page.text
    assert visitor.post(link, {"name": "Seehund 7", **visitor.read(link)}).status_code == 303


def test_a_robot_that_fills_the_hidden_field_causes_no_mail(visitor: Visitor) -> None:
    form = {"email": "neu@lindenau.example", "website": "https://spam.example"}
    page = visitor.post("/konto/anmelden", form)
    assert page.status_code == 422
    assert "neu@lindenau.example" in page.text
    assert mails("konto.anmelden") == []


def test_every_address_gets_the_same_answer(visitor: Visitor) -> None:
    known, barred = make_account(), make_account()
    barred.state = AccountState.BARRED
    emails = [address(known), address(barred), "neu@lindenau.example"]
    db.session.commit()

    pages = [visitor.post("/konto/anmelden", {"email": email}) for email in emails]

    bodies = {page.text.replace(email, "@") for page, email in zip(pages, emails, strict=True)}
    heads = {re.sub(r"Content-Length: \d+", "", str(page.headers)) for page in pages}
    assert len(bodies) == 1
    assert len(heads) == 1
    assert {page.status_code for page in pages} == {200}


def test_a_wrong_password_and_an_unknown_address_look_alike(visitor: Visitor) -> None:
    email = address(with_password())

    pages = [
        visitor.post("/konto/anmelden/passwort", {"p-email": who, "p-password": "falsch"})
        for who in (email, "neu@lindenau.example")
    ]

    assert [page.status_code for page in pages] == [422, 422]
    assert pages[0].text.replace(email, "@") == pages[1].text.replace("neu@lindenau.example", "@")
    assert "falsch" not in pages[0].text


def test_the_right_password_logs_in(visitor: Visitor) -> None:
    form = {"p-email": address(with_password()).upper(), "p-password": PASSWORD, "p-weiter": "/x"}

    page = visitor.post("/konto/anmelden/passwort", form)

    assert (page.status_code, page.location) == (303, "/x")
    assert visitor.get("/konto/").status_code == 200


def test_ten_wrong_passwords_are_enough_for_an_hour(visitor: Visitor) -> None:
    form = {"p-email": address(with_password()), "p-password": "falsch"}
    for _try in range(10):
        assert visitor.post("/konto/anmelden/passwort", form).status_code == 422

    page = visitor.post("/konto/anmelden/passwort", {**form, "p-password": PASSWORD})

    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "Minuten" in page.text


def test_five_mails_an_hour_are_enough_for_one_address(visitor: Visitor) -> None:
    for _mail in range(5):
        visitor.post("/konto/anmelden", {"email": GUEST})

    assert visitor.post("/konto/anmelden", {"email": GUEST}).status_code == 429
    assert visitor.post("/konto/anmelden", {"email": "neu@lindenau.example"}).status_code == 200


@pytest.mark.parametrize("typed", ["", "kein", "a@b", "a@b.de\r\nBcc: c@d.de"])
def test_what_is_no_address_is_shown_again(visitor: Visitor, typed: str) -> None:
    page = visitor.post("/konto/anmelden", {"email": typed})

    assert page.status_code == 422
    assert 'id="email-fehler"' in page.text
    assert mails() == []


@pytest.mark.parametrize(
    "target",
    [
        "https://boese.example/",
        "//boese.example",
        "/\\boese.example",
        "javascript:alert(1)",
        "\t/x",
    ],
)
def test_a_login_leads_to_no_other_site(visitor: Visitor, target: str) -> None:
    link = ask(visitor, address(with_password()), target)

    assert visitor.post(link).location == "/konto/"


def test_before_a_login_there_is_no_cookie(visitor: Visitor) -> None:
    visitor.get("/konto/anmelden")
    ask(visitor, GUEST)
    visitor.post("/konto/anmelden/passwort", {"p-email": GUEST, "p-password": "falsch"})

    assert visitor.cookies == set()


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(visitor: Visitor) -> None:
    page = visitor.post(ask(visitor, address(with_password())))

    (cookie,) = (value for value in page.headers.getlist("Set-Cookie") if "sitzung=" in value)
    assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={30 * 86400}"} <= set(
        cookie.split("; ")
    )
    assert "Domain" not in cookie


def test_a_new_login_gets_a_new_token_and_ends_the_old_session(visitor: Visitor) -> None:
    old = visitor.log_in(with_password())
    link = ask(Visitor(visitor.client.application), visitor.email)

    visitor.post(link)

    assert visitor.token != old
    assert len(list_sessions(visitor.account_id)) == 1


def test_a_session_that_was_ended_elsewhere_is_over(visitor: Visitor) -> None:
    account = with_password()
    visitor.log_in(account)
    other = Visitor(visitor.client.application, account)
    assert other.get("/konto/").status_code == 200

    visitor.post("/konto/sitzungen/alle-beenden")

    assert other.get("/konto/").location == "/konto/anmelden?weiter=/konto/"
    assert visitor.get("/konto/").status_code == 303


def test_logging_out_takes_the_cookie_and_the_row(visitor: Visitor) -> None:
    visitor.log_in(with_password())

    page = visitor.post("/konto/abmelden")

    assert page.location == "/"
    assert "sitzung" not in visitor.cookies
    assert list_sessions(visitor.account_id) == []


def test_a_request_from_another_site_is_refused(visitor: Visitor) -> None:
    visitor.log_in(with_password())
    visitor.client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert visitor.post("/konto/abmelden").status_code == 400


def test_the_own_login_page_sends_people_on(visitor: Visitor) -> None:
    visitor.log_in(with_password())

    assert visitor.get("/konto/anmelden?weiter=/suche").location == "/suche"


class TestInvitation:
    def link(self) -> str:
        invitations.invite(SYSTEM, "neu@lindenau.example", Role.MODERATOR)
        db.session.commit()
        return link_in(mails("konto.einladung")[-1])

    def test_staff_come_in_by_their_invitation(self, visitor: Visitor) -> None:
        link = self.link()
        assert "neu@lindenau.example" in visitor.get(link).text

        page = visitor.post(link, {"name": "Jana Petersen", "password": PASSWORD})

        assert page.status_code == 303
        assert "Moderation" in visitor.get("/konto/").text
        again = visitor.get(link)
        assert again.status_code == 410
        assert "<h1>Diese Einladung haben Sie schon angenommen</h1>" in again.text
        proof = service.check_password("neu@lindenau.example", PASSWORD, 64, production=False)
        assert proof is not None

    def test_a_guest_of_a_project_is_told_which_and_led_there(self, visitor: Visitor) -> None:
        project = make_project(title="Hafen", visibility=Visibility.INVITED)
        path = project.scope.path
        asked = invitations.invite_citizen(SYSTEM, "gast2@lindenau.example", project.scope_id)
        token = db.session.get_one(Token, asked.token_id)
        link = f"/konto/einladung/{tokens.text_of(token)}"
        db.session.commit()
        assert visitor.get(path).status_code == 404
        assert "bei „Hafen“ mitzureden" in visitor.get(link).text

        page = visitor.post(link, {"name": "Gast Neu"})

        assert (page.status_code, page.location) == (303, path)
        assert visitor.get(path).status_code == 200

    @pytest.mark.parametrize("password", ["kurz", "passwort1234", "Jana Petersen 1"])
    def test_a_weak_password_spends_no_invitation(self, visitor: Visitor, password: str) -> None:
        link = self.link()

        page = visitor.post(link, {"name": "Jana Petersen", "password": password})

        assert page.status_code == 422
        assert 'id="password-fehler"' in page.text
        assert 'value="Jana Petersen"' in page.text
        assert visitor.post(link, {"name": "Jana Petersen"}).status_code == 303


typed: list[tuple[int, str]] = []


def _perform(party: Party, payload: object) -> tuple[str, str]:
    assert isinstance(payload, dict)
    typed.append((party.id, payload["text"]))
    return "/konto/anmelden", "Danke! Ihr Beitrag wird geprüft."


PROBE = PendingKind(
    "probe.post",
    "Ihr Beitrag",
    lambda load: Markup("<p>{}</p>").format(load["text"]),
    _perform,
    lambda _load: "/beteiligung/gespraech/7",
)


class TestConfirmation:
    @pytest.fixture(autouse=True)
    def _kind(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pending, "_kinds", {PROBE.act: PROBE})
        typed.clear()

    def link(self) -> str:
        pending.submit("probe.post", GUEST, {"text": "Mehr <Schatten>!"}, "de")
        db.session.commit()
        return link_in(mails("konto.bestaetigen")[-1])

    def opened(self, visitor: Visitor, link: str) -> dict[str, str]:
        page = visitor.get(link).text
        return dict(re.findall(rf'name="({age.FIELD})" value="([^"]+)"', page))

    def test_one_button_sends_it_on_its_way(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = self.link()
        form = self.opened(visitor, link)
        monkeypatch.setattr(age, "MINIMUM_SECONDS", 0.0)

        page = visitor.post(link, form)

        assert page.status_code == 303
        assert [text for _party, text in typed] == ["Mehr <Schatten>!"]
        assert "Ihr Beitrag wird geprüft." in visitor.get(page.location).text
        assert visitor.cookies == set()
        again = visitor.get(link)
        assert again.status_code == 410
        assert "<h1>Das haben Sie schon bestätigt</h1>" in again.text
        assert 'href="/beteiligung/gespraech/7"' in again.text
        assert visitor.post(link, form).status_code == 410

    def test_a_link_that_ran_out_says_what_to_do(self, visitor: Visitor) -> None:
        link = self.link()
        with at(now() + pending.LIFETIME):
            page = visitor.get(link)

        assert page.status_code == 410
        assert "<h1>Dieser Link gilt nicht mehr</h1>" in page.text
        assert "schreiben Sie es gern noch einmal" in page.text

    def test_a_made_up_link_learns_nothing(self, visitor: Visitor) -> None:
        link = self.link()
        folder, _, token = link.rpartition("/")
        pending.perform(token)
        db.session.commit()

        page = visitor.get(f"{folder}/{token.partition('.')[0]}.{'0' * 64}")

        assert page.status_code == 410
        assert "schon bestätigt" not in page.text
        assert "/gespraech/7" not in page.text

    def test_what_was_typed_is_shown_and_escaped(self, visitor: Visitor) -> None:
        page = visitor.get(self.link())

        assert "Mehr &lt;Schatten&gt;!" in page.text
        assert typed == []

    def test_whoever_answers_at_once_is_asked_again(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(age, "MINIMUM_SECONDS", 3600.0)
        link = self.link()

        page = visitor.post(link, self.opened(visitor, link))

        assert page.status_code == 422
        assert "Das ging sehr schnell" in page.text
        assert typed == []
        assert visitor.get(link).status_code == 200

    @pytest.mark.parametrize("value", ["", "0.0", "1.000.abc", "nan.x", "x" * 5000])
    def test_an_invented_time_counts_as_too_fast(self, visitor: Visitor, value: str) -> None:
        assert visitor.post(self.link(), {age.FIELD: value}).status_code == 422
        assert typed == []

    def test_the_time_of_another_page_does_not_count(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = self.link(), self.link()
        form = self.opened(visitor, first)
        monkeypatch.setattr(age, "MINIMUM_SECONDS", 0.0)

        assert visitor.post(second, form).status_code == 422
