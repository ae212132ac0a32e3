"""Frequent statements reach the driver as text, and give what SQLAlchemy gives."""

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from kern.clock import now
from kern.db import Quick, db, inserting
from kern.outbox import OutboxEntry, State, revisions
from kern.outbox.watching import REST
from kern.scope import Window
from tests.builders import make_scope

NOTING = inserting(OutboxEntry, "kind", "key", "name", "payload", "not_before", "noted_at")


def noted(key: str) -> dict[str, object]:
    at = now()
    told = {"payload": {"für": ["Ä", 1]}, "not_before": at, "noted_at": at}
    return {"kind": "fact", "key": key, "name": "changed", **told}


@pytest.mark.usefixtures("town")
def test_a_quick_statement_reads_and_writes_the_same_values() -> None:
    given = noted("eins")

    ((id_,),) = NOTING.all(given)

    columns = (OutboxEntry.payload, OutboxEntry.not_before, OutboxEntry.state, OutboxEntry.attempts)
    query = select(*columns, OutboxEntry.leased_until).where(OutboxEntry.id == bindparam("id"))
    found = Quick(query).first({"id": id_})
    assert found == (given["payload"], given["not_before"], State.OPEN, 0, None)
    assert found == tuple(db.session.execute(query, {"id": id_}).one())


@pytest.mark.usefixtures("town")
def test_what_the_database_refuses_is_the_usual_error() -> None:
    NOTING.all(noted("zwei"))

    with pytest.raises(IntegrityError):
        NOTING.all(noted("zwei"))


@pytest.mark.usefixtures("town")
def test_a_statement_that_needs_python_each_time_is_refused() -> None:
    with pytest.raises(ValueError, match="written once"):
        Quick(insert(OutboxEntry).values(key=bindparam("key"))).all({"key": "drei"})


@pytest.mark.usefixtures("town")
def test_pages_for_strangers_hear_of_a_quick_change() -> None:
    scope = make_scope()
    db.session.commit()
    (before,) = revisions(REST)

    inserting(Window, "scope_id", "act", "opens_at", "closes_at").all(
        {"scope_id": scope.id, "act": "vote", "opens_at": now(), "closes_at": None}
    )
    db.session.commit()

    assert revisions(REST) == (before + 1,)
