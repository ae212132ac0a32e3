"""A look at the database beside the request's transaction."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from kern.accounts.glance import glance
from kern.accounts.models import Party
from kern.db import db, engine
from tests.builders import log_in, make_account, make_party

pytestmark = pytest.mark.usefixtures("town")


def test_what_a_look_writes_stays() -> None:
    party_id = make_party("Helga Martens").id
    db.session.commit()

    with glance() as connection:
        connection.execute(update(Party).where(Party.id == party_id).values(name="Helga Voss"))

    assert db.session.scalar(select(Party.name).where(Party.id == party_id)) == "Helga Voss"


@pytest.mark.sqlite_alone(reason="what a PRAGMA throws away lies with a connection of SQLite")
def test_a_page_for_somebody_with_a_login_keeps_what_sqlite_has_prepared(
    client: FlaskClient,
) -> None:
    log_in(client, make_account().id)
    client.get("/")
    said: list[str] = []
    event.listen(engine(), "checkout", lambda raw, *_: raw.set_trace_callback(said.append))

    client.get("/")

    assert any("kern_session" in one for one in said)
    assert [one for one in said if one.startswith("PRAGMA")] == []
