"""A large wiki: its lists are whole, each thing once, and editing one page makes only that anew."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from bench.pages import fill
from kern.accounts.permissions import Role
from kern.actor import GUEST
from kern.clock import now
from kern.config import Settings
from kern.content import Ref
from kern.db import db
from kern.notify import choosing
from kern.notify.following import follow
from kern.outbox import revisions
from kern.worker import drain
from tests.builders import log_in, make_account, make_actor
from tests.wiki.pages import approve, change, history, make_page, ortswiki, published
from wiki.models import PAGE_KEY, Kind, Page, PageLink, Space, Tally
from wiki.rendering import render_page
from wiki.service import linking, reading, rendering, tallies
from wiki.service.lately import pages_about
from wiki.service.tallies import LARGE

pytestmark = [pytest.mark.usefixtures("town"), pytest.mark.unkept]

SPACE = "/wiki/ortswiki"
PAGES = LARGE + 60


@pytest.fixture
def large(town: object) -> Space:
    """Counted, as the worker leaves it."""
    fill(ortswiki().scope_id, [make_actor(Role.CITIZEN).party_id or 0], PAGES, 2)
    return counted()


def counted() -> Space:
    db.session.commit()
    tallies.recount(ortswiki().scope_id)
    db.session.expire_all()
    return ortswiki()


def page_of(title: str) -> Page:
    return db.session.scalars(select(Page).where(Page.title == title)).one()


def titles(client: FlaskClient, path: str) -> Iterator[str]:
    """Of a list, from its first page to its last."""
    following: str | None = path
    while following:
        html = client.get(f"{SPACE}/{following}").text
        yield from re.findall(r'<li><a href="/wiki/ortswiki/[^"/?]+">([^<]+)</a>', html)
        more = re.search(r'href="(\?nach=[^"]+)"', html)
        following = path.partition("?")[0] + more[1].replace("&amp;", "&") if more else None


def test_rows_put_straight_are_those_the_service_makes(large: Space) -> None:
    for title in ("Seite 1", "Seite 50", f"Seite {PAGES}"):
        page = page_of(title)
        names = ("html", "plain", "sections", "wanted", "depends")
        before = {name: getattr(page, name) for name in names}
        links = links_of(page)

        page.space = large
        rendering.render_into(page, published(page).source)

        assert {name: getattr(page, name) for name in names} == before
        assert links_of(page) == links
    assert [one.number for one in history(page_of("Seite 7"))] == [1, 2]


def links_of(page: Page) -> list[tuple[object, ...]]:
    names = ("kind", "target_key", "target_title", "target_page_id", "room")
    query = select(*(getattr(PageLink, name) for name in names))
    query = query.where(PageLink.page_id == page.id)
    return sorted(tuple(map(str, row)) for row in db.session.execute(query))


def test_what_the_worker_counted_is_what_counting_now_would_give(large: Space) -> None:
    kept = (
        tallies.list_letters(large),
        tallies.list_tags(large, 40),
        tallies.list_wanted(large),
        tallies.list_orphans(large),
    )
    assert tallies.letters_and_tags(large, 40) == kept[:2]
    assert (large.pages, kept[0]) == (PAGES, [("S", "", PAGES)])

    large.pages = 0  # as if it were small
    assert kept == (
        tallies.list_letters(large),
        tallies.list_tags(large, 40),
        tallies.list_wanted(large),
        tallies.list_orphans(large),
    )


def test_the_worker_counts_anew_when_a_page_goes(
    large: Space, client: FlaskClient, settings: Settings
) -> None:
    page = page_of("Seite 51")
    page.space = large
    assert "Seite 51" in list(titles(client, "seiten/verwaist"))
    approve(change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE))
    db.session.commit()

    drain(settings)
    db.session.expire_all()

    assert ortswiki().pages == PAGES - 1
    assert f'S <span class="df-num">{PAGES - 1}</span>' in client.get(SPACE).text
    assert "Seite 51" not in list(titles(client, "seiten/verwaist"))


def test_a_count_that_says_the_same_wakes_no_kept_page(large: Space) -> None:
    key = f"scope:{large.scope_id}"
    before = revisions(key)
    counted()
    assert revisions(key) == before


def test_a_space_that_was_never_counted_is_by_the_next_minute(town: object) -> None:
    fill(ortswiki().scope_id, [make_actor(Role.CITIZEN).party_id or 0], PAGES, 1)

    assert tallies.on_tick(now(), now())
    assert not tallies.on_tick(now(), now())
    db.session.expire_all()
    assert ortswiki().pages == PAGES


def test_a_space_that_became_small_keeps_no_counts(large: Space) -> None:
    gone = select(Page.id).where(Page.space_id == large.scope_id).offset(20).limit(PAGES)
    query = update(Page).where(Page.id.in_(gone)).values(state="deleted")
    db.session.execute(query.execution_options(synchronize_session=False))

    assert counted().pages == 20
    assert db.session.scalars(select(Tally)).all() == []


@pytest.mark.usefixtures("large")
def test_the_start_of_a_large_space_leads_to_all_pages_without_showing_them(
    client: FlaskClient,
) -> None:
    html = client.get(SPACE).text

    assert html.count('href="/wiki/ortswiki/seite-') < 150
    assert f'{SPACE}/seiten/a-z?ab=S"' in html
    wanted = [f"Seite {number}" for number in range(1, PAGES + 1)]
    assert Counter(titles(client, "seiten/a-z")) == Counter(wanted)
    assert Counter(titles(client, "schlagwort/Baum")) == Counter(wanted)


@pytest.mark.usefixtures("large")
def test_the_alphabet_begins_where_one_asks(client: FlaskClient) -> None:
    make_page("Ärztehaus")
    make_page("Zeltplatz")
    db.session.commit()

    assert list(titles(client, "seiten/a-z?ab=Z")) == ["Zeltplatz", "Ärztehaus"]
    assert list(titles(client, "seiten/a-z?ab=%C3%84")) == ["Ärztehaus"]


@pytest.mark.usefixtures("large")
def test_pages_changed_in_one_moment_are_listed_once_each(client: FlaskClient) -> None:
    long_ago = now() - timedelta(days=800)
    db.session.execute(update(Page).values(changed_at=long_ago))
    db.session.execute(update(Page).where(Page.title == "Seite 9").values(checked_at=now()))
    db.session.commit()

    quiet, unchecked = (
        Counter(titles(client, "seiten/still")),
        Counter(titles(client, "seiten/ungeprueft")),
    )
    assert (len(quiet), set(quiet.values())) == (PAGES, {1})
    assert quiet - unchecked == Counter(["Seite 9"])
    for said in ("nach=gestern_3", "nach=2026-01-01T00:00:00_3", "nach=_", "nach=%C3%A4"):
        assert client.get(f"{SPACE}/seiten/still?{said}").status_code == 200


def test_a_page_that_leads_somewhere_twice_is_listed_once(client: FlaskClient) -> None:
    tree = make_page("Linde")
    make_page("Markt", "Die [[Linde]].\n\n{{Linde}}\n")
    db.session.commit()

    assert [line.title for line in linking.backlinks(tree)] == ["Markt"]
    assert "1 Seite führt hierher" in client.get(f"{SPACE}/linde").text


@pytest.mark.usefixtures("large")
def test_titles_that_begin_so_come_before_those_that_hold_it(client: FlaskClient) -> None:
    make_page("Am Lindenplatz")
    make_page("Linde")
    db.session.commit()

    found = client.get(f"{SPACE}/suche?q=LIND").get_json()
    assert [one["title"] for one in found] == ["Linde", "Am Lindenplatz"]


@pytest.mark.usefixtures("large")
def test_editing_one_page_renders_that_page_and_no_other(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """All pages lead to the first one, and one includes it: that one follows."""
    make_page("Rathaus", "{{Seite 1}}")
    db.session.commit()
    drain(settings)
    rendered: list[int | None] = []

    def counting(source: str, resolver: object, frame: object) -> object:
        rendered.append(frame.page_id)  # type: ignore[attr-defined]
        return render_page(source, resolver, frame)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "render_page", counting)
    first = page_of("Seite 1")
    first.space = ortswiki()
    approve(change(make_actor(Role.CITIZEN), first, source="Ganz neu."))
    db.session.commit()
    drain(settings)

    assert rendered == [page_of("Seite 1").id, page_of("Rathaus").id]
    assert "Ganz neu." in page_of("Rathaus").html


def test_a_long_watch_list_goes_on_page_by_page(client: FlaskClient, large: Space) -> None:
    account = make_account()
    party_id = account.party_id
    log_in(client, account.id)
    ids = db.session.scalars(select(Page.id).order_by(Page.id).limit(120)).all()
    for id_ in ids:
        follow(party_id, Ref(PAGE_KEY, id_))
    db.session.commit()

    seen, path = [], "/mitteilungen/einstellungen"
    while path:
        html = client.get(path).text
        seen += re.findall(r'<span><a href="/wiki/ortswiki/([^"]+)"', html)
        more = re.search(r'href="(/mitteilungen/einstellungen\?vor=\d+)"', html)
        path = more[1] if more else ""
    assert len(seen) == len(set(seen)) == len(ids)
    assert len(choosing.list_followed(party_id)) == choosing.LENGTH


def plan_of(ask: Callable[[], object]) -> str:
    """How the database finds what the first question asks for, where it reads no whole table that
    it need not."""
    asked: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    connection, explain = db.session.connection(), "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN"
        connection.exec_driver_sql("ANALYZE wiki_page, wiki_link, wiki_space, kern_scope")
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    event.listen(connection, "before_cursor_execute", hear)
    ask()
    event.remove(connection, "before_cursor_execute", hear)
    statement, values = asked[0]
    plan = connection.exec_driver_sql(f"{explain} {statement}", values)
    return "\n".join(row[-1] for row in plan)


def test_the_map_of_a_space_reads_only_pages_with_a_place(large: Space) -> None:
    db.session.execute(update(Page).where(Page.id % 10 > 0).values(place=None))

    plan = plan_of(lambda: reading.list_placed(large))

    assert re.findall("ix_wiki_page_[a-z]+", plan) == ["ix_wiki_page_placed"], plan
    assert re.search(r"space_id ?=.+ AND .*state.*=", plan), plan
    assert "TEMP B-TREE" not in plan, plan  # PostgreSQL may sort the few that the index gives it


@pytest.mark.usefixtures("large")
def test_a_project_finds_its_pages_by_their_links_and_not_among_all() -> None:
    names = {"radweg", "der radweg"}

    plan = plan_of(lambda: pages_about(GUEST, names, "projektwissen", 6))

    assert "ix_wiki_link_space_id_kind_target_key" in plan, plan
    (pages,) = [step for step in plan.split("\n") if " wiki_page " in f"{step} "]
    assert "USING INTEGER PRIMARY KEY (rowid=?)" in pages or "pk_wiki_page" in plan, plan
    assert "Seq Scan" not in pages, plan
