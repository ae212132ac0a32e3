"""Somebody who keeps a backup of every night, and everything else there is, looks for one person.

Each test is an attack that went through once.
"""

import hmac
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select

from kern import clock, search, worker
from kern.accounts.permissions import Role
from kern.actor import SYSTEM, Actor
from kern.calendar import to_local
from kern.clock import now
from kern.config import Settings
from kern.content import Redaction
from kern.db import db, engine
from kern.search.opening import open_index
from kern.town import Town, current_town
from portal.betrieb import backup, postgres
from tests.builders import make_account, make_actor
from tests.content_states import State
from tests.found_tables import tables
from tests.umfragen.content_makers import make_free_text_in
from tests.umfragen.made import FULL, begun, key, make_open_survey, playground
from tests.umfragen.surveys import Doc, question
from tests.visitors import Visitor
from umfragen import service
from umfragen.models import FreeText, Level, Participation, Response, Source, Survey
from umfragen.results import publication
from umfragen.results.publication import Choice
from umfragen.service import redacting, upkeep
from umfragen.service.answering import RESUME_SIGNS
from umfragen.service.submitting import receipt_hash
from umfragen.store import codes, inbox, ledger, replacing, sealing
from umfragen.store.inbox import LEAST

pytestmark = pytest.mark.usefixtures("town")

RAD = 1


def quota() -> Doc:
    return {"name": "rad", "limit": 90, "members": [{"key": 2, "code": RAD}], "act": "end"}


@pytest.fixture
def survey(town: Town) -> Survey:
    survey = make_open_survey(playground(), level=Level.ACCOUNT, quotas=[quota()])
    db.session.commit()
    return survey


def vote(survey: Survey, person: Actor | None = None, **answers: Any) -> str:
    """Sends the answers of somebody; returns the secret of their form."""
    survey = service.get_survey_by_id(survey.id)
    admission = service.admission_for_account(survey, person or make_actor(Role.CITIZEN))
    token = begun(survey, **answers)
    service.submit(survey, token, admission=admission)
    db.session.commit()
    return token


Rows = dict[str, set[str]]


def night() -> Rows:
    """What a backup of this night holds, row by row."""
    with engine().connect() as connection:
        return {
            name: {repr(tuple(row)) for row in connection.execute(select(table))}
            for name, table in tables(connection).items()
            if name.startswith(("umfragen_", "kern_"))
        }


def news(before: Rows, after: Rows) -> dict[str, set[str]]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def whole_backup(target: Path) -> bytes:
    """Of the database, as whoever has it reads it; on PostgreSQL row by row as they lie there."""
    address = current_town().database_url
    if address.startswith("sqlite"):
        backup.copy_sqlite(current_town(), target)
        return target.read_bytes()
    postgres.dump(address, target)
    words = ["pg_restore", "--file=-", str(target)]
    return subprocess.run(words, check=True, capture_output=True).stdout


def test_a_night_with_one_person_shows_one_mark_and_nothing_they_said(survey: Survey) -> None:
    for _ in range(2):
        vote(survey, weg=2, alter=40)
    before = night()

    vote(survey, weg=RAD, alter=41, wunsch="Wunderbaum")
    for act in (upkeep.empty_inboxes, upkeep.mix_marks):
        act(now() - timedelta(days=2), now())
    db.session.commit()

    found = news(before, night())
    assert len(found["umfragen_participation"]) == 1
    told = repr(found)
    assert "Wunderbaum" not in told
    assert "umfragen_tally" not in found
    assert "umfragen_quota_count" not in found  # which would name the group of the only one
    assert "umfragen_response" not in found


def test_what_waits_is_as_long_as_any_other_and_never_found_again(survey: Survey) -> None:
    vote(survey, weg=2)
    vote(survey, weg=RAD, wunsch="Mehr Schatten, bitte. " * 40)
    with engine().connect() as connection:
        inbox_table = tables(connection)["umfragen_inbox"]
        rows = connection.execute(select(inbox_table)).mappings().all()
    assert len({len(row["sealed"]) for row in rows}) == 1
    receipts = {bytes(row["receipt"]) for row in rows}

    survey = service.get_survey_by_id(survey.id)
    inbox.move(survey, service.plan_of(survey), keep=0)
    db.session.commit()

    left = set(db.session.scalars(select(Response.receipt_hash)))
    assert len(left) == len(receipts) == 2
    assert not left & receipts


def test_half_filled_answers_are_read_by_nobody_without_the_key(
    survey: Survey, tmp_path: Path
) -> None:
    survey = service.get_survey_by_id(survey.id)
    begun(survey, wunsch="Wunderbaum")
    db.session.commit()

    assert b"Wunderbaum" not in whole_backup(tmp_path / "sicherung.db")


def test_with_another_key_a_seal_stays_shut(survey: Survey) -> None:
    one = sealing.seal(survey.id, {"a": "ä" * 3000})
    assert sealing.unseal(survey.id, one) == {"a": "ä" * 3000}
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(survey.id + 1, one)


def test_what_was_withdrawn_leaves_no_byte_in_a_backup(town: Town, tmp_path: Path) -> None:
    survey = make_open_survey(playground())
    token = begun(survey, wunsch="Wunderbaum")
    receipt = service.submit(survey, token)
    inbox.move(survey, service.plan_of(survey), keep=0)
    db.session.commit()
    assert b"Wunderbaum" in whole_backup(tmp_path / "vorher.db")

    service.withdraw(service.get_survey_by_id(survey.id), receipt.code)
    db.session.commit()

    assert b"Wunderbaum" not in whole_backup(tmp_path / "nachher.db")


def test_those_who_leave_at_the_end_are_never_a_few(survey: Survey) -> None:
    planner = make_actor(Role.PLANNER)
    for number in range(2 * LEAST + 3):
        vote(survey, alter=number)
    survey = service.get_survey_by_id(survey.id)
    before = set(db.session.scalars(select(Response.id)))
    service.close(planner, survey)
    db.session.commit()

    after = set(db.session.scalars(select(Response.id)))
    assert len(after) == 2 * LEAST + 3
    assert len(after - before) >= LEAST
    assert len(before) >= LEAST


def test_nobody_is_found_by_the_day_they_came(survey: Survey) -> None:
    """Who came on a day of their own has a mark that the backup of that night shows."""
    begins = now()
    for number in range(2 * LEAST):
        with clock.at(begins + timedelta(days=number)):
            vote(survey, alter=number)

    days = set(db.session.scalars(select(Response.day)))
    assert len(days) == 1
    assert days <= {to_local(begins + timedelta(days=number)).date() for number in range(20)}


def test_what_is_brought_along_keeps_its_day(town: Town) -> None:
    survey = make_open_survey(playground())
    for day in (date(2024, 5, 1), date(2024, 5, 2)):
        inbox.put(survey, inbox.Given(1, day, "de", Source.IMPORT, {}, None))
    inbox.move(survey, service.plan_of(survey), keep=0)

    assert len(set(db.session.scalars(select(Response.day)))) == 2


def in_file(marks: list[bytes], data: bytes) -> list[int]:
    """In which order marks lie in a backup; one of PostgreSQL has them in letters."""
    places = [max(data.find(mark), data.find(mark.hex().encode())) for mark in marks]
    assert -1 not in places
    return [place for place, _ in sorted(enumerate(places), key=lambda pair: pair[1])]


def test_where_marks_lie_in_the_file_does_not_tell_who_came_first(
    survey: Survey, tmp_path: Path
) -> None:
    people = [make_actor(Role.CITIZEN) for _ in range(12)]
    for person in people:
        vote(survey, person)
    marks = [ledger.mark_of(survey.id, "account", str(person.account_id)) for person in people]
    coming = in_file(marks, whole_backup(tmp_path / "abends.db"))
    assert coming in (list(range(12)), list(range(11, -1, -1)))  # the attack

    upkeep.mix_marks(now() - timedelta(days=2), now())
    db.session.commit()

    order = in_file(marks, whole_backup(tmp_path / "morgens.db"))
    by_mark = sorted(range(12), key=lambda at: marks[at])
    assert order in (by_mark, by_mark[::-1])
    assert db.session.scalar(select(func.count()).select_from(Participation)) == 12


def test_what_one_person_wrote_does_not_lie_side_by_side_at_the_desk(town: Town) -> None:
    texts = [question("short_text", name) for name in ("a", "b", "c")]
    survey = make_open_survey(texts)
    keys = tuple(key(survey, name) for name in "abc")
    service.save_settings(
        make_actor(Role.PLANNER), survey, service.Settings(**{**FULL.dump(), "public_texts": keys})
    )
    for number in range(3 * LEAST):
        service.submit(survey, begun(survey, a=f"a{number}", b=f"b{number}", c=f"c{number}"))
    inbox.move(survey, service.plan_of(survey), keep=0)
    db.session.commit()

    # Ten leave at a time, three times. Two of the thirty texts of each time are neighbours by
    # chance, six in all; thirty are, with any gap, once in 10^10 runs. By person it is sixty.
    order = list(cases())
    assert len(order) == 9 * LEAST
    assert max(apart(order, gap) for gap in range(1, 3 * LEAST)) < 3 * LEAST


def test_the_address_of_half_filled_answers_is_told_to_no_server_and_no_cache(
    app: Flask, town: Town
) -> None:
    """An older browser says no more than "Origin: null" with the forms of such a page."""
    slug = make_open_survey(playground()).slug
    db.session.commit()
    browser = app.test_client()
    browser.environ_base["HTTP_ORIGIN"] = "null"
    browser.environ_base.pop("HTTP_SEC_FETCH_SITE", None)
    assert browser.post(f"/umfragen/{slug}/ausfuellen").status_code == 400  # nothing secret here
    own = {"Origin": "http://localhost"}
    page = browser.post(f"/umfragen/{slug}/ausfuellen", headers=own).location
    base = page.rpartition("/")[0]
    for path in (page, f"{base}/pruefen"):
        headers = browser.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Robots-Tag"] == "noindex"
    assert browser.post(page, data={"weg": "weiter"}).status_code == 303
    assert browser.post(f"{base}/absenden").status_code == 200
    foreign = {"Origin": "https://boese.example"}
    assert browser.post(f"{base}/loeschen", headers=foreign).status_code == 400


def test_the_log_of_a_server_and_a_backup_lead_to_no_answer(survey: Survey) -> None:
    """A log holds who asked for which address when; the address holds the secret of the form."""
    token = vote(survey, weg=RAD)
    secret = current_town().secret  # is in each backup
    db.session.rollback()
    survey = service.get_survey_by_id(survey.id)
    inbox.move(survey, service.plan_of(survey), keep=0)
    db.session.commit()
    receipts = set(db.session.scalars(select(Response.receipt_hash)))

    for turn in range(256):
        subject = f"umfragen\0belegcode:{survey.id}:{turn}:{token}"
        number = int.from_bytes(hmac.digest(secret, subject.encode(), "sha256")[:8]) >> 4
        if codes.is_typable(number):
            guess = codes.spell(number, RESUME_SIGNS)
            assert receipt_hash(survey, guess) not in receipts


def test_after_the_end_no_key_is_made_anew(survey: Survey) -> None:
    vote(survey, weg=RAD)
    survey = service.get_survey_by_id(survey.id)
    service.close(make_actor(Role.PLANNER), survey)
    upkeep.seal(survey)

    assert not service.has_answers_of(survey, "7F4K-2M9Q-8T3W-X")
    assert list((current_town().path / "umfragen").glob("*")) == []


@pytest.mark.parametrize("act", ["change", "withdraw"])
def test_no_row_tells_the_second_in_which_a_receipt_was_used(town: Town, act: str) -> None:
    """The log of a server in front knows who did so then."""
    survey = make_open_survey(playground())
    wish = key(survey, "wunsch")
    told = service.Settings(**{**FULL.dump(), "public_texts": (wish,)})
    service.save_settings(make_actor(Role.PLANNER), survey, told)
    receipts = [service.submit(survey, begun(survey, wunsch=f"w{n}")) for n in range(12)]
    inbox.move(survey, service.plan_of(survey), keep=0)
    db.session.commit()
    before, later = night(), now() + timedelta(hours=5, seconds=17)

    with clock.at(later):
        survey = service.get_survey_by_id(survey.id)
        if act == "withdraw":
            service.withdraw(survey, receipts[3].code)
        else:
            token = service.change(survey, receipts[3].code)
            service.save(survey, token, {wish: "Bänke"})
            service.submit(survey, token)
        db.session.commit()

    found = news(before, night())
    assert not {name for name in found if name.startswith("kern_")} - {"kern_case", "kern_revision"}
    assert f"{later:%M, %S}".lstrip("0").replace(" 0", " ") not in repr(found)
    assert "Bänke" not in repr(found)
    assert len(found.get("kern_case", ())) == 1


def test_a_text_that_was_withdrawn_is_in_no_index_after_the_night(
    town: Town, settings: Settings
) -> None:
    ref = make_free_text_in(State.PUBLIC, "Ein Wunderbaum", make_actor(Role.CITIZEN))
    db.session.commit()
    worker.drain(settings)
    assert search.find("Wunderbaum").total == 1
    assert ref in open_index().digests()

    one = db.session.get_one(FreeText, ref.id)
    survey = service.get_survey_by_id(one.survey_id)
    response = db.session.get_one(Response, one.response_id)
    replacing.withdraw(survey, service.plan_of(survey), response)
    db.session.commit()
    assert not search.find("Wunderbaum").items  # the database is asked again
    upkeep.forget_texts(now() - timedelta(days=2), now())
    db.session.commit()
    worker.drain(settings)

    assert ref not in open_index().digests()
    assert upkeep.forget_texts(now() - timedelta(days=2), now()) is False


SIGNS = ("²", "٣", "9" * 5000, "-1", "1e9", "\x00")
"""What `isdigit` or `int` takes for a number and the other does not."""
NUMBERED = {
    "bearbeiten/frage/neu": "seite",
    "bearbeiten/vorschau": "seite",
    "bearbeiten/sprachen/en": "teil",
    "bearbeiten/rueckgaengig": "stand",
    "auswertung": "filter",
    "auswertung/kreuz": "zeilen",
    "auswertung/texte": "ab",
    "ergebnis": "gruppe",
}


def test_no_number_of_an_address_breaks_a_page(app: Flask, survey: Survey) -> None:
    here = f"/umfragen/{survey.slug}"
    office = Visitor(app, make_account("Planung", (Role.PLANNER, None)))
    found = {}
    for sign in SIGNS:
        for page, name in NUMBERED.items():
            found[page, name, sign] = office.get(f"{here}/{page}?{urlencode({name: sign})}")
        for page in ("bearbeiten/quoten", "bearbeiten/frage", "auswertung/karte", "papier"):
            found[page, "", sign] = office.get(f"{here}/{page}/{quote(sign)}")
        form = {f"outcome-{sign}": "x", "question": sign, "ziel": f"{sign}-{sign}", "tun": sign}
        for page in ("auswertung/veroeffentlichen", "auswertung/stand", "auswertung/texte"):
            found[page, "POST", sign] = office.post(f"{here}/{page}", form)

    assert [case for case, answer in found.items() if answer.status_code >= 500] == []


def cases() -> Iterator[int]:
    """The answers that the cases of the desk are about, in the order of their numbers."""
    answers = {row.id: row.response_id for row in db.session.scalars(select(FreeText))}
    with engine().connect() as connection:
        case = tables(connection)["kern_case"]
        for id_ in connection.scalars(select(case.c.content_id).order_by(case.c.id)):
            if id_ in answers:
                yield answers[id_]


def apart(order: list[int], gap: int) -> int:
    """How often the same answer comes again after so many places."""
    return sum(one == other for one, other in zip(order, order[gap:], strict=False))


def test_a_passage_that_moderation_took_out_stands_in_no_copy(town: Town) -> None:
    """Neither in a state of the figures, nor in an older version, nor in a step of the draft."""
    names = [{"code": code, "name": name, "text": name} for code, name in enumerate("abc", 1)]
    names[1]["text"] = "Bürgermeisterin Wunderbaum"
    survey = make_open_survey([question("single", "wer", options=names)])
    for number in range(30):
        service.submit(survey, begun(survey, wer=1 + number % 3))
    inbox.move(survey, service.plan_of(survey), keep=0)
    publication.take_snapshot(SYSTEM, survey, [])
    chosen = frozenset({key(survey, "wer")})
    publication.publish(SYSTEM, survey, Choice(chosen, {key(survey, "wer"): "Wunderbaum gewinnt."}))
    db.session.commit()
    assert "Wunderbaum" in repr(night())

    survey = service.get_survey_by_id(survey.id)
    words = redacting.source_of(survey)
    left = Redaction(text=words.replace("Bürgermeisterin Wunderbaum", "Bürgermeisterin"))
    redacting.redact(survey, make_actor(Role.MODERATOR), left)
    db.session.commit()

    assert {name for name, rows in night().items() if "Wunderbaum" in repr(rows)} == set()
