"""Every search engine of the house, each with an index of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from sqlalchemy import create_engine

from kern.db.statements import sharing
from kern.search.backend import SearchBackend
from kern.search.postgres_backend import PostgresBackend
from kern.search.whoosh_backend import WhooshBackend
from tests import postgres

MakeIndex = Callable[[str], SearchBackend]
WAIT = 0.2
ENGINES = ("whoosh", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=ENGINES, scope="module")
def make_index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeIndex]:
    """`make_index("name")`: one name, one index. Who wants it empty builds it anew."""
    if request.param == "whoosh":
        folder = tmp_path_factory.mktemp("suche")
        yield lambda name: WhooshBackend(folder / name, wait=WAIT)
        return
    databases: postgres.Databases = request.getfixturevalue("postgres_databases")
    with ExitStack() as stack:
        yield cache(lambda name: in_postgres(databases, f"suche{name}", stack))


def in_postgres(databases: postgres.Databases, name: str, stack: ExitStack) -> PostgresBackend:
    """`name` without `_`: what stands before the last one says whose database it is."""
    databases.make(name)
    engine = create_engine(sharing(databases.address_of(name)))
    stack.callback(engine.dispose)
    return PostgresBackend(engine, wait=WAIT)


@pytest.fixture
def index(make_index: MakeIndex) -> SearchBackend:
    index = make_index("index")
    index.rebuild([])
    return index
