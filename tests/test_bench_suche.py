"""`los.py bench suche` asks every attack, and counts the work that PostgreSQL does for it."""

import pytest
from sqlalchemy import create_engine, text

from bench import suche
from bench.questions import attacks
from tests import postgres


def test_every_attack_is_asked_and_told_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suche, "SIZES", (200,))

    found = suche.measured(small=False)["whoosh 200"]

    assert isinstance(found, dict)
    assert (found["attacks"], found["over_300_ms"]) == (len(attacks()), 0)


@pytest.mark.postgres
def test_the_work_of_postgresql_is_counted(postgres_databases: postgres.Databases) -> None:
    postgres_databases.make("suchzeit")
    engine = create_engine(postgres_databases.address_of("suchzeit"), pool_size=1)
    clock = suche.clock_of(engine)
    before = clock()
    with engine.connect() as connection:
        connection.execute(text("SELECT sum(number) FROM generate_series(1, 2000000) AS number"))
    assert clock() - before > 0.05
    engine.dispose()
