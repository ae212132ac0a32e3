"""Tests of services and pages run on both databases; what does not says why."""

from collections import Counter
from pathlib import Path

import pytest

from tests.databases import ONE_ONLY, REASONS

TESTS = Path(__file__).parent
ALONE = "mark." + "sqlite_alone"
CHOICE = "parametrize" + '("database"'  # in two parts, so that this file is none of its own finds


def test_a_file_that_runs_on_one_database_is_there_and_named_once() -> None:
    named = Counter(file for files in REASONS for file in files)
    assert [file for file, times in named.items() if times > 1] == []
    assert [file for file in named if not (TESTS / file).is_file()] == []


def test_whoever_names_its_own_database_says_so() -> None:
    choosing = {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("test_*.py")
        if CHOICE in path.read_text(encoding="utf-8")
    }
    assert choosing - set(ONE_ONLY) == set()


def test_a_single_test_that_runs_on_sqlite_alone_says_why() -> None:
    for path in TESTS.rglob("test_*.py"):
        told = path.read_text(encoding="utf-8")
        assert told.count(ALONE) == told.count(f'{ALONE}(reason="'), path


def test_a_file_that_is_not_named_runs_on_both(
    request: pytest.FixtureRequest, database: str
) -> None:
    asked = request.node.callspec.params["database"]
    assert (asked, bool(database)) in {("sqlite", False), ("postgresql", True)}
