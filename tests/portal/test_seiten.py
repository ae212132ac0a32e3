"""The town's own pages in the search: found as they read now, never as they read before."""

import pytest
from flask.testing import FlaskClient

from kern import search, worker
from kern.accounts.permissions import Role
from kern.config import Settings
from kern.content import registry
from kern.db import db
from kern.moderation import netiquette
from kern.moderation.netiquette import CHANGE_FIELD
from kern.settings import change
from kern.town import Town
from portal.seiten.content import PAGE_KEY
from portal.seiten.pages import ALL
from tests.builders import log_in, make_account, make_actor

pytestmark = pytest.mark.usefixtures("town")
WORD = "Zwergdommel"
KEYS = ("howto", "netiquette", "imprint", "privacy", "accessibility")


@pytest.fixture(autouse=True)
def index(town: Town) -> None:
    search.rebuild_all()


def drain(settings: Settings) -> None:
    db.session.commit()
    worker.drain(settings)


def paths(text: str) -> list[str]:
    return [hit.document.path for hit in search.find(text).items]


def test_every_page_with_words_of_its_own_is_found_by_them(client: FlaskClient) -> None:
    found = {page.path for page in ALL.values() if page.words()}

    assert found == {
        "/so-gehts",
        "/regeln",
        "/so-moderieren-wir",
        "/auf-dem-laufenden",
        "/wiki/hilfe",
    }
    assert paths("Werbung")[:1] == ["/regeln"]
    assert "/so-gehts" in paths("Mitreden Schritten")
    assert paths("Einspruch Begründung") == ["/so-moderieren-wir"]
    assert paths("Feed-Reader") == ["/auf-dem-laufenden"]
    assert "/wiki/hilfe" in paths("Fußnoten")
    for page in ALL.values():
        assert client.get(page.path).status_code == 200


def test_a_page_nobody_has_written_yet_is_not_found() -> None:
    assert paths("Impressum") == []


@pytest.mark.parametrize("key", KEYS)
def test_what_an_administrator_saves_is_found_and_what_was_there_before_at_no_moment(
    key: str, settings: Settings
) -> None:
    change({key: f"1. Der {WORD} wohnt hier."})
    drain(settings)
    assert paths(WORD) != []

    change({key: "1. Der Reiher wohnt hier."})
    db.session.commit()

    assert paths(WORD) == []
    assert search.find(WORD).kinds == {}
    drain(settings)
    assert paths(WORD) == []
    assert paths("Reiher") != []
    assert not search.compare()


@pytest.mark.parametrize("key", KEYS)
def test_a_page_that_was_emptied_is_gone(key: str, settings: Settings) -> None:
    change({key: f"1. Der {WORD} wohnt hier."})
    drain(settings)

    change({key: ""})

    assert paths(WORD) == []
    drain(settings)
    assert paths(WORD) == []
    assert not search.compare()


def test_new_rules_are_found_on_both_pages_that_show_them(settings: Settings) -> None:
    netiquette.change(make_actor(Role.ADMINISTRATOR), f"1. Den {WORD} schonen.", "Neue Regel.")
    drain(settings)

    assert set(paths(WORD)) == {"/regeln", "/so-moderieren-wir"}


def test_the_form_of_the_administration_leads_to_the_same(
    client: FlaskClient, settings: Settings
) -> None:
    log_in(client, make_account("Chef", (Role.ADMINISTRATOR, None)).id)
    token = client.get("/verwaltung/einstellungen/texte").text.split('name="csrf_token" value="')[1]
    form = {"csrf_token": token.split('"')[0], "imprint": f"Herr {WORD}", CHANGE_FIELD: ""}

    assert client.post("/verwaltung/einstellungen/texte", data=form).status_code == 303
    drain(settings)

    assert paths(WORD) == ["/impressum"]


def test_pages_have_a_filter_of_their_own_and_no_date(
    client: FlaskClient, settings: Settings
) -> None:
    change({"privacy": f"Der {WORD} liest mit."})
    drain(settings)

    html = client.get(f"/suche?q={WORD}&art=seite").text
    data = client.get(f"/suche.json?q={WORD}").get_json()

    assert 'Informationen <span class="df-num">1</span>' in html
    assert '<a href="/datenschutz">Datenschutz</a>' in html
    assert "1970" not in html
    assert (data["treffer"][0]["art"], data["treffer"][0]["am"]) == ("seite", None)
    assert data["zaehlung"]["jahr"] == {}
    assert "<entry>" not in client.get(f"/suche.xml?q={WORD}").text


def test_their_titles_are_offered_while_somebody_types(settings: Settings) -> None:
    change({"imprint": "Herausgeber ist die Stadt."})
    drain(settings)

    assert search.suggest("impr") == ["Impressum"]


def test_nobody_can_report_or_hide_them() -> None:
    type_ = registry()[PAGE_KEY]

    assert (type_.hide, type_.decide, type_.desk_items([1])) == (None, None, {})
