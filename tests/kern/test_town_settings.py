"""A town's settings: read once per transaction, and never stale."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from kern import outbox
from kern.db import db, engine
from kern.settings import change, town_settings
from kern.town import Town


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield statements
    event.remove(engine(), "before_cursor_execute", note)


def test_settings_are_asked_for_once_in_a_transaction(town: Town) -> None:
    town_settings()
    db.session.rollback()
    with counted() as statements:
        assert town_settings() is town_settings()
    assert len(statements) == 1


def test_a_change_is_seen_by_whoever_made_it(town: Town) -> None:
    before = town_settings().name
    assert change({"name": "Neustadt"}) == ["name"]
    assert town_settings().name == "Neustadt" != before
    assert change({"name": "Neustadt"}) == []


def test_a_change_is_seen_in_the_next_transaction(town: Town) -> None:
    town_settings()
    change({"name": "Neustadt"})
    db.session.commit()
    assert town_settings().name == "Neustadt"


def test_a_change_taken_back_is_seen_by_nobody(town: Town) -> None:
    before = town_settings().name
    change({"name": "Neustadt"})
    assert town_settings().name == "Neustadt"
    db.session.rollback()
    assert town_settings().name == before


def test_what_was_taken_back_is_not_taken_for_the_next_change(town: Town) -> None:
    change({"name": "Neustadt"})
    assert town_settings().name == "Neustadt"
    db.session.rollback()
    with engine().begin() as other:  # as another process would, to the same revision
        other.exec_driver_sql(
            "INSERT INTO kern_setting (key, value) VALUES ('name', '\"Altdorf\"')"
        )
        other.exec_driver_sql("INSERT INTO kern_revision (key, rev) VALUES ('settings', 1)")
    assert town_settings().name == "Altdorf"


def test_a_savepoint_does_not_swallow_what_was_announced_before_it(town: Town) -> None:
    (before,) = outbox.revisions("settings")
    change({"name": "Lindenau"})
    with db.session.begin_nested():
        outbox.bump("drinnen")
    db.session.commit()

    assert outbox.revisions("settings", "drinnen") == (before + 1, 1)
