"""Drafts, places by name, and the live preview: what the editor holds when somebody comes back."""

import html
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from kern.accounts.permissions import Role
from kern.db import db
from kern.files.models import File
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.editing import EDIT, TEXT, base_of, keep, text_of
from tests.wiki.pages import approve, change, make_page, published
from wiki import service
from wiki.models import Draft, Page, Proposal
from wiki.service.proposals import get_proposal

pytestmark = pytest.mark.usefixtures("town")
NEW = "/wiki/ortswiki/neu"
POINT = {"type": "Point", "coordinates": [10.1, 54.2], "label": "Am Ufer"}


def test_a_draft_is_there_with_everything_typed_when_its_author_comes_back(
    page: Page, writer: Visitor
) -> None:
    more = {"tags": "Ufer", "summary": "Genauer", "lat": "54,1", "lon": "10,2", "minor": "y"}
    assert "Nur Sie sehen ihn." in keep(writer, EDIT, "Neu.", **more)

    back = writer.get(EDIT).text

    assert text_of(back) == "Neu."
    assert "Das ist Ihr Entwurf" in back
    assert "Seitdem ist eine neue Fassung" not in re.sub(r"<p[^>]*hidden>.*?</p>", "", back)
    for typed in ('value="Ufer"', 'value="Genauer"', 'value="54,1"', 'value="10,2"'):
        assert typed in back
    assert re.search(r'<input[^>]*checked[^>]*name="minor"|name="minor"[^>]*checked', back)
    assert "Kaimauer" in writer.get("/wiki/vorschlaege").text


def test_a_draft_is_nobody_elses(app: Flask, page: Page, writer: Visitor) -> None:
    keep(writer, EDIT, "Nur für mich.")

    other = Visitor(app, make_account("Jo"))

    assert "Nur für mich" not in other.get(EDIT).text
    assert "Nur für mich" not in other.get("/wiki/vorschlaege").text
    assert "Nur für mich" not in Visitor(app).get(EDIT).text


def test_a_draft_that_is_dropped_can_be_copied_once_more_and_is_gone(
    page: Page, writer: Visitor
) -> None:
    keep(writer, EDIT, "Ein Versehen.")

    dropped = keep(writer, EDIT, "Ein Versehen.", aktion="verwerfen")

    assert "Der Entwurf ist verworfen." in dropped
    assert text_of(dropped) == TEXT
    assert "Ein Versehen." in dropped
    assert text_of(writer.get(EDIT).text) == TEXT
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_what_changed_while_a_draft_waited_is_joined_and_not_taken_back(
    page: Page, writer: Visitor
) -> None:
    keep(writer, EDIT, TEXT.replace("Ein Kran", "Zwei Kräne"))
    newer = TEXT.replace("Eine Bank", "Drei Bänke")
    approve(change(make_actor(Role.CITIZEN), page, source=newer))
    db.session.commit()

    back = writer.get(EDIT).text
    assert "Seitdem ist eine neue Fassung der Seite erschienen." in back
    sent = {"title": "Kaimauer", "text": text_of(back), "base": base_of(back)}
    path = writer.post(EDIT, sent).location
    proposal = get_proposal(int(path.rpartition("/")[2]))
    outlook = service.outlook(proposal)

    assert outlook.wording is not None
    assert "Zwei Kräne" in outlook.wording.source
    assert "Drei Bänke" in outlook.wording.source
    assert "Das ist Ihr Entwurf" not in writer.get(EDIT).text


def test_a_section_has_its_draft_on_the_server_and_goes_on_there_and_on_the_whole_page(
    page: Page, writer: Visitor
) -> None:
    section = f"{EDIT}?abschnitt=2"
    keep(writer, section, "## Heute\n\nEine Bank am Wasser.")

    assert text_of(writer.get(section).text).strip() == "## Heute\n\nEine Bank am Wasser."
    whole = text_of(writer.get(EDIT).text)
    assert whole.startswith("Am Anfang.\n\n## Gestern\n\nEin Kran.")
    assert "Eine Bank am Wasser." in whole


def test_another_section_leads_to_the_draft_and_never_overwrites_it(
    page: Page, writer: Visitor
) -> None:
    keep(writer, f"{EDIT}?abschnitt=2", "## Heute\n\nEine Bank am Wasser.")

    other = writer.get(f"{EDIT}?abschnitt=1").text
    again = keep(writer, f"{EDIT}?abschnitt=1", "## Gestern\n\nNichts.")

    assert "Am Entwurf weiterschreiben" in other
    assert "data-editor-kept" not in other
    assert "Nur Sie sehen ihn." not in again
    assert "Am Entwurf weiterschreiben" in again
    assert text_of(again).strip() == "## Gestern\n\nNichts."
    assert "Eine Bank am Wasser." in text_of(writer.get(EDIT).text)


def test_a_new_page_that_was_begun_is_offered(writer: Visitor) -> None:
    writer.post(NEW, {"title": "Der Alte Hafen", "text": "Ein Steg.", "aktion": "entwurf"})

    offered = writer.get(NEW).text
    found = re.search(r'<a href="(/wiki/ortswiki/neu\?titel=[^"]+)">Der Alte Hafen</a>', offered)
    assert found is not None
    back = writer.get(html.unescape(found[1])).text

    assert text_of(back) == "Ein Steg."


def test_a_draft_too_long_to_keep_is_said_at_its_field_and_stays_in_it(
    page: Page, writer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wiki.rules.MAX_TEXT", 100)

    answer = keep(writer, EDIT, "Lang. " * 90)

    assert 'href="#text"' in answer
    assert text_of(answer).count("Lang.") == 90


def test_a_place_is_known_by_the_name_of_a_page_and_by_its_label(
    page: Page, writer: Visitor
) -> None:
    make_page("Marktplatz", place=POINT)
    db.session.commit()
    assert '<option value="Marktplatz">' in writer.get(EDIT).text
    assert '<option value="Am Ufer">' in writer.get(EDIT).text

    keep(writer, EDIT, TEXT, place="marktplatz", aktion="")

    snapshot = service.list_snapshots(the_proposal())[-1]
    assert snapshot.place == {
        "type": "Point", "coordinates": [10.1, 54.2], "label": "marktplatz",
    }  # fmt: skip


def the_proposal() -> Proposal:
    id_ = db.session.scalar(select(Proposal.id).order_by(Proposal.id.desc()))
    assert id_ is not None
    return get_proposal(id_)


def test_a_place_nobody_knows_is_asked_for_on_the_map_and_stays_typed(
    page: Page, writer: Visitor
) -> None:
    answer = keep(writer, EDIT, "Neu.", place="Hinter dem Mond", aktion="")

    assert "Diesen Ort kennen wir noch nicht." in answer
    assert 'href="#place"' in answer
    assert 'value="Hinter dem Mond"' in answer
    assert text_of(answer) == "Neu."


def test_an_area_stays_when_only_the_text_is_changed(writer: Visitor) -> None:
    corners = [[[10.1, 54.2], [10.2, 54.2], [10.2, 54.3], [10.1, 54.2]]]
    area = {"type": "Polygon", "coordinates": corners, "label": "Der Park"}
    page = make_page("Kaimauer", TEXT, place=area)
    db.session.commit()

    keep(writer, EDIT, "Neu.", place="Der Park", aktion="")
    approve(the_proposal())

    assert published(service.get_page(page.id)).place == area


def test_the_live_preview_knows_the_files_of_the_page_it_is_of(
    app: Flask, page: Page, writer: Visitor
) -> None:
    files = ({"name": "satzung.pdf", "file_id": the_file(), "alt": "Satzung", "caption": ""},)
    approve(change(make_actor(Role.CITIZEN), page, files=files))
    db.session.commit()
    path, text = "/wiki/ortswiki/vorschau", "[Satzung](anhang:satzung.pdf) und [[#gestern]]"

    alone = writer.post(path, {"text": text})
    beside = writer.post(path, {"text": text, "seite": "kaimauer"})
    lost = writer.post(path, {"text": text, "seite": "gibt-es-nicht"})

    assert "/dateien/" not in alone.text
    assert 'href="/dateien/' in beside.text
    assert beside.headers["Cache-Control"] == "private, no-store"
    assert lost.status_code == 404
    assert Visitor(app).post(path, {"text": text, "seite": "kaimauer"}).status_code == 200


def the_file() -> int:
    file = File(name="satzung", kind="pdf", sha256="0" * 64, title="Satzung", size=3)
    db.session.add(file)
    db.session.flush()
    return file.id
