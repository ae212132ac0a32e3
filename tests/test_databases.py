"""Tests of services and pages run on both databases; what does not says why."""

from collections import Counter
from pathlib import Path

import pytest

from tests.databases import REASONS

TESTS = Path(__file__).parent


def test_a_file_that_runs_on_one_database_is_there_and_named_once() -> None:
    named = Counter(file for files in REASONS for file in files)
    assert [file for file, times in named.items() if times > 1] == []
    assert [file for file in named if not (TESTS / file).is_file()] == []


def test_a_file_that_is_not_named_runs_on_both(
    request: pytest.FixtureRequest, database: str
) -> None:
    asked = request.node.callspec.params["database"]
    assert (asked, bool(database)) in {("sqlite", False), ("postgresql", True)}
