"""Migrations: they lead to exactly the tables that the models describe, on both databases."""

import ast
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kern.config import ROOT
from kern.db import db, engine, migrate
from kern.town import Town

FILES = sorted((ROOT / "migrations" / "versions").glob("*.py"))
MOST_SIGNS = 63  # PostgreSQL cuts longer names off
OURS = {"kern", "beteiligung", "umfragen", "wiki", "anliegen", "portal"}

each_migration = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@pytest.mark.both_databases
def test_a_migrated_town_has_the_tables_of_the_models(town: Town) -> None:
    with engine().connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.both_databases
def test_nothing_is_migrated_twice(town: Town) -> None:
    assert migrate.upgrade(town) is False


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
