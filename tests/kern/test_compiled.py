"""Templates are compiled once, and never shown as they were before a change."""

import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from kern.web import compiled
from kern.web.compiled import Compiled


class Counting(Environment):
    compiled = 0

    def compile(self, *args: Any, **values: Any) -> Any:
        self.compiled += 1
        return super().compile(*args, **values)


@pytest.fixture(autouse=True)
def _keeping(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "compiler.py").write_text("so")


def _environment(place: Path, text: str = "Hallo {{ x }}", **options: Any) -> Counting:
    """As another process has it."""
    kept = Compiled(place / "compiler.py", place / "kept")
    return Counting(loader=DictLoader({"a.html": text}), bytecode_cache=kept, **options)


def _shown(environment: Counting) -> tuple[str, int]:
    return environment.get_template("a.html").render(x="Welt"), environment.compiled


def test_the_next_process_compiles_nothing_again(tmp_path: Path) -> None:
    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 1)
    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 0)


def test_a_changed_template_is_shown_as_it_is_now(tmp_path: Path) -> None:
    _shown(_environment(tmp_path))

    assert _shown(_environment(tmp_path, "Moin {{ x }}")) == ("Moin Welt", 1)
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_another_compiler_or_setting_compiles_anew(tmp_path: Path) -> None:
    text = "{% if x %}\nja{% endif %}"
    assert _shown(_environment(tmp_path, text)) == ("\nja", 1)
    assert _shown(_environment(tmp_path, text, trim_blocks=True)) == ("ja", 1)
    (tmp_path / "compiler.py").write_text("anders")
    assert _shown(_environment(tmp_path, text, trim_blocks=True)) == ("ja", 1)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"autoescape": True}, "&lt;"),
        ({"autoescape": lambda name: name == "a.html"}, "&lt;"),
        ({"comment_start_string": "{!"}, "<{# so #}"),
        ({"variable_start_string": "[["}, "{{ '<' }}"),
    ],
)
def test_escaping_and_delimiters_belong_to_what_was_compiled(
    tmp_path: Path, options: dict[str, Any], wanted: str
) -> None:
    text = "{{ '<' }}{# so #}"
    assert _shown(_environment(tmp_path, text)) == ("<", 1)
    assert _shown(_environment(tmp_path, text, **options)) == (wanted, 1)


def test_another_version_of_a_library_compiles_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _shown(_environment(tmp_path))
    monkeypatch.setattr(compiled, "version", lambda name: f"{name} 99")

    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 1)


@pytest.mark.parametrize("kept", [b"", b"j2", 40])
def test_a_damaged_file_is_made_anew(tmp_path: Path, kept: bytes | int) -> None:
    _shown(_environment(tmp_path))
    for file in (tmp_path / "kept").iterdir():
        file.write_bytes(kept if isinstance(kept, bytes) else file.read_bytes()[:kept])

    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 1)
    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 0)


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_what_others_may_have_written_is_never_run(tmp_path: Path, mode: int) -> None:
    _shown(_environment(tmp_path))
    (file,) = (tmp_path / "kept").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    file.chmod(mode)

    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 1)
    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 0)  # written anew, by us alone


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_somebody_else_wrote_is_never_run(tmp_path: Path) -> None:
    _shown(_environment(tmp_path))
    (file,) = (tmp_path / "kept").iterdir()
    os.chown(file, 12345, -1)

    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 1)


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("Das ist kein Ordner.")

    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 1)
    assert _shown(_environment(tmp_path)) == ("Hallo Welt", 1)


def test_nothing_is_written_where_python_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    _shown(_environment(tmp_path))

    assert not (tmp_path / "kept").exists()
