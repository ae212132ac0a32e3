"""What the search page says when words are mistyped, meant otherwise, or too many at once."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from beteiligung.discussion.models import Status
from kern import search, worker
from kern.accounts.permissions import Role
from kern.config import Settings
from kern.db import db
from kern.scope import Visibility
from kern.settings import change
from kern.town import Town
from tests.builders import log_in, make_account, make_actor, make_project, make_thread
from tests.wiki.pages import change as change_page
from tests.wiki.pages import make_page, propose_page
from wiki import service as wiki
from wiki.service import moderating

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
    path = f"/beteiligung/gespraech/{make_thread(title='Zebrastreifen am Hafen').id}"
    db.session.commit()
    search.rebuild_all()

    html = page(client, "Zebrastreiffen")
    assert "Meinten Sie" in html
    assert '<a href="/suche?q=Zebrastreifen">Zebrastreifen</a>' in html
    assert hits(page(client, "Zebrastreifen")) == [path]
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


def test_tags_are_offered_beside_titles(client: FlaskClient) -> None:
    make_page("Obst im Ort", tags=("Streuobstwiese", "Natur"))
    make_page("Die alte Streuobstwiese am See")
    db.session.commit()
    search.rebuild_all()

    assert set(titles(client, "streuo")) == {"Die alte Streuobstwiese am See", "Streuobstwiese"}
    assert titles(client, "natu") == ["Natur"]


def test_nothing_that_waits_was_rejected_or_hidden_is_offered_as_title_or_tag(
    client: FlaskClient, settings: Settings
) -> None:
    """The bait begins each title and is each tag; only the pages of everybody may show it."""
    citizen, moderator = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    released = make_page("Zwergdommel am Teich", tags=("Zwergdommelschutz",))
    hidden = make_page("Zwergdommel hinter dem Amt", tags=("Zwergdommelamt",)).id
    propose_page(citizen, "Zwergdommel wartet", tags=("Zwergdommelwarten",))
    change_page(citizen, released, title="Zwergdommel neu", tags=("Zwergdommelneu",))
    refused = propose_page(citizen, "Zwergdommel nein", tags=("Zwergdommelnein",))
    wiki.reject(moderator, refused, refused.latest)
    for status in (Status.PENDING, Status.REJECTED, Status.HIDDEN, Status.WITHDRAWN):
        make_thread(title=f"Zwergdommel {status}", status=status)
    make_thread(make_project(visibility=Visibility.INVITED).scope, title="Zwergdommel geheim")
    db.session.commit()
    worker.drain(settings)
    wanted = ["Zwergdommel am Teich", "Zwergdommelschutz"]
    taken = {*wanted, "Zwergdommel hinter dem Amt", "Zwergdommelamt"}
    assert set(titles(client, "zwergd")) == taken

    moderating.hide(wiki.get_page(hidden), moderator, 3)
    db.session.commit()  # and no worker comes

    assert titles(client, "zwergd") == wanted
    worker.drain(settings)
    assert titles(client, "zwergd") == wanted


def test_a_network_that_asks_without_end_is_asked_to_wait(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.suche.views.SUGGESTIONS", 2)
    assert [client.get("/suche/vorschlaege?q=haf").status_code for _ in range(3)] == [200, 200, 429]
