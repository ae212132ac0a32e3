"""Somebody who holds everything tries to tell who answered what, and fails: tables, order, times,
protocol, outbox, desk, index, files and the backup."""

import hmac
import logging
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import RowMapping, func, inspect, select, text

from kern import search, worker
from kern.accounts.permissions import Role
from kern.actor import SYSTEM, Actor
from kern.config import Settings
from kern.db import db, engine
from kern.town import Town, current_town
from portal.betrieb import backup
from tests.builders import make_actor
from tests.found_tables import tables
from tests.umfragen.made import begun, key, make_open_survey
from umfragen import service
from umfragen.models import FreeText, FreeTextState, Level, Response, Survey
from umfragen.store import folding, peppers
from umfragen.store.inbox import LEAST

PEOPLE = 2 * LEAST
ANSWERS = {"umfragen_response", "umfragen_inbox", "umfragen_free_text"}
PERSONAL = {"umfragen_participation", "umfragen_code"}
TIMELESS = {"umfragen_response", "umfragen_inbox", "umfragen_answer_draft", *PERSONAL}
SMALL = 10**6  # what is larger than this and the same in two places is no accident

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def crowd(town: Town) -> list[Actor]:
    return [make_actor(Role.CITIZEN) for _ in range(PEOPLE)]


@pytest.fixture
def survey(town: Town) -> Survey:
    survey = make_open_survey(level=Level.ACCOUNT)
    wish = key(survey, "wunsch")
    service.save_settings(
        SYSTEM, survey, service.Settings(office="A", contact="B", public_texts=(wish,))
    )
    db.session.commit()
    return survey


def vote(survey: Survey, person: Actor, number: int) -> str:
    """Everybody says their own number, so the truth is known; returns the secret of the form."""
    survey = service.get_survey_by_id(survey.id)
    admission = service.admission_for_account(survey, person)
    token = begun(survey, alter=number, wunsch=f"Wunsch {number}")
    service.submit(survey, token, admission=admission)
    db.session.commit()
    return token


def everybody_votes(survey: Survey, crowd: list[Actor]) -> list[str]:
    """Until the end, when those leave the inbox who had stayed behind."""
    tokens = [vote(survey, person, number) for number, person in enumerate(crowd)]
    survey = service.get_survey_by_id(survey.id)
    service.close(SYSTEM, survey)
    db.session.commit()
    return tokens


def everything() -> dict[str, list[RowMapping]]:
    """All rows of all tables, in the order the database hands them out."""
    with engine().connect() as connection:
        return {
            name: list(connection.execute(select(table)).mappings())
            for name, table in tables(connection).items()
        }


def traces(value: object) -> Iterator[object]:
    """What a value could be recognised by somewhere else."""
    if isinstance(value, bytes | memoryview):
        yield bytes(value).hex()
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from (value, str(value)) if abs(value) > SMALL else ()
    elif isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        entries = value.values() if isinstance(value, dict) else value
        for entry in entries:
            yield from traces(entry)


def test_no_value_of_an_answer_stands_anywhere_else(survey: Survey, crowd: list[Actor]) -> None:
    everybody_votes(survey, crowd)
    found = everything()
    secrets = {
        trace
        for name in ANSWERS
        for row in found[name]
        for column, value in row.items()
        if column in {"id", "response_id", "rkey", "receipt_hash"}
        if not (name == "umfragen_free_text" and column == "id")
        for trace in traces(value)
    }

    assert len(found["umfragen_response"]) == PEOPLE
    assert len(secrets) >= 3 * PEOPLE
    elsewhere = [
        f"{name}.{column}"
        for name, rows in found.items()
        if name not in ANSWERS
        for row in rows
        for column, value in row.items()
        for trace in traces(value)
        if trace in secrets or any(str(secret) in str(trace) for secret in secrets)
    ]
    assert elsewhere == []


def test_a_free_text_at_the_desk_tells_only_its_day(survey: Survey, crowd: list[Actor]) -> None:
    everybody_votes(survey, crowd)
    found = everything()
    cases = [row for row in found["kern_case"] if row["content_key"] == "umfragen.free_text"]

    assert len(cases) == PEOPLE
    assert {row["author_id"] for row in cases} == {None}
    moments = {row["opened_at"] for row in cases}
    assert {(moment.hour, moment.minute, moment.second) for moment in moments} == {(0, 0, 0)}
    assert len({row["due_at"] for row in cases}) == 1
    answers = {row["id"]: row["response_id"] for row in found["umfragen_free_text"]}
    by_case = [answers[row["content_id"]] for row in sorted(cases, key=lambda row: row["id"])]
    numbers = {row["id"]: _number(row) for row in found["umfragen_response"]}
    assert _hits([numbers[response] for response in by_case]) < PEOPLE // 2


def _number(row: RowMapping) -> int:
    """What the person said: how many came before."""
    return next(value for value in row["answers"].values() if isinstance(value, int))


def _hits(order: list[int]) -> int:
    """How often a guess by the place in an order is right; by chance one of all."""
    return sum(place == number for place, number in enumerate(order))


def test_no_order_of_rows_is_that_of_the_people(survey: Survey, crowd: list[Actor]) -> None:
    everybody_votes(survey, crowd)
    found = everything()
    marks = {
        bytes(row["mark"]): number
        for number, person in enumerate(crowd)
        for row in found["umfragen_participation"]
        if bytes(row["mark"]) == _mark(survey, person)
    }
    responses, people = found["umfragen_response"], found["umfragen_participation"]

    assert len(marks) == PEOPLE  # with the key the test knows; nobody else does
    orders = [
        [_number(row) for row in responses],
        [_number(row) for row in sorted(responses, key=lambda row: row["id"])],
        [_number(row) for row in sorted(responses, key=lambda row: row["rkey"])],
    ]
    for order in orders:
        assert _hits(order) < PEOPLE // 2
        pairs = [marks[bytes(row["mark"])] for row in people]
        assert sum(one == other for one, other in zip(pairs, order, strict=True)) < PEOPLE // 2


def _mark(survey: Survey, person: Actor) -> bytes:
    return peppers.digest(peppers.pepper_of(survey.id), "account", str(person.account_id))[:16]


def test_of_the_hidden_columns_of_a_database_none_leads_to_fewer_than_ten(
    survey: Survey, crowd: list[Actor]
) -> None:
    everybody_votes(survey, crowd)

    with engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            written = connection.execute(text("SELECT xmin::text FROM umfragen_response")).scalars()
            assert min(Counter(written).values()) >= LEAST
            return
        places = connection.execute(text("SELECT rowid, id FROM umfragen_response")).all()
        assert all(rowid == id_ for rowid, id_ in places)
        for name in (*PERSONAL, "umfragen_submit_key", "umfragen_answer_draft"):
            sql = connection.scalar(
                text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}
            )
            assert "WITHOUT ROWID" in sql


def test_tables_of_answers_and_of_people_hold_no_time_and_no_person(town: Town) -> None:
    inspector = inspect(engine())
    for name in TIMELESS:
        kinds = {column["name"]: str(column["type"]) for column in inspector.get_columns(name)}
        assert [column for column, kind in kinds.items() if "TIME" in kind.upper()] == []
        targets = {one["referred_table"] for one in inspector.get_foreign_keys(name)}
        assert targets <= {"umfragen_survey"}


def test_sending_writes_nothing_outside_of_the_surveys(survey: Survey, crowd: list[Actor]) -> None:
    survey = service.get_survey_by_id(survey.id)
    admission = service.admission_for_account(survey, crowd[0])
    token = begun(survey, alter=7)
    db.session.commit()
    before = _sizes()
    survey = service.get_survey_by_id(survey.id)

    service.submit(survey, token, admission=admission)
    db.session.commit()

    after = _sizes()
    changed = {name for name in after if before[name] != after[name]}
    assert changed == {
        "umfragen_inbox",
        "umfragen_participation",
        "umfragen_submit_key",
        "umfragen_answer_draft",
    }


def _sizes() -> dict[str, int]:
    return {name: len(rows) for name, rows in everything().items()}


def test_an_answer_knows_its_day_and_no_moment(survey: Survey, crowd: list[Actor]) -> None:
    everybody_votes(survey, crowd)

    for row in everything()["umfragen_response"]:
        moments = [value for value in row.values() if isinstance(value, datetime)]
        days = [value for value in row.values() if isinstance(value, date)]
        assert (moments, len(days)) == ([], 1)


def test_without_the_key_no_guess_at_a_mark_is_right(
    town: Town, survey: Survey, crowd: list[Actor]
) -> None:
    """All accounts of a town are quickly tried; what is in the database or its backup is no key."""
    for number, person in enumerate(crowd[:3]):
        vote(survey, person, number)
    found = everything()
    marks = {bytes(row["mark"]) for row in found["umfragen_participation"]}
    guesses = {
        value if isinstance(value, bytes) else str(value).encode()
        for name in ("umfragen_survey", "umfragen_version", "kern_setting", "umfragen_submit_key")
        for row in found[name]
        for value in row.values()
        if value is not None
    }

    for guess in (*guesses, town.secret, b""):
        for person in crowd:
            for subject in (f"account\0{person.account_id}", str(person.account_id)):
                assert hmac.digest(guess, subject.encode(), "sha256")[:16] not in marks


def test_a_backup_has_no_key(
    survey: Survey, crowd: list[Actor], settings: Settings, tmp_path: Path
) -> None:
    vote(survey, crowd[0], 1)
    pepper = peppers.pepper_of(survey.id)
    target = tmp_path / "sicherung.tar.gz"

    backup.run(settings, target)

    with tarfile.open(target) as archive:
        names = archive.getnames()
        contents = b"".join(
            file.read() for member in archive if (file := archive.extractfile(member)) is not None
        )
    assert any(name.endswith(("ort.db", "ort.dump")) for name in names)
    assert not any("umfragen" in name for name in names)
    assert pepper not in contents
    assert pepper.hex().encode() not in contents


def test_neither_index_nor_files_nor_log_name_an_answer(
    survey: Survey,
    crowd: list[Actor],
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = everybody_votes(survey, crowd)
    survey = service.get_survey_by_id(survey.id)
    folding.fold(survey, service.plan_of(survey))
    for one in db.session.scalars(select(FreeText)).all():
        one.state = FreeTextState.PUBLIC
    db.session.commit()
    search.rebuild_all()
    worker.drain(settings)
    ids = [str(id_) for id_ in db.session.scalars(select(Response.id))]
    assert db.session.scalar(select(func.count()).select_from(Response)) == PEOPLE

    files = [
        path
        for path in current_town().path.rglob("*")
        if path.is_file() and not path.name.startswith("ort.db")
    ]
    kept = b"".join(path.read_bytes() for path in files)
    for secret in (*ids, *tokens):
        assert secret.encode() not in kept
        assert secret not in caplog.text
