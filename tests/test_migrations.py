"""Migrations: they lead to exactly the tables that the models describe, on both databases."""

import ast
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, column, func, select, table

from kern.clock import now
from kern.config import ROOT
from kern.db import db, engine, migrate
from kern.town import Town
from tests.older import take_back

FILES = sorted((ROOT / "migrations" / "versions").glob("*.py"))
MOST_SIGNS = 63  # PostgreSQL cuts longer names off
OURS = {"kern", "beteiligung", "umfragen", "wiki", "anliegen", "portal"}

each_migration = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_a_migrated_town_has_the_tables_of_the_models(town: Town) -> None:
    with engine().connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, db.metadata) == []


def test_nothing_is_migrated_twice(town: Town) -> None:
    assert migrate.upgrade(town) is False


FIRST_ROWS: Mapping[
    str, Mapping[str, object]
] = {  # of a town of the first release, one of each that others hang on
    "kern_party": {"id": 1, "kind": "person", "email": "helga@lindenau.example"},
    "kern_scope": {"id": 1, "kind": "project", "slug": "a", "title": "A", "path": "/beteiligung/a"},
    "beteiligung_project": {"id": 1, "scope_id": 1},
    "beteiligung_news": {"id": 1, "project_id": 1, "title": "N"},
    "beteiligung_thread": {"id": 1, "scope_id": 1, "host_id": 1, "receipt": "1"},
    "beteiligung_post": {"id": 1, "thread_id": 1, "scope_id": 1, "receipt": "2"},
    "beteiligung_vote": {"id": 1, "post_id": 1, "party_id": 1, "value": 1},
    "kern_case": {"id": 1, "content_key": "beteiligung.post", "content_id": 1, "scope_id": 1},
    "kern_case_note": {"id": 1, "case_id": 1},
}


def test_no_row_is_lost_on_the_way_from_the_first_release(town: Town) -> None:
    take_back(town, "0003")
    with engine().begin() as connection:
        for name, row in FIRST_ROWS.items():
            _insert(connection, name, row)
    migrate.upgrade(town)

    with engine().connect() as connection:
        ours = column("id") == 1  # later ones bring rows of their own
        counts = {
            name: select(func.count()).select_from(table(name)).where(ours) for name in FIRST_ROWS
        }
        found = {name: connection.scalar(count) for name, count in counts.items()}
    assert found == dict.fromkeys(FIRST_ROWS, 1)


def _insert(connection: Connection, name: str, row: Mapping[str, object]) -> None:
    """What the row leaves open and may not be empty is filled by type."""
    found = Table(name, MetaData(), autoload_with=connection)
    fill: Mapping[type, object] = {
        bool: False,
        datetime: now(),
        dict: [],
        object: [],
        str: "",
        float: 0.0,
        int: 0,
    }
    rest = {
        column.name: fill[column.type.python_type]
        for column in found.columns
        if not column.nullable and column.name not in row
    }
    connection.execute(found.insert().values({**rest, **row}))


@each_migration
def test_a_migration_knows_no_model_of_today(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert {name.partition(".")[0] for name in named} & OURS == set()


@each_migration
def test_a_migration_says_what_it_is_for_and_is_named_by_its_revision(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    given = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert given["revision"] == path.name.partition("_")[0]


def test_every_name_in_the_database_is_kept_whole() -> None:
    tables = db.metadata.tables.values()
    names = [rule.name for table in tables for rule in table.constraints]
    names += [index.name for table in tables for index in table.indexes]
    assert None not in names
    assert [name for name in names if len(str(name)) > MOST_SIGNS] == []
