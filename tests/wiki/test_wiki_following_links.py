"""What leads to a page follows it: red links, renames, included texts, lists by tag."""

from datetime import datetime
from itertools import count, product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from kern import worker
from kern.accounts.permissions import Role
from kern.accounts.sessions import actor_of_party
from kern.actor import Actor
from kern.clock import now
from kern.config import Settings
from kern.db import db
from kern.errors import Conflict
from kern.notify.telling import UNDO
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.pages import approve, change, history, make_page, ortswiki, published
from wiki import service
from wiki.models import Kind, Page, Proposal, Renaming, Revision, Space
from wiki.service import deciding, publishing, renaming, rendering, tallies

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
    assert tallies.list_wanted(ortswiki()) == [("linde", "Linde", 1)]

    tree = make_page("Linde", "Ein Baum.")
    assert "/wiki/ortswiki/linde" in rendered(market)
    assert tallies.list_wanted(ortswiki()) == []
    assert [one.title for one in service.backlinks(tree)] == ["Markt"]

    approve(change(make_actor(Role.CITIZEN), tree, kind=Kind.DELETE))
    assert "neu?titel=" in rendered(market)


def renamed(page: Page, title: str, author: Actor | None = None) -> Proposal:
    """Nobody can undo it any more."""
    proposal = change(author or make_actor(Role.CITIZEN), page, title=title, kind=Kind.RENAME)
    approve(proposal)
    db.session.execute(update(Renaming).values(created_at=now() - 2 * UNDO))
    return proposal


def rewritten() -> None:
    while renaming.carry_on(now(), 2):
        pass


def told(page: Page) -> Renaming:
    found = service.find_renaming(page)
    assert found is not None
    return found


def test_a_rename_rewrites_links_in_other_pages_and_says_how_many() -> None:
    tree = make_page("Linde")
    pages = [make_page(source=f"Nummer {n}: [[Linde|der Baum]].") for n in range(5)]
    make_page(source="{{Seitenliste: Linde}}")  # a tag of that name is no link
    assert service.count_touched(tree) == 5

    author = make_actor(Role.CITIZEN)
    renamed(tree, "Dorflinde", author)
    assert [page.id for page in service.backlinks(tree)] == [page.id for page in pages]
    assert renaming.carry_on(now(), 2)
    assert (told(tree).done, told(tree).total, told(tree).done_at) == (2, 5, None)
    rewritten()

    assert published(pages[4]).source == "Nummer 4: [[Dorflinde|der Baum]].\n"
    assert "/wiki/ortswiki/dorflinde" in rendered(pages[0])
    last = history(pages[4])[-1]
    assert (last.minor, last.author_id) == (True, author.party_id)
    assert (told(tree).done, told(tree).total, told(tree).done_at is not None) == (5, 5, True)


def test_links_follow_a_rename_once_it_can_no_longer_be_taken_back() -> None:
    tree, market = make_page("Linde"), make_page("Markt", "Die [[Linde]].")
    reviewer = make_actor(Role.MODERATOR)
    mine = change(make_actor(Role.CITIZEN), tree, title="Dorflinde", kind=Kind.RENAME)
    approve(mine, reviewer)
    rewritten()
    assert published(market).source == "Die [[Linde]].\n"

    deciding.take_back(reviewer, mine, 1)
    assert service.find_renaming(tree) is None
    assert [page.id for page in rendering.list_stale()] == []
    assert [page.id for page in service.backlinks(tree)] == [market.id]

    service.approve(reviewer, mine, 1)
    db.session.execute(update(Renaming).values(created_at=now() - 2 * UNDO))
    assert renaming.carry_on(now())
    with pytest.raises(Conflict, match="schon umgeschrieben"):
        deciding.take_back(reviewer, mine, 1)


def test_a_text_that_still_names_the_old_title_leads_to_the_page_and_shows_it() -> None:
    """It waited while the page was renamed."""
    tree, market = make_page("Linde", "Ein alter Baum."), make_page("Markt", "Leer.")
    waiting = change(make_actor(Role.CITIZEN), market, source="Die [[Linde]].\n\n{{Linde}}\n")
    renamed(tree, "Dorflinde")
    approve(waiting)

    assert "/wiki/ortswiki/dorflinde" in market.html
    assert "Ein alter Baum" in market.html
    assert tallies.list_wanted(ortswiki()) == []
    other = make_page("Linde", "Ein anderer Baum.")
    assert f"/wiki/ortswiki/{other.slug}" in rendered(market)
    assert "Ein anderer Baum" in market.html


def test_what_names_a_former_title_is_red_while_the_page_is_gone_and_blue_afterwards() -> None:
    tree, market = make_page("Linde"), make_page("Markt", "Leer.")
    waiting = change(make_actor(Role.CITIZEN), market, source="Die [[Linde]].")
    renamed(tree, "Dorflinde")
    rewritten()
    approve(waiting)
    assert "/wiki/ortswiki/dorflinde" in rendered(market)

    approve(change(make_actor(Role.CITIZEN), tree, kind=Kind.DELETE))
    assert "neu?titel=Linde" in rendered(market)
    assert service.backlinks(tree) == []

    approve(change(make_actor(Role.CITIZEN), tree, kind=Kind.UNDELETE))
    assert "/wiki/ortswiki/dorflinde" in rendered(market)
    assert [page.id for page in service.backlinks(tree)] == [market.id]


def test_a_page_that_breaks_is_named_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tree = make_page("Linde")
    pages = [make_page(source=f"Nummer {n}: [[Linde]].") for n in range(4)]
    renamed(tree, "Dorflinde")
    bad = pages[1].id
    publish = publishing.publish

    def breaks(space: Space, page: Page, *rest: Any) -> Revision:
        revision = publish(space, page, *rest)
        if page.id == bad:
            raise ValueError("after it has written")
        return revision

    monkeypatch.setattr(renaming, "publish", breaks)
    rewritten()

    assert [published(page).source for page in pages] == [
        f"Nummer {n}: [[{'Linde' if n == 1 else 'Dorflinde|Linde'}]].\n" for n in range(4)
    ]
    assert [page.id for page in renaming.list_failed(told(tree))] == [bad]
    assert (told(tree).done, told(tree).done_at is not None) == (4, True)
    assert len(history(pages[1])) == 1
    assert "/wiki/ortswiki/dorflinde" in rendered(pages[1])


def test_renaming_back_and_on_while_links_follow_leaves_no_link_behind() -> None:
    tree = make_page("Linde")
    pages = [make_page(source=f"Nummer {n}: [[Linde]].") for n in range(4)]
    renamed(tree, "Dorflinde")
    renaming.carry_on(now(), 2)
    renamed(tree, "Friedenslinde")
    rewritten()
    assert {published(page).source[10:] for page in pages} == {"[[Friedenslinde|Linde]].\n"}

    renamed(tree, "Linde")
    rewritten()
    assert {published(page).source[10:] for page in pages} == {"[[Linde]].\n"}


def test_the_worker_rewrites_all_links_and_another_one_goes_on_where_it_was_killed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = make_page("Linde")
    for n in range(25):
        make_page(source=f"Nummer {n}: [[Linde]].")
    renamed(tree, "Dorflinde")
    number = tree.id
    db.session.commit()
    carry_on, calls = renaming.carry_on, count()

    def dies(at: datetime, limit: int = 10) -> bool:
        carry_on(at, limit)
        if next(calls) == 1:
            raise KeyboardInterrupt
        return True

    monkeypatch.setattr(renaming, "carry_on", dies)
    with pytest.raises(KeyboardInterrupt):
        worker.drain(settings)
    db.session.remove()
    assert told(service.get_page(number)).done == 10
    monkeypatch.setattr(renaming, "carry_on", carry_on)
    worker.tick(now())
    worker.drain(settings)

    tree = service.get_page(number)
    assert (told(tree).done, told(tree).total, told(tree).failed) == (25, 25, [])
    for line in service.backlinks(tree):
        assert [one.number for one in history(service.get_page(line.id))] == [1, 2]


def test_progress_is_told_to_staff_and_to_who_renamed_but_to_nobody_else(app: Flask) -> None:
    account = make_account("Wilma Holm", (Role.CITIZEN, None))
    author = actor_of_party(account.party_id)
    writer = Visitor(app, account)
    staff = Visitor(app, make_account("Rita", (Role.MODERATOR, None)))
    other = Visitor(app, make_account("Otto", (Role.CITIZEN, None)))
    tree = make_page("Linde")
    for n in range(3):
        make_page(f"Blatt {n}", f"Nummer {n}: [[Linde]].")
    db.session.commit()
    asked = writer.get("/wiki/ortswiki/linde/umbenennen").text
    assert "Das betrifft 3 Seiten." in asked
    data = {"title": "", "base": str(tree.published_id)}
    assert "Das betrifft 3 Seiten." in writer.post("/wiki/ortswiki/linde/umbenennen", data).text
    mine = renamed(service.get_page(1), "Dorflinde", author)
    proposal = f"/wiki/vorschlag/{mine.id}"
    renaming.carry_on(now(), 2)
    db.session.execute(update(Renaming).values(total=5000, done=1240))
    db.session.commit()

    history_ = "/wiki/ortswiki/dorflinde/geschichte"
    for person, path in product((writer, staff), (proposal, history_)):
        assert "1.240 von 5.000 Seiten" in person.get(path).text
    for stranger in (other, Visitor(app)):
        assert "1.240" not in stranger.get(history_).text

    last = service.find_page(ortswiki(), "blatt 2")
    assert last is not None
    db.session.execute(update(Renaming).values(total=3, done=3, failed=[last.id], done_at=now()))
    db.session.commit()
    told_ = writer.get(proposal).text
    assert "Links auf 2 Seiten sind dem neuen Titel gefolgt." in told_
    assert "/wiki/ortswiki/blatt-2" in told_


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
    assert [page.id for page in tallies.list_orphans(ortswiki())] == [market.id]
    assert tree.id != market.id
