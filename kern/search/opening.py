"""Which engine keeps the index of a town: PostgreSQL where its database is, else Whoosh."""

from collections.abc import Callable, Mapping

from kern.db import engine
from kern.search.backend import SearchBackend
from kern.search.postgres_backend import PostgresBackend
from kern.search.whoosh_backend import WhooshBackend
from kern.town import Town, current_town

WHOOSH = "whoosh"
POSTGRES = "postgresql"

_ENGINES: Mapping[str, Callable[[Town], SearchBackend]] = {
    WHOOSH: lambda town: WhooshBackend(town.index),
    POSTGRES: lambda _town: PostgresBackend(engine()),
}


def open_index() -> SearchBackend:
    """The index of the current town."""
    town = current_town()
    return _ENGINES[_chosen(town)](town)


def erase_others() -> None:
    """Leave nothing in the indexes of the engines that the current town had before."""
    town = current_town()
    for name in _possible(town) - {_chosen(town)}:
        _ENGINES[name](town).erase()


def _chosen(town: Town) -> str:
    return town.search_engine or (POSTGRES if town.is_postgres else WHOOSH)


def _possible(town: Town) -> set[str]:
    return {WHOOSH, POSTGRES} if town.is_postgres else {WHOOSH}
