"""Text, sentence and author of one version that somebody hid, and every way that showed them."""

import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kern import search, worker
from kern.accounts.permissions import Role
from kern.config import Settings
from kern.db import db
from kern.errors import Conflict
from kern.town import Town
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.pages import approve, change, history, make_page
from wiki import service
from wiki.cli import group
from wiki.models import Revision
from wiki.service import moderating, reading

TEXT, SENTENCE, NAME = "Zwergdommelweg", "Rohrsängerplatz", "Zita Kranich"
PAGE = "/wiki/ortswiki/linde"
WAYS = (
    *("/", "/wiki/", "/wiki/ortswiki", "/atom.xml", "/wiki/ortswiki/aenderungen"),
    *("/wiki/ortswiki/aenderungen.atom", f"/suche?q={TEXT}", f"/suche.json?q={TEXT}"),
    *(f"/suche/vorschlaege?q={TEXT}", f"/wiki/ortswiki/suche?q={TEXT}"),
    *("/wiki/ortswiki/seiten/a-z", "/wiki/ortswiki/seiten/gewuenscht"),
    *(f"/wiki/ortswiki/schlagwort/{TEXT}", f"{PAGE}/links", "/wiki/ortswiki/statistik"),
    *(PAGE, f"{PAGE}/geschichte", f"{PAGE}/quelltext", f"{PAGE}/fassung/1", f"{PAGE}/fassung/2"),
    *(f"{PAGE}/vergleich?von=1&bis=2", f"{PAGE}/wer-schrieb-was", f"{PAGE}/fassung/1/verbergen"),
    *(f"{PAGE}/vergleich?von=1&bis=2&ansicht=seite", "/wiki/vorschlag/1?ansicht=seite"),
    *(f"{PAGE}/bearbeiten?fassung=1", "/wiki/vorschlag/1"),
)


def _page() -> int:
    """Two versions; of the first everything shall be hidden. The number of its author."""
    author = make_actor(Role.CITIZEN, name=NAME)
    page = make_page("Linde", f"[[{TEXT}]]", author=author, summary=SENTENCE, tags=(TEXT,))
    approve(change(make_actor(Role.CITIZEN), page, source="Ein Baum.", tags=(), summary="Kürzer"))
    db.session.commit()
    return author.party_id or 0


def _hide(app: Flask) -> None:
    staff = Visitor(app, make_account("Rita Prüfer", (Role.MODERATOR, None)))
    data = {"text": "y", "summary": "y", "author": "y", "reason": "Auf ihre Bitte"}
    assert staff.post(f"{PAGE}/fassung/1/verbergen", data).status_code == 303


def test_what_is_hidden_of_a_version_is_on_no_way_out_though_all_were_kept(
    app: Flask, town: Town, client: FlaskClient, settings: Settings
) -> None:
    ways = (*WAYS, f"/wiki/mitwirkende/{_page()}")
    worker.drain(settings)
    before = " ".join(client.get(way, follow_redirects=True).text for way in ways)
    assert all(bait in before for bait in (TEXT, SENTENCE, NAME))

    _hide(app)
    worker.drain(settings)

    for way in ways:
        shown = client.get(way, follow_redirects=True).text.replace(way, "").replace(f"={TEXT}", "")
        for bait in (SENTENCE, NAME):
            assert bait not in shown, way
        assert f"[[{TEXT}" not in shown, way
    assert search.find(TEXT).total == 0


@pytest.mark.parametrize("kind", ["markdown", "html", "json"])
def test_what_is_hidden_of_a_version_leaves_with_no_export(
    app: Flask, town: Town, tmp_path: Path, kind: str
) -> None:
    _page()
    _hide(app)
    target = tmp_path / "aus"
    db.session.remove()

    told = app.test_cli_runner().invoke(
        group, ["export", "ortswiki", str(target), "--format", kind]
    )

    assert told.exit_code == 0, told.output
    if kind == "json":
        whole = target.read_text()
    else:
        with zipfile.ZipFile(target) as archive:
            whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "Ein Baum." in whole
    assert not [bait for bait in (TEXT, SENTENCE, NAME) if bait in whole]


def test_who_published_their_own_work_is_hidden_as_its_checker_too(
    app: Flask, town: Town, client: FlaskClient
) -> None:
    writer = make_actor(Role.MODERATOR, name=NAME)
    page = make_page("Linde")
    approve(change(writer, page, source="Ein alter Baum."), writer)
    db.session.commit()
    assert f"geprüft von {NAME}" in client.get(PAGE).text

    service.hide_of_revision(make_actor(Role.MODERATOR), history(page)[-1], "author", hidden=True)
    db.session.commit()

    for way in (PAGE, f"{PAGE}/geschichte", "/wiki/ortswiki/aenderungen"):
        assert NAME not in client.get(way).text, way


def test_words_of_a_hidden_version_that_still_stand_stay_the_work_of_who_wrote_them(
    town: Town,
) -> None:
    first, second = make_actor(Role.CITIZEN), make_actor(Role.CITIZEN, name="Otto Brandt")
    page = make_page("Linde", "Ein alter Baum am See.\n\nWeg damit.", author=first)
    approve(change(second, page, source="Ein alter Baum am See."))
    revision = history(page)[0]
    service.hide_of_revision(make_actor(Role.MODERATOR), revision, "text", hidden=True)

    lines, _names = reading.who_wrote(page)

    assert [line.text.strip() for line in lines] == ["Ein alter Baum am See."]
    assert [author for author, _count in lines[0].words] == [first.party_id]


def test_nobody_gets_a_hidden_text_into_the_editor_by_the_number_of_its_version(
    app: Flask, town: Town
) -> None:
    _page()
    _hide(app)
    hidden = db.session.scalars(select(Revision.id).where(Revision.hide_text)).one()
    for reader in (Visitor(app), Visitor(app, make_account("Anna Kern"))):
        for act in ("verwerfen", "vorschau"):
            form = {"aktion": act, "base": str(hidden), "text": "x", "title": "Linde"}
            assert TEXT not in reader.post(f"{PAGE}/bearbeiten", form).text
    writer = Visitor(app, make_account("Uwe Stein"))
    moved = {"base": str(hidden), "title": "Alte Linde", "summary": "Genauer"}
    own = writer.post(f"{PAGE}/umbenennen", moved)
    assert TEXT not in own.text
    if own.location:
        assert TEXT not in writer.get(own.location).text


def test_a_page_whose_text_was_hidden_does_not_come_back_with_it(app: Flask, town: Town) -> None:
    page, moderator = make_page("Linde", TEXT), make_actor(Role.MODERATOR)
    moderating.hide(page, moderator, None)
    moderating.hide_of_revision(moderator, service.get_published(page), "text", hidden=True)
    db.session.commit()

    with pytest.raises(Conflict, match="verborgen"):
        moderating.restore(page, moderator)
    db.session.rollback()
    assert TEXT not in Visitor(app).get(PAGE).text
