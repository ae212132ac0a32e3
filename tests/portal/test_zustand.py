"""What an older program has kept is not shown by a newer one, and a restart alone makes none."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from kern.config import Settings
from kern.web.compiled import Compiled
from portal import zustand


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a program of its own."""
    monkeypatch.setattr(zustand, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "seite.html").write_text("Hallo")
    return folder


def at_a_start() -> str:
    zustand._program.cache_clear()
    try:
        return zustand.build(Settings())
    finally:
        zustand._program.cache_clear()


def test_a_page_stays_kept_when_a_template_was_compiled_meanwhile(templates: Path) -> None:
    before = at_a_start()

    kept = Compiled(Path(__file__), templates / "__pycache__")
    environment = Environment(
        loader=FileSystemLoader(templates), bytecode_cache=kept, autoescape=True
    )
    environment.get_template("seite.html")
    (compiled,) = (templates / "__pycache__").iterdir()
    compiled.with_name(f"{compiled.name}half.tmp").write_bytes(b"j2")

    assert at_a_start() == before


def test_no_page_stays_kept_when_a_template_was_changed(templates: Path) -> None:
    before = at_a_start()

    (templates / "seite.html").write_text("Moin, moin")

    assert at_a_start() != before
