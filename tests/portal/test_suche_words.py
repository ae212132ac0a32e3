"""What the search page says when words are mistyped, meant otherwise, or too many at once."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kern import search
from kern.accounts.permissions import Role
from kern.db import db
from kern.scope import Visibility
from kern.settings import change
from kern.town import Town
from tests.builders import log_in, make_account, make_project, make_thread

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture(autouse=True)
def index(town: Town) -> None:
    search.rebuild_all()


def page(client: FlaskClient, text: str) -> str:
    answer = client.get(f"/suche?q={quote(text)}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def hits(html: str) -> list[str]:
    return re.findall(r'<article class="df-hit[^"]*">.*?<h3><a href="([^"]+)">', html, re.DOTALL)


def test_a_mistyped_word_leads_to_the_right_one_of_this_town(client: FlaskClient) -> None:
    thread = make_thread(title="Zebrastreifen am Hafen")
    db.session.commit()
    search.rebuild_all()

    html = page(client, "Zebrastreiffen")
    assert "Meinten Sie" in html
    assert '<a href="/suche?q=Zebrastreifen">Zebrastreifen</a>' in html
    assert hits(page(client, "Zebrastreifen")) == [f"/beteiligung/gespraech/{thread.id}"]
    assert "Meinten Sie" not in page(client, "Zebrastreifen")


def test_a_word_of_an_invited_project_is_not_offered_to_strangers(client: FlaskClient) -> None:
    make_thread(make_project(visibility=Visibility.INVITED).scope, title="Geheimplan")
    db.session.commit()
    search.rebuild_all()
    assert "Geheimplan" not in page(client, "Geheimplam")


def test_what_has_most_words_follows_and_the_page_says_so(client: FlaskClient) -> None:
    make_thread(title="Kerosin und Flüge")
    db.session.commit()
    search.rebuild_all()
    assert "Nichts enthält alle Ihre Wörter." in page(client, "Kerosin besteuern")
    assert "Nichts enthält" not in page(client, "Kerosin")


def test_the_towns_own_words_are_found_at_once(client: FlaskClient) -> None:
    make_thread(title="Die Hunnelwiese")
    db.session.commit()
    search.rebuild_all()
    assert hits(page(client, "Festplatz")) == []

    change({"synonyms": "Festplatz, Hunnelwiese"})
    db.session.commit()

    assert hits(page(client, "Festplatz")) != []
    assert "<mark>Hunnelwiese</mark>" in page(client, "Festplatz")


def titles(client: FlaskClient, text: str) -> list[str]:
    answer = client.get(f"/suche/vorschlaege?q={quote(text)}")
    assert answer.status_code == 200
    return list(answer.get_json()["titles"])


def test_titles_are_offered_while_somebody_types(client: FlaskClient) -> None:
    make_thread(title="Bänke am Hafen")
    make_thread(title="Licht an der Brücke", question="Wo fehlt es am Hafen?")
    db.session.commit()
    search.rebuild_all()

    assert titles(client, "haf") == ["Bänke am Hafen"]
    assert titles(client, "baenke haf") == ["Bänke am Hafen"]
    assert titles(client, "ha") == titles(client, "") == titles(client, "-Hafen") == []


def test_only_what_everybody_may_read_is_offered(client: FlaskClient) -> None:
    make_thread(make_project(visibility=Visibility.INVITED).scope, title="Geheimplan")
    make_thread(title="Festplan")
    db.session.commit()
    search.rebuild_all()
    log_in(client, make_account(None, (Role.PLANNER, None), (Role.MODERATOR, None)).id)
    assert titles(client, "Geheimp") == []
    assert titles(client, "Festp") == ["Festplan"]


def test_a_network_that_asks_without_end_is_asked_to_wait(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.suche.views.SUGGESTIONS", 2)
    assert [client.get("/suche/vorschlaege?q=haf").status_code for _ in range(3)] == [200, 200, 429]
