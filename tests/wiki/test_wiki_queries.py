"""What the pages of a large wiki may cost: queries that do not grow with it."""

import pytest
from flask.testing import FlaskClient

from bench.pages import fill
from kern.accounts.permissions import Role
from kern.actor import SYSTEM, Actor
from kern.db import db
from tests.builders import make_actor, make_thread
from tests.conftest import CountQueries
from tests.test_queries import SLACK, is_quick, queries_of
from tests.wiki.pages import approve, change, make_page, ortswiki
from wiki import service
from wiki.models import Page

pytestmark = [pytest.mark.usefixtures("town"), pytest.mark.unkept]

LINDE = "/wiki/ortswiki/linde"
PAGE_MS = 6


@pytest.fixture
def large(town: object) -> None:
    """300 pages that lead to the first, which has 50 versions; every page above has 20 below."""
    author = make_actor(Role.CITIZEN).party_id or 0
    fill(ortswiki().scope_id, [author], 1, 50, title="Viel")
    fill(ortswiki().scope_id, [author], 300, 1)


def linde() -> Page:
    top = make_page("Bäume")
    middle = make_page("Alte Bäume", parent_id=top.id)
    page = make_page("Linde", "Siehe [[Bäume]].", parent_id=middle.id, tags=("Baum",))
    make_page("Bank", "Siehe [[Linde]].", parent_id=page.id)
    easy = make_page("Linde, leicht", "Ein Baum.")
    service.set_twin(SYSTEM, page, easy)
    for number in range(2):
        approve(change(make_actor(Role.CITIZEN), page, source=f"Siehe [[Bäume]] {number}."))
    change(make_actor(Role.CITIZEN), page, source="Das wartet.")
    return page


def test_a_page_below_others_leads_up_to_them(client: FlaskClient) -> None:
    linde()
    db.session.commit()

    html = client.get(LINDE).text

    assert html.index("/wiki/ortswiki/baeume") < html.index("/wiki/ortswiki/alte-baeume")
    for said in ("/wiki/ortswiki/bank", "in Leichter Sprache", "neuen Vorschlag"):
        assert said in html
    assert "2 Seiten führen hierher" not in html
    assert "1 Seite führt hierher" in html
    assert "3 Personen schrieben mit" in html


def test_a_page_is_read_in_five_queries(client: FlaskClient, count_queries: CountQueries) -> None:
    linde()

    found = queries_of(client, count_queries, LINDE)

    # Gate with version; surroundings; threads and windows of the panel; the town's own words.
    assert len(found) <= 5, found


@pytest.mark.usefixtures("large")
def test_the_size_of_the_wiki_changes_nothing(
    client: FlaskClient, count_queries: CountQueries
) -> None:
    linde()
    space = "/wiki/ortswiki"
    limits = {
        f"{space}/viel-1": 5,
        f"{space}/seite-1": 5,
        LINDE: 5,
        f"{space}/viel-1/geschichte": 3,
        f"{space}/viel-1/vergleich?von=1&bis=50": 3,
        f"{space}/viel-1/fassung/7": 4,
        f"{space}/seite-1/links": 3,
        f"{space}/aenderungen": 3,
        space: 5,
        "/wiki/": 5,
    }
    for path, most in limits.items():
        found = queries_of(client, count_queries, path)
        assert len(found) <= most, (path, len(found), found)


@pytest.mark.usefixtures("large")
def test_lists_are_cut_and_go_on(client: FlaskClient) -> None:
    db.session.commit()

    assert client.get("/wiki/ortswiki/viel-1/geschichte").text.count("/fassung/") <= 100
    for path in ("seite-1/links", "aenderungen"):
        assert client.get(f"/wiki/ortswiki/{path}").text.count("/wiki/ortswiki/seite-") < 250


def test_a_page_that_is_talked_about_takes_one_query_more(
    client: FlaskClient, count_queries: CountQueries
) -> None:
    page = linde()
    thread = make_thread(page.space.scope)
    thread.host_key, thread.host_id = "wiki.page", page.id

    assert len(queries_of(client, count_queries, LINDE)) <= 6


@pytest.mark.usefixtures("large")
def test_a_page_takes_little_time(client: FlaskClient) -> None:
    db.session.commit()

    path = "/wiki/ortswiki/seite-1"
    assert is_quick(lambda: client.get(path), SLACK * PAGE_MS)


def test_former_addresses_missing_pages_and_spaces_are_told_apart(client: FlaskClient) -> None:
    page = linde()
    approve(change(make_actor(Role.CITIZEN), page, source="Neu.", title="Dorflinde"))
    db.session.commit()

    assert client.get(LINDE).headers["Location"] == "/wiki/ortswiki/dorflinde"
    assert client.get("/wiki/ortswiki/eiche").status_code == 404
    assert "Bereich" in client.get("/wiki/gibtsnicht/linde").text
    assert service.get_page_for(Actor(), "ortswiki", "dorflinde").id == page.id
