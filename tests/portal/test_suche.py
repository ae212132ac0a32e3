"""The search page: found after the worker came by, gone at once, safe for any words."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import joinedload

from beteiligung.discussion.models import Post
from beteiligung.discussion.service import decisions
from beteiligung.project.models import Project
from beteiligung.project.service import states, writing
from kern import search, worker
from kern.accounts.permissions import Role
from kern.config import Settings
from kern.db import db
from kern.scope import Moderation, ScopeState, Visibility
from kern.search.opening import open_index
from kern.search.query import MAX_TEXT
from kern.search.service import PER_PAGE
from kern.town import Town
from tests.builders import (
    log_in,
    make_account,
    make_actor,
    make_post,
    make_project,
    make_thread,
)
from tests.conftest import CountQueries

HOSTILE = Path(__file__).parents[2].parent / "shared" / "data" / "hostile"
ODD = (
    "",
    " ",
    "-",
    '"',
    "*",
    "-Park",
    "und",
    "a" * 5000,
    "Park\x00\u202e",
    "%00%",
    "(((",
    "🚲",
    "[[",
)

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture(autouse=True)
def index(town: Town) -> None:
    search.rebuild_all()


def page(client: FlaskClient, text: str, **args: str) -> str:
    query = "".join(f"&{key}={quote_plus(value)}" for key, value in args.items())
    answer = client.get(f"/suche?q={quote(text)}{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def hits(html: str) -> list[str]:
    """The addresses of the hits, in their order."""
    return re.findall(r'<article class="df-hit[^"]*">.*?<h3><a href="([^"]+)">', html, re.DOTALL)


def link(html: str, rel: str) -> str:
    found = re.search(rf'<a href="([^"]+)" rel="{rel}">', html)
    assert found is not None
    return found[1].replace("&amp;", "&")


def heading(html: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    assert found is not None
    return found[1]


def place_of(post: Post) -> str:
    return f"/beteiligung/beitrag/{post.id}"


def drain(settings: Settings) -> None:
    db.session.commit()
    worker.drain(settings)


def test_a_released_post_is_found_with_its_words_marked(
    client: FlaskClient, settings: Settings
) -> None:
    author = make_actor(Role.CITIZEN, name="Helga Martens")
    place = place_of(make_post(author=author, text="Am Teich fehlt abends das Licht."))
    drain(settings)

    html = page(client, "Teich")

    assert heading(html) == "1 Treffer für „Teich“"
    assert hits(html) == [place]
    assert "Am <mark>Teich</mark> fehlt" in html
    assert "Helga Martens" in html
    assert '<meta name="robots" content="noindex">' in html
    assert 'name="q" value="Teich"' in html


def test_what_waits_is_not_found(client: FlaskClient, settings: Settings) -> None:
    post = make_post(text="Am Teich ist es schön.")
    decisions.reopen(post, post.latest, make_actor(Role.MODERATOR))
    drain(settings)

    assert heading(page(client, "Teich")) == "Keine Treffer für „Teich“"


def test_what_is_hidden_is_found_and_counted_by_nobody_before_the_index_knows(
    client: FlaskClient, settings: Settings
) -> None:
    thread = make_thread()
    gone = make_post(thread, text="Der Teich ist zu klein.")
    kept = place_of(make_post(thread, text="Der Teich ist zu groß."))
    number = gone.id
    drain(settings)
    decisions.hide(decisions.get_post(number), make_actor(Role.MODERATOR), 3)
    db.session.commit()  # and no worker comes

    html = page(client, "Teich")

    assert hits(html) == [kept]
    assert heading(html) == "1 Treffer für „Teich“"
    assert re.findall(r'<span class="df-num">(\d+)</span>', html) == ["1", "1"]  # all, posts


def test_a_project_for_invited_people_is_found_by_them_only(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    project = make_project(title="Umbau der Ratsstube", visibility=Visibility.INVITED)
    place = place_of(make_post(make_thread(project.scope), text="Die Ratsstube braucht Fenster."))
    invited = make_account("Cem Yildiz", (Role.CITIZEN, project.scope_id)).id
    stranger = make_account("Birgit Lorenz").id
    drain(settings)

    assert "Ratsstube</option>" not in page(client, "Ratsstube")
    assert hits(page(client, "Ratsstube")) == []
    log_in(client, stranger)
    assert hits(page(client, "Ratsstube")) == []
    log_in(client, invited)
    html = page(client, "Ratsstube")
    assert place in hits(html)
    assert "Umbau der Ratsstube (1)</option>" in html


def test_kinds_and_projects_narrow_down_and_the_counts_stay(
    client: FlaskClient, settings: Settings
) -> None:
    here = make_thread(make_project(title="Seeufer").scope, title="Bänke am Wasser")
    there = make_thread(make_project(title="Marktplatz").scope, title="Bänke am Brunnen")
    place, slug = place_of(make_post(here, text="Mehr Bänke, bitte.")), here.scope.slug
    make_post(there, text="Auch hier Bänke.")
    drain(settings)

    everything = page(client, "Bänke")
    posts = page(client, "Bänke", art="beitrag", projekt=slug)

    assert len(hits(everything)) == 4
    assert hits(posts) == [place]
    assert re.findall(r"Gespräche <span class=\"df-num\">(\d+)</span>", posts) == ["1"]
    assert f'<option value="{slug}" selected>Seeufer (1)</option>' in posts
    assert f"projekt={slug}" in posts  # the chips keep it


def test_newest_first_on_demand(client: FlaskClient, settings: Settings) -> None:
    thread = make_thread()
    best = place_of(make_post(thread, text="Teich, Teich, Teich."))
    last = place_of(make_post(thread, text="Da ist auch ein kleiner Teich hinter der Schule."))
    drain(settings)

    assert hits(page(client, "Teich")) == [best, last]
    assert hits(page(client, "Teich", sortierung="neueste")) == [last, best]


def test_pages_lead_on_and_back_and_an_odd_page_is_the_first(
    client: FlaskClient, settings: Settings
) -> None:
    thread = make_thread()
    for number in range(PER_PAGE + 3):
        make_post(thread, text=f"Der Teich, Ansicht {number}.")
    drain(settings)

    first = page(client, "Teich")
    second = client.get(link(first, "next")).get_data(as_text=True)
    back = client.get(link(second, "prev")).get_data(as_text=True)

    assert (len(hits(first)), len(hits(second))) == (PER_PAGE, 3)
    assert not set(hits(first)) & set(hits(second))
    assert heading(second) == heading(first) == "23 Treffer für „Teich“"
    assert hits(back) == hits(first)
    for odd in ("x", "1~nan~beteiligung.post:1", "1~1.0~x", "9" * 99, "1~1e999~a:1", "-9" * 9):
        assert hits(page(client, "Teich", nach=odd, vor="")) == hits(first), odd


def test_a_page_whose_hits_have_gone_leads_to_the_first(
    client: FlaskClient, settings: Settings
) -> None:
    make_post(text="Der Teich.")
    drain(settings)

    html = page(client, "Teich", nach="1~-9.0~beteiligung.post:1")

    assert "Hier hat sich inzwischen etwas geändert." in html
    assert '<a href="/suche?q=Teich">' in html


def test_time_status_and_place_narrow_down(client: FlaskClient, settings: Settings) -> None:
    near = make_project(title="Teich am Bahnhof")
    far = make_project(title="Teich im Wald", state=ScopeState.CLOSED)
    writing.save_place(near, "Bahnhof", (53.8700, 10.6700))
    writing.save_place(far, "Wald", (53.9000, 10.6700))  # 3.3 km to the north
    near.published_at, far.published_at = (datetime(y, 5, 1, tzinfo=UTC) for y in (2026, 2024))
    here, there, slug = near.scope.path, far.scope.path, near.scope.slug
    db.session.commit()
    search.rebuild_all()

    html = page(client, "Teich")

    assert set(hits(html)) == {here, there}
    assert ">Läuft oder kommt noch (1)</option>" in html
    assert ">Beendet (1)</option>" in html
    assert ">2024 (1)</option>" in html
    assert f'<option value="{slug}">Bahnhof</option>' in html
    assert hits(page(client, "Teich", stand="laeuft")) == [here]
    assert hits(page(client, "Teich", stand="beendet")) == [there]
    assert hits(page(client, "Teich", jahr="2024")) == [there]
    assert hits(page(client, "Teich", von="2026-05-01", bis="2026-05-01")) == [here]
    assert hits(page(client, "Teich", bis="30.4.2026")) == [there]
    assert hits(page(client, "Teich", nahe=slug)) == [here]
    assert set(hits(page(client, "Teich", nahe=slug, umkreis="5000"))) == {here, there}
    assert hits(page(client, "Teich", nahe="53.9001,10.67", umkreis="500")) == [there]
    assert "Alle Filter entfernen" in page(client, "Teich", nahe=slug)
    assert "Überall nach „Teich“ suchen" in page(client, "Teich", jahr="2019")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"von": "31.2.2026"}, "Dieses Datum verstehen wir nicht."),
        ({"bis": "gestern"}, "Dieses Datum verstehen wir nicht."),
        ({"bis": "0001-01-01"}, "Dieses Datum verstehen wir nicht."),
        ({"von": "2026-05-02", "bis": "2026-05-01"}, "Das Ende liegt vor dem Anfang."),
    ],
)
def test_a_date_that_is_none_is_named_at_its_field_and_stays_there(
    client: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    answer = client.get("/suche", query_string={"q": "Teich", **fields})
    html = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert sentence in html
    assert "<title>Fehler:" in html
    for name, value in fields.items():
        assert re.search(rf'id="{name}" name="{name}" value="{re.escape(value)}"', html)


def test_a_search_is_a_feed_of_what_is_public_newest_first(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    thread = make_thread(title="Unser <Teich>")
    first, last = (place_of(make_post(thread, text=f"Teich {n} & Ufer")) for n in range(2))
    closed = make_project(visibility=Visibility.INVITED)
    secret = place_of(make_post(make_thread(closed.scope), text="Ein Teich unter uns."))
    invited = make_account("Cem Yildiz", (Role.CITIZEN, closed.scope_id)).id
    drain(settings)
    log_in(client, invited)
    assert secret in hits(page(client, "Teich"))

    answer = client.get("/suche.xml?q=Teich&art=beitrag")
    entries = ET.fromstring(answer.data).findall("{*}entry")  # noqa: S314 - our own
    everything = client.get("/suche.xml?q=Teich").get_data(as_text=True)

    assert answer.mimetype == "application/atom+xml"
    links = [one.find("{*}link") for one in entries]
    places = [urlsplit(one.get("href", "")).path for one in links if one is not None]
    assert places == [last, first]
    assert entries[0].findtext("{*}title") == "Unser <Teich>"
    assert entries[0].findtext("{*}content") == "<p>Teich 1 &amp; Ufer</p>"
    assert "unter uns" not in everything
    known = {"If-None-Match": answer.headers["ETag"]}
    again = client.get("/suche.xml?q=Teich&art=beitrag", headers=known)
    assert again.status_code == 304


def test_a_search_is_data_with_counts_and_the_way_on(
    client: FlaskClient, settings: Settings
) -> None:
    thread = make_thread(title="Was wird aus dem Ufer?")
    for number in range(PER_PAGE + 1):
        make_post(thread, text=f"Teich {number} & <b>")
    slug = thread.scope.slug
    drain(settings)

    data = client.get("/suche.json?q=Teich&art=beitrag").get_json()
    rest = client.get("/suche.json?" + urlsplit(data["weiter"]).query).get_json()

    assert (data["anzahl"], len(data["treffer"]), len(rest["treffer"])) == (21, 20, 1)
    assert data["zaehlung"]["projekt"] == {slug: 21}
    assert data["zaehlung"]["art"] == {"beitrag": 21}
    assert (data["vollstaendig"], data["eingeschraenkt"], data["zurueck"]) == (True, False, None)
    assert data["treffer"][0]["ausschnitt"].endswith("& <b>")
    assert data["treffer"][0]["projekt"] == slug
    assert client.get("/suche.json?q=Teich&von=x").status_code == 422


def test_nothing_found_shows_ways_on(client: FlaskClient) -> None:
    scope = make_project(title="Hallenbad").scope
    slug, path = scope.slug, scope.path
    db.session.commit()

    html = page(client, "Zeppelin", projekt=slug)

    assert heading(html) == "Keine Treffer für „Zeppelin“"
    assert "Überall nach „Zeppelin“ suchen" in html
    assert "kürzeres Wort" in html
    assert f'<a href="{path}">Hallenbad</a>' in html


def test_an_empty_search_asks_what_to_look_for(client: FlaskClient) -> None:
    html = page(client, "")

    assert heading(html) == "Was suchen Sie?"
    assert "stehen überall" not in html
    assert "stehen überall" in page(client, "und der die")


@pytest.mark.parametrize("text", ODD)
def test_no_words_are_too_odd(client: FlaskClient, text: str) -> None:
    names = ("q", "art", "projekt", "jahr", "stand", "nach", "vor", "nahe", "umkreis", "sortierung")
    answer = client.get("/suche", query_string=dict.fromkeys(names, text))

    assert answer.status_code == (400 if "\0" in text else 200)  # the edge refuses NUL
    for value in re.findall(r'name="q" value="([^"]*)"', answer.get_data(as_text=True)):
        assert len(value) <= MAX_TEXT


def test_anonymous_readers_get_no_cookie(client: FlaskClient, settings: Settings) -> None:
    make_post(text="Teich")
    drain(settings)

    assert "Set-Cookie" not in client.get("/suche?q=Teich").headers


def test_the_page_works_without_the_index_and_says_so(
    client: FlaskClient, settings: Settings
) -> None:
    make_post(text="Am Teich ist es schön.")
    drain(settings)
    open_index().erase()

    html = page(client, "Teich")

    assert "Die Suche ist gerade eingeschränkt" in html
    assert len(hits(html)) == 1


class Shape(HTMLParser):
    """The elements of a page and the names of their attributes: what a payload would change."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _value in attrs)))


@pytest.mark.skipif(not HOSTILE.exists(), reason="the shared test data is not here")
def test_hostile_words_stay_words(client: FlaskClient) -> None:
    payloads = [item["payload"] for item in json.loads((HOSTILE / "xss.json").read_text("utf-8"))]
    known = [Shape(page(client, text)).found for text in ("Zeppelin", "und", "")]

    assert len(payloads) > 100
    for payload in payloads[::9]:
        odd = dict.fromkeys(("art", "projekt", "sortierung", "stand", "nahe", "nach"), payload)
        html = page(client, payload, **odd)
        assert Shape(html).found in known, (payload, html)


@pytest.mark.skipif(not HOSTILE.exists(), reason="the shared test data is not here")
def test_hostile_posts_are_found_as_words(client: FlaskClient, settings: Settings) -> None:
    payloads = [item["payload"] for item in json.loads((HOSTILE / "xss.json").read_text("utf-8"))]
    thread = make_thread(title="Teich <img src=x onerror=alert(1)>")
    for payload in payloads[::100]:
        make_post(thread, text=f"Teich {payload}")
    drain(settings)

    html = page(client, "Teich")

    assert len(hits(html)) > 5
    names = {(tag, name) for tag, attrs in Shape(html).found for name in attrs}
    assert not [name for _tag, name in names if name.startswith("on") or name == "style"]
    assert {attrs for tag, attrs in Shape(html).found if tag == "script"} == {("type", "src")}
    assert "&lt;img src=x" in html


def test_a_full_page_needs_a_dozen_queries_at_most(
    client: FlaskClient, settings: Settings, count_queries: CountQueries
) -> None:
    make_project(title="Der Teich")
    thread = make_thread(title="Was tun mit dem Teich?")
    for number in range(PER_PAGE):
        make_post(thread, text=f"Teich {number}")
    drain(settings)

    client.get("/suche?q=Teich")  # once before, so that the town's words are read
    with count_queries() as found:
        html = page(client, "Teich")

    assert len(hits(html)) == PER_PAGE
    assert len(found) <= 12, found


def test_another_kind_with_hits_is_offered(client: FlaskClient, settings: Settings) -> None:
    make_post(text="Am Teich ist es schön.")
    drain(settings)

    assert "Überall nach „Teich“ suchen" in page(client, "Teich", art="projekt")
    assert "Überall nach" not in page(client, "Zeppelin", art="projekt")


def test_a_project_of_that_name_comes_before_short_posts_that_mention_it(
    client: FlaskClient,
) -> None:
    project = make_project(title="Radweg an der Kaimauer")
    project.plain = "Zwischen Bahnhof und Strandbad fehlt ein sicherer Weg. " * 60
    for title in ("Was wird aus dem Radweg?", "Wie viel Licht braucht der Radweg?"):
        thread = make_thread(project.scope, title=title, question="Schreiben Sie uns. " * 10)
        for text in ("Radweg, ja bitte!", "Der Radweg ist ein Radweg.", "Gute Frage."):
            make_post(thread, text=text)
    path = project.scope.path
    db.session.commit()
    search.rebuild_all()

    found = hits(page(client, "Radweg"))

    assert found[0] == path
    assert all(address.startswith("/beteiligung/gespraech/") for address in found[1:3])


def test_a_post_is_found_by_its_own_words_before_those_of_its_thread(client: FlaskClient) -> None:
    quiet = make_thread(title="Was fehlt am Markt?")
    loud = make_thread(title="Wo stehen Bänke?")
    said = make_post(quiet, text="Bänke fehlen, und zwar überall dort, wo Schatten ist.").id
    make_post(loud, text="Am liebsten am Brunnen.")
    db.session.commit()
    search.rebuild_all()

    found = [address for address in hits(page(client, "Bänke")) if "/beitrag/" in address]

    assert found[0] == f"/beteiligung/beitrag/{said}"


def test_what_can_be_chosen_follows_every_change_of_a_project(client: FlaskClient) -> None:
    planner = make_actor(Role.PLANNER)
    shown = make_project(title="Teich am Bahnhof").id
    draft = make_project(title="Teich im Wald", state=ScopeState.DRAFT).id
    db.session.commit()
    search.rebuild_all()
    basics = writing.Basics("Teich am Markt", "Kurz gesagt.", "Lang.", "Bauamt", "", "", "")

    def offered() -> tuple[list[str], list[str]]:
        db.session.commit()
        html = page(client, "Teich")
        found = re.search(r'<select[^>]* id="nahe".*?</select>', html, re.DOTALL)
        places = re.findall(r'value="[^"]+">([^<]+)<', found[0]) if found else []
        tips = client.get("/suche").get_data(as_text=True)
        return re.findall(r'<li><a href="/beteiligung/[^"]+">([^<]+)<', tips), places

    def project(id_: int) -> Project:
        return db.session.get_one(Project, id_, options=[joinedload(Project.scope)])

    assert offered() == (["Teich am Bahnhof"], [])
    there = replace(basics, place="Markt", point=(53.9, 10.7))
    writing.save_basics(planner, project(shown), there)
    assert offered() == (["Teich am Markt"], ["Markt"])
    writing.save_basics(planner, project(shown), replace(there, place="Hafen"))
    assert offered() == (["Teich am Markt"], ["Hafen"])
    states.enter(planner, project(draft), ScopeState.PUBLISHED, "project.publish")
    assert offered() == (["Teich am Markt", "Teich im Wald"], ["Hafen"])
    by, to = Moderation.BEFORE, Visibility.INVITED
    writing.save_access(planner, project(shown), visibility=to, moderation=by)
    assert offered() == (["Teich im Wald"], [])
