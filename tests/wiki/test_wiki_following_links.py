"""What leads to a page follows it: red links, renames, included texts, lists by tag."""

import pytest

from kern.accounts.permissions import Role
from kern.db import db
from tests.builders import make_actor
from tests.wiki.pages import approve, change, history, make_page, ortswiki, published
from wiki import service
from wiki.models import Kind, Page
from wiki.service import renaming, rendering

pytestmark = pytest.mark.usefixtures("town")


def rendered(page: Page) -> str:
    """As the worker leaves it."""
    while rendering.render_stale():
        pass
    db.session.refresh(page)
    return page.html


def test_a_red_link_turns_blue_when_its_page_comes_and_red_when_it_goes() -> None:
    market = make_page("Markt", "Hier steht die [[Linde]].")
    assert "/wiki/ortswiki/neu?titel=" in market.html
    assert service.wanted(ortswiki().scope_id) == [("Linde", 1)]

    tree = make_page("Linde", "Ein Baum.")
    assert "/wiki/ortswiki/linde" in rendered(market)
    assert service.wanted(ortswiki().scope_id) == []
    assert [one.title for one in service.backlinks(tree)] == ["Markt"]

    approve(change(make_actor(Role.CITIZEN), tree, kind=Kind.DELETE))
    assert "neu?titel=" in rendered(market)


def test_a_rename_rewrites_links_in_other_pages_and_says_how_many() -> None:
    tree = make_page("Linde")
    pages = [make_page(source=f"Nummer {n}: [[Linde|der Baum]].") for n in range(5)]
    assert service.count_touched(tree) == 5

    author = make_actor(Role.CITIZEN)
    approve(change(author, tree, title="Dorflinde", kind=Kind.RENAME))
    assert "/wiki/ortswiki/dorflinde" in rendered(pages[0])
    while renaming.carry_on(2):
        pass

    assert published(pages[4]).source == "Nummer 4: [[Dorflinde|der Baum]].\n"
    last = history(pages[4])[-1]
    assert (last.minor, last.author_id) == (True, author.party_id)
    told = service.find_renaming(tree)
    assert told is not None
    assert (told.done, told.total, told.done_at is not None) == (5, 5, True)


def test_an_included_text_is_the_released_one_and_follows_it() -> None:
    hours = make_page("Öffnungszeiten", "Montag bis Freitag.")
    office = make_page("Rathaus", "Offen:\n\n{{Öffnungszeiten}}\n")
    assert "Montag bis Freitag" in office.html
    waiting = change(make_actor(Role.CITIZEN), hours, source="Nur montags.")
    assert "Nur montags" not in rendered(office)
    approve(waiting)
    assert "Nur montags" in rendered(office)


def test_editing_a_page_leaves_those_that_only_link_to_it_as_they_are() -> None:
    tree = make_page("Linde")
    market = make_page("Markt", "Die [[Linde]].")
    rendered(market)
    approve(change(make_actor(Role.CITIZEN), tree, source="Ein alter Baum."))
    assert [page.id for page in rendering.list_stale()] == []
    assert rendering.is_fresh(market, published(market).source)


def test_pages_nobody_leads_to_are_told() -> None:
    tree, market = make_page("Linde"), make_page("Markt", "Die [[Linde]].")
    assert [page.id for page in service.orphans(ortswiki().scope_id)] == [market.id]
    assert tree.id != market.id
