"""Databases as earlier releases left them."""

from sqlalchemy import Connection, MetaData

from kern.db import engine, migrate
from kern.town import Town


def take_back(town: Town, revision: str) -> None:
    """The current town's database, empty, in the shape of `revision`."""
    with engine().begin() as connection:
        _drop_everything(connection)
    migrate.upgrade(town, revision)


def _drop_everything(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)
