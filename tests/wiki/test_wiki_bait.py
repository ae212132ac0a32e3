"""Words nobody released, and then a look into every way out of the wiki."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from kern import notify, search, worker
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.config import Settings
from kern.content import Ref
from kern.db import db
from kern.files import service as files
from kern.files.images import accept_picture
from kern.files.models import File
from kern.town import Town
from tests.builders import make_account, make_actor, make_project
from tests.content_steps import mails
from tests.visitors import Visitor
from tests.wiki.pages import change, make_page, ortswiki, propose_page
from wiki import service
from wiki.cli import group
from wiki.models import PAGE_KEY, Page

BAIT = "Zwergdommelweg"
PART = BAIT[:-3]  # pages of a search repeat what was asked
SPACE = "/wiki/ortswiki"
PAGE = f"{SPACE}/linde"
PLACE = {"type": "Point", "coordinates": [10.1, 54.2], "label": BAIT}
SIZES = ("small", "medium", "large")
STATES = ("waiting", "asked", "rejected", "withdrawn", "draft")
WAYS = (
    # pages, their versions, comparisons, history, source, who wrote what
    *(PAGE, f"{PAGE}/geschichte", f"{PAGE}/quelltext", f"{PAGE}/fassung/1", f"{PAGE}/fassung/2"),
    *(f"{PAGE}/vergleich?von=1&bis=2{more}" for more in ("", "&ansicht=seite")),
    f"{PAGE}/wer-schrieb-was",
    # links there, links to what is not there, tags, lists, figures, the map
    *(f"{PAGE}/links", f"{SPACE}/{BAIT.lower()}", f"{SPACE}/seiten/gewuenscht"),
    *(f"{SPACE}/seiten/{which}" for which in ("verwaist", "a-z", "still", "ungeprueft")),
    *(f"{SPACE}/schlagwort/{BAIT}", SPACE, f"{SPACE}/statistik", f"{SPACE}/karte"),
    # what is new, and feeds
    *("/", "/wiki/", f"{SPACE}/aenderungen", f"{SPACE}/aenderungen.atom", "/atom.xml"),
    # search, its excerpts, its answers to programs, its hints, the choice of a page
    *(f"/suche{kind}?q={word}" for kind in ("", ".json", ".xml") for word in (PART, "Baum")),
    *(f"/suche/vorschlaege?q={PART}", f"{SPACE}/suche?q={PART}"),
    # a page that shows another one, and one that lists by tag
    *(f"{SPACE}/markt", f"{SPACE}/verzeichnis"),
    # proposals and what their authors see of them
    *(
        f"/wiki/vorschlag/{number}{more}"
        for number in range(1, 8)
        for more in ("", "?ansicht=seite")
    ),
    *("/wiki/vorschlaege", "/wiki/wartet", "/wiki/mein-vorschlag/5/abc", "/sitemap.xml"),
)


def _picture(author: Actor) -> Mapping[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    kept = files.keep_picture(accept_picture(out.getvalue(), f"{BAIT}.png"), BAIT, author.party_id)
    return {"name": f"{BAIT}.png", "file_id": kept.id, "alt": BAIT, "is_picture": True}


def _lay_out(state: str) -> tuple[Actor, Page, Mapping[str, Any]]:
    """A page with what shows it, and a proposal; its author and a picture nobody released."""
    page = make_page("Linde", "Ein Baum.")
    make_page("Markt", "{{Linde}}")
    make_page("Verzeichnis", "{{Karte: Bäume}}")
    return _propose(state, page)


def _propose(state: str, page: Page) -> tuple[Actor, Page, Mapping[str, Any]]:
    """Everything that the proposals say is bait."""
    author, reviewer = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    file = _picture(author)
    text = f"[[{BAIT}]] [[Projekt:{make_project().scope.slug}]] ![{BAIT}](anhang:{BAIT}.png)"
    more: dict[str, Any] = {"summary": BAIT, "tags": (BAIT, "Bäume"), "place": PLACE}
    if state == "draft":
        held = {"text": text, "tags": BAIT, "summary": BAIT}
        service.save_draft(author, ortswiki(), page, "", payload=held, base_id=None)
        return author, page, file
    found = [
        change(author, page, source=f"Ein Baum. {text}", files=(file,), **more),
        propose_page(author, BAIT, BAIT, **more),
    ]
    for proposal in found:
        if state == "asked":
            service.ask_for_changes(reviewer, proposal, 1, BAIT)
        elif state == "rejected":
            service.reject(reviewer, proposal, 1)
        elif state == "withdrawn":
            service.withdraw(author, proposal)
    return author, page, file


@pytest.mark.parametrize("state", STATES)
def test_what_nobody_released_is_on_no_way_out(
    state: str, app: Flask, town: Town, client: FlaskClient, settings: Settings
) -> None:
    author, _page, _file = _lay_out(state)
    ways = [*WAYS, f"/wiki/mitwirkende/{author.party_id}", "/beteiligung/"]
    db.session.commit()
    worker.drain(settings)
    search.rebuild_all()

    assert search.find(BAIT).total == 0
    staff = Visitor(app, make_account("Rita Prüfer", (Role.MODERATOR, None)))
    for way in ways:
        staff.get(way)  # what is kept of this must reach nobody else
        said = client.get(way, follow_redirects=True).text.replace(way, "")
        assert BAIT not in said.replace(f"„{BAIT}“", ""), way  # what was asked for


@pytest.mark.parametrize("state", STATES)
def test_a_picture_nobody_released_is_fetched_in_no_size(
    state: str, town: Town, client: FlaskClient
) -> None:
    author, _page, row = _lay_out(state)
    released = _picture(author)
    make_page("Offen", files=(released,), author=author)
    names = [db.session.get_one(File, one["file_id"]).name for one in (row, released)]
    db.session.commit()

    for size in SIZES:
        ways = [f"/dateien/{name}/{size}" for name in names]
        found = [client.get(way, buffered=True).status_code for way in ways]
        assert found == [404, 200], size


@pytest.mark.parametrize("state", STATES)
def test_who_follows_a_page_hears_nothing_of_what_nobody_released(state: str, town: Town) -> None:
    follower = make_actor(Role.CITIZEN)
    page = make_page("Linde", "Ein Baum.")
    notify.follow(follower.party_id or 0, Ref(PAGE_KEY, page.id), by_mail=True)
    _propose(state, page)
    db.session.commit()

    assert BAIT not in mails(follower)


@pytest.mark.parametrize("state", STATES)
def test_what_nobody_released_leaves_with_no_export(
    state: str, app: Flask, town: Town, tmp_path: Path
) -> None:
    _lay_out(state)
    db.session.commit()
    db.session.remove()
    for kind in ("markdown", "html", "json"):
        target = tmp_path / kind
        command = ["export", "ortswiki", str(target), "--format", kind]
        told = app.test_cli_runner().invoke(group, command)

        assert told.exit_code == 0, told.output
        whole = b"".join(_parts(target))
        assert b"Ein Baum." in whole, kind
        assert BAIT.encode() not in whole, kind


def _parts(path: Path) -> Iterator[bytes]:
    """The file, or the names and the contents of an archive."""
    if not zipfile.is_zipfile(path):
        yield path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield name.encode()
            yield archive.read(name)
