"""What is sent without waiting for an answer holds nobody up, and is there for whoever reads."""

from typing import cast

import pytest
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from kern.db import Quick, db, engine, inserting
from kern.outbox import OutboxEntry, Revision, bump, revisions
from kern.town import Town
from tests.kern.test_quick import noted

TABLE = cast("Table", Revision.__table__)
COUNTING = Quick(update(TABLE).where(TABLE.c.key == bindparam("name")).values(rev=TABLE.c.rev + 1))


def make(key: str) -> None:
    bump(key)
    db.session.commit()


def test_the_next_statement_finds_what_was_sent(town: Town) -> None:
    make("ding:1")

    COUNTING.send({"name": "ding:1"})

    assert db.session.scalar(select(Revision.rev).where(Revision.key == "ding:1")) == 2
    assert revisions("ding:1") == (2,)


def test_what_was_sent_is_kept_with_the_commit(town: Town) -> None:
    make("ding:1")

    COUNTING.send({"name": "ding:1"})
    db.session.commit()

    with engine().connect() as other:
        found = other.execute(select(Revision.rev).where(Revision.key == "ding:1"))
        assert found.scalar() == 2


def test_what_was_sent_goes_with_the_transaction(town: Town) -> None:
    make("ding:1")

    COUNTING.send({"name": "ding:1"})
    db.session.rollback()
    db.session.commit()

    assert revisions("ding:1") == (1,)


def test_a_part_that_is_taken_back_takes_back_what_was_sent_in_it(town: Town) -> None:
    make("ding:1")

    COUNTING.send({"name": "ding:1"})
    part = db.session.begin_nested()
    COUNTING.send({"name": "ding:1"})
    part.rollback()
    db.session.commit()

    assert revisions("ding:1") == (2,)


def test_nobody_waits_for_a_row_before_the_end(town: Town) -> None:
    """On SQLite only one writes at a time anyway."""
    make("ding:1")
    if engine().dialect.name == "sqlite":
        pytest.skip("only one writes")

    COUNTING.send({"name": "ding:1"})

    with engine().begin() as other:
        held = select(Revision.rev).where(Revision.key == "ding:1").with_for_update(nowait=True)
        assert other.execute(held).scalar() == 1
    db.session.commit()
    assert revisions("ding:1") == (2,)


def test_what_the_database_refuses_is_the_usual_error_at_the_end(town: Town) -> None:
    names = ("kind", "key", "name", "payload", "not_before", "noted_at")
    noting = inserting(OutboxEntry, *names)
    noting.all(noted("eins"))
    db.session.commit()
    bump("ding:1")

    def note_again() -> None:
        noting.send(noted("eins"))
        db.session.commit()

    with pytest.raises(IntegrityError):
        note_again()
    db.session.rollback()
    assert revisions("ding:1") == (0,)
