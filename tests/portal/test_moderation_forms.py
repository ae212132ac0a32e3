"""The forms at the desk: redact, split, move, close, object, a law instead of a rule."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service.redacting import redact
from beteiligung.project.rules import PROJECT_KEY
from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.clock import now
from kern.content import Redaction, Ref
from kern.db import db
from kern.moderation import decisions, objections, reports, statements
from kern.moderation.decisions import Decision
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict, Statement
from kern.moderation.redaction import MARK
from kern.moderation.reports import Allegation
from kern.scope import Scope
from kern.town import Town
from tests.builders import actor_of, make_account, make_actor, make_post, make_project, make_thread
from tests.kern.desk_cases import carry_out, case_of
from tests.visitors import Visitor

NUMBER = "Bitte anrufen: 0171 2345678."
PHONE = "Am Wasser fehlt Schatten. Bitte anrufen: 0171 2345678. Danke."


@pytest.fixture
def moderator(town: Town) -> Account:
    return make_account("Kathrin Brandt", (Role.MODERATOR, None))


@pytest.fixture
def desk(app: Flask, town: Town, moderator: Account) -> Visitor:
    return Visitor(app, moderator)


def waits(text: str = PHONE, thread: Thread | None = None) -> tuple[int, str]:
    """Its id, and the address of its case."""
    post = make_post(thread, text=text, status=Status.PENDING)
    url = f"/moderation/fall/{case_of(post).id}"
    db.session.commit()
    return post.id, url


def post_of(id_: int) -> Post:
    db.session.rollback()
    return db.session.get_one(Post, id_)


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    return found.group(1) if found else ""


# Redact


def redacting(**more: str) -> dict[str, str]:
    wording = PHONE.replace(NUMBER, "")
    return {"fassung": "1", "wording": wording, "rule": "3", "text": "Ohne Nummer.", **more}


def test_nothing_is_redacted_before_it_was_seen(desk: Visitor) -> None:
    id_, url = waits()
    assert PHONE in desk.get(f"{url}?tun=schwaerzen").text

    page = desk.post(f"{url}?tun=schwaerzen", redacting(tun="schwaerzen"))

    assert page.status_code == 200
    assert f"<mark>{MARK}</mark>" in page.text
    assert post_of(id_).status == Status.PENDING

    data = redacting(tun="schwaerzen", seen=seen_in(page.text))
    answer = desk.post(f"{url}?tun=schwaerzen", data)

    assert answer.status_code == 303
    assert post_of(id_).plain == f"Am Wasser fehlt Schatten. {MARK} Danke."


def test_what_was_seen_is_what_goes(desk: Visitor) -> None:
    id_, url = waits()
    seen = seen_in(desk.post(f"{url}?tun=schwaerzen", redacting(tun="vorschau")).text)
    changed = redacting(tun="schwaerzen", seen=seen) | {"wording": "Am Wasser fehlt Schatten."}

    page = desk.post(f"{url}?tun=schwaerzen", changed)

    assert page.status_code == 200
    assert seen_in(page.text) != seen
    assert post_of(id_).status == Status.PENDING


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        (PHONE.replace("fehlt", "fehlte"), "nur ganze Wörter löschen"),
        (PHONE, "Bitte löschen Sie die Stellen"),
        (" ", "Dann bliebe nichts übrig"),
    ],
)
def test_a_moderator_adds_no_word(desk: Visitor, wording: str, said: str) -> None:
    id_, url = waits()

    page = desk.post(f"{url}?tun=schwaerzen", redacting(tun="vorschau") | {"wording": wording})

    assert page.status_code == 422
    assert said in page.text
    assert post_of(id_).status == Status.PENDING


def test_a_redaction_needs_a_reason_and_keeps_what_was_typed(desk: Visitor) -> None:
    id_, url = waits()
    seen = seen_in(desk.post(f"{url}?tun=schwaerzen", redacting(tun="vorschau")).text)

    page = desk.post(
        f"{url}?tun=schwaerzen", redacting(tun="schwaerzen", seen=seen) | {"rule": "", "text": "Hm"}
    )

    assert page.status_code == 422
    assert "Bitte wählen Sie die Regel" in page.text
    assert "Hm</textarea>" in page.text
    assert "Entschieden" not in page.text
    assert post_of(id_).status == Status.PENDING


def test_a_redaction_has_no_way_back_and_no_undo(desk: Visitor) -> None:
    _id, url = waits()
    seen = seen_in(desk.post(f"{url}?tun=schwaerzen", redacting(tun="vorschau")).text)
    desk.post(f"{url}?tun=schwaerzen", redacting(tun="schwaerzen", seen=seen))

    assert 'id="zuruecknehmen"' not in desk.get("/moderation/").text


def test_the_title_of_a_project_can_lose_a_passage_too(desk: Visitor, moderator: Account) -> None:
    project = make_project(title="Weg am Hof von Petersen")
    note = reports.report(GUEST, Ref(PROJECT_KEY, project.id), Allegation(reports.OTHER, "Name!"))
    scope, url = project.scope_id, f"/moderation/fall/{note.case_id}"
    db.session.commit()
    left = {"title": "Weg am Hof", "wording": "Ein Weg für alle.", "rule": "3", "text": "Name."}
    seen = seen_in(desk.post(f"{url}?tun=schwaerzen", {**left, "tun": "vorschau"}).text)

    data = {**left, "tun": "schwaerzen", "seen": seen, "fassung": "1"}
    assert desk.post(f"{url}?tun=schwaerzen", data).status_code == 303

    db.session.rollback()
    assert db.session.get_one(Scope, scope).title == f"Weg am Hof {MARK}"


def test_a_quote_of_what_was_taken_out_says_so_and_leads_there(desk: Visitor) -> None:
    thread = make_thread()
    post, quote = make_post(thread, text="Fragt Petersen!"), make_post(thread, text="Petersen?")
    redact(post, make_actor(Role.MODERATOR), Redaction("Fragt!"))
    url, path = f"/moderation/fall/{case_of(quote, CaseKind.REVIEW).id}", post.id
    db.session.commit()

    for page in (desk.get(url), desk.get("/moderation/")):
        assert "Der Text wiederholt wohl eine Stelle, die anderswo entfernt wurde." in page.text
    assert f'href="/beteiligung/beitrag/{path}">Dort nachsehen' in desk.get(url).text


# Other ways out


def test_a_law_takes_the_place_of_a_rule(desk: Visitor) -> None:
    id_, url = waits()

    data = {"tun": "ablehnen", "fassung": "1", "law": "§ 185 StGB", "text": "Das beleidigt."}
    assert desk.post(url, data).status_code == 303

    assert post_of(id_).status == Status.REJECTED
    assert db.session.scalar(select(Statement.law)) == "§ 185 StGB"


@pytest.mark.parametrize("way", ["ausblenden", "schwaerzen", "viele"])
def test_every_form_that_restricts_takes_a_law_instead(desk: Visitor, way: str) -> None:
    id_, url = waits()
    if way == "ausblenden":
        desk.post(url, {"tun": "freigeben", "fassung": "1"})
    act, form, case = way, f"{url}?tun={way}", url.rpartition("/")[2]
    if way == "viele":
        act, form = "ablehnen", f"/moderation/auswahl?tun=ablehnen&fall={case}:1"
    assert 'name="law"' in desk.get(form).text

    data = {"tun": act, "fassung": "1", "law": "§ 22 KunstUrhG", "text": "Ein Bild."}
    if way == "schwaerzen":
        data |= {"wording": PHONE.replace(NUMBER, "")}
        page = desk.post(form, data | {"tun": "vorschau"}).text
        assert "§ 22 KunstUrhG" in page  # nothing typed is lost on the way
        data |= {"seen": seen_in(page)}
    target = {"viele": "/moderation/auswahl/entscheiden", "ausblenden": f"{url}/neu"}
    answer = desk.post(target.get(way, url), data | {"fall": f"{case}:1"})
    carry_out()

    assert answer.status_code == 303
    carry_out()
    assert db.session.scalars(select(Statement.law)).all() == ["§ 22 KunstUrhG"]
    assert post_of(id_).plain == ("" if way != "schwaerzen" else PHONE.replace(NUMBER, MARK))


def test_a_law_is_named_with_its_paragraph(desk: Visitor) -> None:
    id_, url = waits()

    data = {"tun": "ablehnen", "fassung": "1", "law": "Strafgesetzbuch", "text": "Das beleidigt."}
    page = desk.post(url, data)

    assert page.status_code == 422
    assert "Bitte nennen Sie auch den Paragrafen" in page.text
    assert 'value="Strafgesetzbuch"' in page.text
    assert post_of(id_).status == Status.PENDING


def test_one_post_becomes_two_that_wait(desk: Visitor) -> None:
    id_, url = waits("Mehr Bänke. Und der Bürgermeister ist doof.")
    assert "Zweiter Teil" in desk.get(f"{url}?tun=teilen").text

    data = {
        "fassung": "1",
        "first": "Mehr Bänke.",
        "second": "Und der Bürgermeister ist doof.",
    }
    answer = desk.post(f"{url}/teilen", data)

    assert answer.location == url
    assert "Geteilt." in desk.get(answer.location).text
    query = select(Case).where(Case.state == CaseState.OPEN)
    assert len(db.session.scalars(query).all()) == 2
    assert desk.post(url, {"tun": "freigeben", "fassung": "2"}).status_code == 303
    assert post_of(id_).plain == "Mehr Bänke."


def test_splitting_loses_nothing(desk: Visitor) -> None:
    _id, url = waits("Mehr Bänke. Und mehr Licht.")

    page = desk.post(f"{url}/teilen", {"fassung": "1", "first": "Mehr Bänke.", "second": "Licht."})

    assert page.status_code == 422
    assert "Beim Teilen ging etwas verloren" in page.text
    assert "Mehr Bänke.</textarea>" in page.text


def test_a_post_moves_to_the_thread_that_was_looked_for(desk: Visitor) -> None:
    there = make_thread(title="Licht am Kai")
    make_thread(title="Bänke am Markt")
    there_id = there.id
    id_, url = waits()

    page = desk.get(f"{url}?tun=verschieben&q=kai").text
    assert "Licht am Kai" in page
    assert "Bänke am Markt" not in page
    assert desk.post(f"{url}/verschieben", {}).status_code == 422
    answer = desk.post(f"{url}/verschieben", {"target": f"beteiligung.thread:{there_id}"})

    assert answer.location == url
    assert post_of(id_).thread_id == there_id
    assert "verschoben aus" in desk.get(url).text


def test_a_thread_is_closed_with_a_sentence_for_all_and_opened_again(desk: Visitor) -> None:
    id_, url = waits()

    assert desk.post(f"{url}/schliessen", {"reason": " "}).status_code == 422
    desk.post(f"{url}/schliessen", {"reason": "Hier ist alles gesagt."})
    assert "Gespräch wieder öffnen" in desk.get(url).text
    thread_id = post_of(id_).thread_id
    assert db.session.get_one(Thread, thread_id).closed_reason == "Hier ist alles gesagt."

    desk.post(f"{url}/oeffnen")
    db.session.rollback()
    assert db.session.get_one(Thread, thread_id).closed_at is None


def test_who_takes_a_case_on_can_give_it_back(app: Flask, desk: Visitor) -> None:
    _id, url = waits()

    desk.post(f"{url}/uebernehmen")
    assert "Sie haben es übernommen" in desk.get("/moderation/?bei=ich").text
    other = Visitor(app, make_account(None, (Role.MODERATOR, None)))
    assert "Kathrin Brandt sieht es gerade an" in other.get("/moderation/?bei=andere").text
    desk.post(f"{url}/uebernehmen")

    assert "Hier wartet nichts" in desk.get("/moderation/?bei=ich").text


# Objections


def objected(first: Actor) -> tuple[int, str]:
    """A post that `first` rejected an hour ago, and the case of its author's objection."""
    post = make_post(text="Der Plan ist Murks.", status=Status.PENDING)
    decisions.decide(first, case_of(post).id, Decision(CaseVerdict.REJECT, 1, 4, "Zu grob."))
    db.session.execute(update(Case).values(decided_at=now() - timedelta(hours=1)))
    statement = statements.get(db.session.scalars(select(Statement.id)).one())
    found = objections.submit(statement, "Murks ist kein Schimpfwort.")
    url = f"/moderation/fall/{found.id}"
    db.session.commit()
    return post.id, url


def test_another_person_sees_both_sides_and_upholds(desk: Visitor) -> None:
    id_, url = objected(make_actor(Role.MODERATOR, name="Jens Ohlsen"))

    page = desk.get(url).text
    assert "Jens Ohlsen" in page
    assert "Zu grob." in page
    assert "Murks ist kein Schimpfwort." in page
    assert "Der Plan ist Murks." in page
    assert "/begruendung/" in page
    answer = desk.post(url, {"tun": "stattgeben", "fassung": "1", "text": "Sie haben recht."})

    assert answer.status_code == 303
    assert post_of(id_).status == Status.PUBLIC


def test_whoever_decided_first_is_told_why_not_again(app: Flask, desk: Visitor) -> None:
    account = make_account("Jens Ohlsen", (Role.MODERATOR, None))
    id_, url = objected(actor_of(account, [(Role.MODERATOR, None)]))
    first = Visitor(app, db.session.get_one(Account, account.id))

    page = first.get(url).text
    refused = first.post(url, {"tun": "stattgeben", "fassung": "1"})

    assert "Hier entscheiden Sie nicht." in page
    assert "jemand anderes" in page
    assert 'value="stattgeben"' not in page
    assert "tun=zurueckweisen" not in page
    assert refused.status_code == 409
    assert post_of(id_).status == Status.REJECTED


def test_who_dismisses_an_objection_says_why(desk: Visitor) -> None:
    id_, url = objected(make_actor(Role.MODERATOR))

    assert desk.post(url, {"tun": "zurueckweisen", "fassung": "1"}).status_code == 422
    answer = desk.post(url, {"tun": "zurueckweisen", "fassung": "1", "text": "Bitte sachlich."})

    assert answer.status_code == 303
    assert post_of(id_).status == Status.REJECTED
    assert "Einspruch abgelehnt" in desk.get(url).text


def test_objections_are_decided_one_by_one(desk: Visitor) -> None:
    _id, url = objected(make_actor(Role.MODERATOR))
    case_id = url.rpartition("/")[2]

    page = desk.get("/moderation/?was=einspruch").text
    desk.post("/moderation/auswahl", {"eines": f"{case_id}:1", "tun": "freigeben"})

    assert "Der Plan ist Murks." in page
    assert 'name="fall"' not in page
    assert db.session.get_one(Case, int(case_id)).state == CaseState.OPEN


# The guide


def test_the_guide_stands_beside_the_work(desk: Visitor) -> None:
    assert "/moderation/anleitung" in desk.get("/moderation/").text

    page = desk.get("/moderation/anleitung").text

    assert "<h1>Moderation in zehn Minuten am Tag</h1>" in page
    assert re.search(r"<h2[^>]*>Wenn eine Flut kommt</h2>", page)
    assert "<td>" in page
    assert "##" not in page
