"""At the door, while PostgreSQL is lost or does not answer."""

import pytest
from sqlalchemy import text

from kern.db import db
from tests.door import Server, is_at_the_door, plain, until

pytestmark = pytest.mark.postgres_alone

FILE = "/static/img/bank.svg"  # needs no database


def test_a_lost_line_to_the_database_loses_no_request(door: Server) -> None:
    with door.kept_open() as reader:
        page = reader.ask(plain("/impressum"))
        db.session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        db.session.commit()
        for _ in range(3):
            assert reader.ask(plain("/impressum")) == page
    until(lambda: is_at_the_door(door))


def test_a_database_that_does_not_answer_holds_up_only_who_needs_it(door: Server) -> None:
    with door.kept_open() as waiting, door.kept_open() as other:
        page = waiting.ask(plain("/impressum"))
        db.session.execute(text("LOCK TABLE kern_revision IN ACCESS EXCLUSIVE MODE"))
        waiting.sock.sendall(plain("/impressum"))
        for _ in range(5):
            assert other.ask(plain(FILE)).startswith(b"HTTP/1.1 200")
        db.session.rollback()
        assert waiting.answer() == page
