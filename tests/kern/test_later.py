"""Packages that are read when somebody needs them."""

import json
import sys
from pathlib import Path

import pytest

from kern.later import Later, without


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = "selten_gebraucht"
    text = "try:\n    import json\nexcept ImportError:\n    json = None\n"
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    return name


def test_a_package_is_read_when_something_of_it_is_asked_for(package: str) -> None:
    seldom = Later(package)
    assert package not in sys.modules
    assert seldom.json is json
    assert package in sys.modules
    with pytest.raises(AttributeError):
        _ = seldom.nothing


def test_a_missing_package_is_missed_by_who_asks(package: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        _ = Later(f"{package}_nicht").anything


def test_a_package_can_be_kept_from_reading_another(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "json")
    with without("json"):
        found = __import__(package)
    assert found.json is None
    assert "json" not in sys.modules, "whoever needs it later gets it"


def test_what_was_read_before_stays(package: str) -> None:
    with without("json"):
        found = __import__(package)
    assert found.json is json
