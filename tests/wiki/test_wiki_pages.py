"""What readers, writers and reviewers of the wiki get from its pages."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.db import db
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.pages import approve, change, make_page, propose_page
from wiki import service
from wiki.models import Kind

pytestmark = pytest.mark.usefixtures("town")
LONG = "## Früher\n\nEin Baum.\n\n## Heute\n\nEin großer Baum.\n\n## Morgen\n\nEr bleibt.\n"


def reviewer() -> Account:
    return make_account("Rita Prüfer", (Role.MODERATOR, None))


def base_of(html: str) -> str:
    found = re.search(r'name="base"[^>]*value="(\d+)"', html)
    assert found is not None
    return found[1]


def hidden(html: str, *names: str) -> dict[str, str]:
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', html) for name in names}
    return {name: one[1] for name, one in found.items() if one is not None}


def test_a_page_tells_how_old_it_is_who_wrote_it_and_what_may_be_done_with_it(
    client: FlaskClient,
) -> None:
    author = make_actor(Role.CITIZEN, name="Anna Kern")
    make_page("Die Linde", LONG, author=author, tags=("Bäume",))
    db.session.commit()

    shown = client.get("/wiki/ortswiki/die-linde")

    assert shown.status_code == 200
    for words in ("Stand vom", "geprüft von", "Anna Kern", "CC BY-SA 4.0", "Bäume"):
        assert words in shown.text
    assert shown.text.count("<h1") == 1
    assert "Set-Cookie" not in shown.headers


def test_a_map_in_the_text_of_a_page_gets_its_script_and_its_ground(client: FlaskClient) -> None:
    place = {"type": "Point", "coordinates": [10.0, 54.0]}
    make_page("Eiche", tags=("Bäume",), place=place)
    make_page("Alle Bäume", "{{Karte: Bäume}}")
    db.session.commit()

    shown = client.get("/wiki/ortswiki/alle-baeume")

    assert 'data-lat="54.000000"' in shown.text
    assert 'data-tiles="' in shown.text
    assert "/map." in shown.text


@pytest.mark.parametrize(
    "path",
    [
        *("", "/hilfe", "/ortswiki", "/ortswiki/aenderungen", "/ortswiki/aenderungen.atom"),
        *("/ortswiki/statistik", "/ortswiki/schlagwort/B%C3%A4ume", "/ortswiki/seiten/still"),
        *("/ortswiki/seiten/verwaist", "/ortswiki/seiten/gewuenscht", "/ortswiki/suche?q=li"),
        *("/ortswiki/seiten/ungeprueft", "/ortswiki/linde/geschichte", "/ortswiki/linde/quelltext"),
        *("/ortswiki/linde/vergleich?von=1&bis=2", "/ortswiki/linde/fassung/1"),
        *("/ortswiki/linde/wer-schrieb-was", "/ortswiki/linde/links"),
    ],
)
def test_everybody_reads_every_list_around_a_page(client: FlaskClient, path: str) -> None:
    page = make_page("Linde", tags=("Bäume",))
    approve(change(make_actor(Role.CITIZEN), page, source="Ein alter Baum."))
    db.session.commit()

    shown = client.get(f"/wiki{path or '/'}")

    assert shown.status_code == 200
    assert "Set-Cookie" not in shown.headers


def test_every_entry_of_the_latest_changes_begins_with_words(client: FlaskClient) -> None:
    make_page("Die Linde", LONG, author=make_actor(Role.CITIZEN, name="Anna Kern"))
    db.session.commit()

    lines = re.findall(r'<p class="df-quiet">(.*?)</p></li>', client.get("/wiki/").text)

    assert [line.partition(" · ")[0] for line in lines] == ["Anna Kern"]


def test_a_former_address_leads_to_the_new_one_with_what_stood_behind_it(
    client: FlaskClient,
) -> None:
    page = make_page("Linde")
    approve(change(make_actor(Role.CITIZEN), page, title="Dorflinde", kind=Kind.RENAME))
    db.session.commit()

    moved = client.get("/wiki/ortswiki/linde/geschichte?vor=9")

    assert moved.status_code == 301
    assert moved.headers["Location"].endswith("/wiki/ortswiki/dorflinde/geschichte?vor=9")


def test_a_deleted_page_says_so_and_shows_nothing_of_it(client: FlaskClient) -> None:
    page = make_page("Linde", "Ein geheimer Baum.")
    approve(change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE))
    db.session.commit()

    gone = client.get("/wiki/ortswiki/linde")

    assert gone.status_code == 410
    assert "gibt es nicht mehr" in gone.text
    assert "geheimer" not in gone.text
    assert client.get("/wiki/ortswiki/linde/geschichte").status_code == 404


def test_what_nobody_released_is_on_no_page(app: Flask, client: FlaskClient) -> None:
    page = make_page("Linde", "Ein Baum.")
    author = make_actor(Role.CITIZEN)
    proposal = change(author, page, source="Ein Baum mit Bombe.", tags=("Bombe",))
    propose_page(author, "Bombenkeller", "Ein Keller.")
    path = service.proposal_path(proposal.id)
    db.session.commit()

    for below in ("", "/geschichte", "/quelltext", "/wer-schrieb-was", "/links"):
        assert "Bombe" not in client.get(f"/wiki/ortswiki/linde{below}").text
    for address in ("/wiki/", "/wiki/ortswiki", "/wiki/ortswiki/aenderungen"):
        assert "Bombe" not in client.get(address).text
    assert client.get(f"/wiki/mitwirkende/{author.party_id}").status_code == 404
    assert Visitor(app, make_account()).get(path).status_code == 404


def test_somebody_writes_a_page_a_reviewer_asks_for_a_change_and_publishes_it(app: Flask) -> None:
    writer = Visitor(app, make_account("Anna Kern"))
    form = {"title": "Kaimauer", "text": "Eine Mauer.", "tags": "Ufer, Denkmal"}

    sent = writer.post("/wiki/ortswiki/neu", {**form, "lat": "54,1", "lon": "10,2"})
    assert sent.status_code == 303
    path = sent.headers["Location"]
    assert "Wird geprüft" in writer.get(path).text

    judge = Visitor(app, reviewer())
    seen = judge.get(path).text
    asked = {**hidden(seen, "fassung"), "text": "Bitte nennen Sie das Baujahr."}
    assert judge.post(f"{path}/aenderungen", asked).status_code == 303
    assert "Bitte nennen Sie das Baujahr." in writer.get(path).text

    again = {
        **form,
        "text": "Eine Mauer von 1884.",
        "base": base_of(writer.get(f"{path}/bearbeiten").text),
    }
    assert writer.post(f"{path}/bearbeiten", again).status_code == 303
    seen = judge.get(path).text
    wanted = hidden(seen, "fassung", "version", "stand", "gesehen")
    published = judge.post(f"{path}/veroeffentlichen", wanted)

    assert published.headers["Location"] == "/wiki/ortswiki/kaimauer"
    shown = judge.get("/wiki/ortswiki/kaimauer").text
    assert "von 1884" in shown
    assert "Anna Kern" in shown


def test_a_change_published_in_between_is_joined_and_read_before_it_is_published(
    app: Flask,
) -> None:
    page = make_page("Linde", LONG)
    writer = Visitor(app, make_account("Anna Kern"))
    base = base_of(writer.get("/wiki/ortswiki/linde/bearbeiten").text)
    other = make_actor(Role.CITIZEN, name="Bert Ohm")
    approve(change(other, service.get_page(page.id), source=LONG.replace("großer", "hoher")))
    db.session.commit()

    text = LONG.replace("Er bleibt.", "Er bleibt stehen.")
    path = writer.post(
        "/wiki/ortswiki/linde/bearbeiten", {"title": "Linde", "text": text, "base": base}
    ).location
    seen = writer.get(path).text
    assert "Beides" in seen or "beides" in seen
    joined = hidden(seen, "version", "gesehen")
    assert writer.post(f"{path}/zusammenfuehren", joined).status_code == 303

    judge = Visitor(app, reviewer())
    wanted = hidden(judge.get(path).text, "fassung", "version", "stand", "gesehen")
    assert judge.post(f"{path}/veroeffentlichen", wanted).status_code == 303
    shown = judge.get("/wiki/ortswiki/linde").text
    for words in ("hoher", "bleibt stehen", "Anna Kern", "Bert Ohm"):
        assert words in shown


def test_a_clash_is_decided_place_by_place_and_own_words_are_kept(app: Flask) -> None:
    page = make_page("Linde", "Ein Baum.")
    account = make_account("Anna Kern")
    writer = Visitor(app, account)
    base = base_of(writer.get("/wiki/ortswiki/linde/bearbeiten").text)
    approve(change(make_actor(Role.CITIZEN), service.get_page(page.id), source="Ein alter Baum."))
    db.session.commit()
    sent = writer.post(
        "/wiki/ortswiki/linde/bearbeiten",
        {"title": "Linde", "text": "Ein hoher Baum.", "base": base},
    )
    path = sent.location
    fields = hidden(writer.get(path).text, "version", "gesehen")

    unsure = writer.post(f"{path}/zusammenfuehren", {**fields, "text-0": "Meine Worte"})
    assert unsure.status_code == 422
    assert "Meine Worte" in unsure.text
    own = {**fields, "wahl-0": "eigener", "text-0": "Ein alter, hoher Baum."}
    assert writer.post(f"{path}/zusammenfuehren", own).status_code == 303
    assert "alter, hoher" in writer.get(path).text


def test_nothing_typed_is_lost_when_something_is_missing(app: Flask) -> None:
    writer = Visitor(app, make_account())

    refused = writer.post(
        "/wiki/ortswiki/neu", {"title": "", "text": "Lange getippt.", "parent": "", "tags": "Ufer"}
    )

    assert refused.status_code == 422
    assert "Lange getippt." in refused.text
    assert "Ufer" in refused.text


def test_a_preview_is_shown_and_kept_as_a_draft_of_its_author(app: Flask) -> None:
    writer = Visitor(app, make_account())
    form = {"title": "Kai", "text": "Ein **Kai**.", "aktion": "vorschau"}

    shown = writer.post("/wiki/ortswiki/neu", form)

    assert "<strong>Kai</strong>" in shown.text
    assert "Ein **Kai**." in writer.get("/wiki/ortswiki/neu?titel=Kai").text


def test_one_section_alone_is_edited_and_the_rest_stays(app: Flask) -> None:
    make_page("Linde", LONG)
    db.session.commit()
    writer = Visitor(app, make_account())
    shown = writer.get("/wiki/ortswiki/linde/bearbeiten?abschnitt=2").text
    assert "Ein großer Baum." in shown
    assert "Er bleibt." not in shown

    data = {"title": "Linde", "text": "## Heute\n\nEin Riese.", "base": base_of(shown)}
    path = writer.post("/wiki/ortswiki/linde/bearbeiten?abschnitt=2", data).location

    proposed = writer.get("/wiki/ortswiki/linde/bearbeiten").text
    assert "Ein Riese." in proposed
    assert "Er bleibt." in proposed
    assert path.startswith("/wiki/vorschlag/")


def test_a_page_is_renamed_and_deleted_by_proposals(app: Flask) -> None:
    make_page("Linde")
    db.session.commit()
    writer = Visitor(app, make_account())
    shown = writer.get("/wiki/ortswiki/linde/umbenennen").text
    named = {"title": "Dorflinde", "summary": "So heißt sie.", "base": base_of(shown)}

    renamed = writer.post("/wiki/ortswiki/linde/umbenennen", named)
    assert renamed.status_code == 303
    assert writer.post(f"{renamed.location}/zurueckziehen").status_code == 303
    gone = {
        "summary": "Doppelt.",
        "base": base_of(writer.get("/wiki/ortswiki/linde/loeschen").text),
    }
    assert writer.post("/wiki/ortswiki/linde/loeschen", gone).status_code == 303
    assert writer.get("/wiki/ortswiki/linde").status_code == 200
    assert "Zurückgezogen" in writer.get("/wiki/vorschlaege").text


def test_staff_say_that_a_page_still_holds_and_who_may_change_it(app: Flask) -> None:
    make_page("Linde")
    staff = Visitor(app, make_account("Amt", (Role.PLANNER, None)))

    assert staff.post("/wiki/ortswiki/linde/geprueft").status_code == 303
    assert staff.post("/wiki/ortswiki/linde/schutz", {"protection": "staff"}).status_code == 303
    assert "Stimmt noch" in staff.get("/wiki/ortswiki/linde").text
    citizen = Visitor(app, make_account())
    base = base_of(citizen.get("/wiki/ortswiki/linde/bearbeiten").text)
    refused = citizen.post(
        "/wiki/ortswiki/linde/bearbeiten", {"title": "Linde", "text": "Anders.", "base": base}
    )
    assert refused.status_code == 403
    assert "Anders." in refused.text


def test_a_creation_that_was_decided_is_compared_with_nothing(app: Flask) -> None:
    page = make_page("Linde", "Ein Baum am See.")
    approve(change(make_actor(Role.CITIZEN), page, source="Ein Baum."))
    db.session.commit()
    staff = Visitor(app, make_account("Rita", (Role.MODERATOR, None)))

    shown = staff.get("/wiki/vorschlag/1").text

    assert "4 Wörter neu, 0 entfallen" in shown
