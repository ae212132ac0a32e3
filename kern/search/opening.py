"""Which engine keeps the index of a town: PostgreSQL where its database is, else Whoosh."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kern.db import engine
from kern.later import Later
from kern.search.backend import SearchBackend
from kern.town import Town, current_town

if TYPE_CHECKING:
    from kern.search import postgres_backend, whoosh_backend
else:
    postgres_backend = Later("kern.search.postgres_backend")
    whoosh_backend = Later("kern.search.whoosh_backend")

WHOOSH = "whoosh"
POSTGRES = "postgresql"

_ENGINES: Mapping[str, Callable[[Town], SearchBackend]] = {
    WHOOSH: lambda town: whoosh_backend.WhooshBackend(town.index),
    POSTGRES: lambda _town: postgres_backend.PostgresBackend(engine()),
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
