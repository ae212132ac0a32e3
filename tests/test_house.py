"""The habits of the house: short files and functions, no hidden imports, nothing of one machine."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from portal.betrieb.checks import ROOT, long_files, tracked_files

LONGEST_FUNCTION = 60
TEXT = (
    *(".py", ".js", ".mjs", ".scss", ".html", ".md", ".toml", ".json", ".txt", ".in", ".yml"),
    *(".sh", ".svg", ".po", ".mako", ".cfg", ".csv", ""),
)
# One letter of each stands in brackets, so that this file is none of its own finds.
MACHINE = re.compile(
    r"[/]work/|[/]root/|[/]home/(?!dorflinde\b)[a-z]|[/]Users/[a-z]"
    r"|registry[.]npmjs|pythonhosted[.]org|pypi[.]org/simple"
)
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X)\b")
INLINE = re.compile(
    r"""\s(?:style|on[a-z]+)\s*=\s*["']|<style\b|<script(?![^>]*\b(?:src=|type="application/))"""
)
OPT_OUT = re.compile(r"# (?:noqa|type: ignore).*")
REASON = re.compile(r" - \S|  # \S")
# A number of a protocol or a format explains itself where it stands.
SELF_EVIDENT = {"# noqa: PLR2004"}


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    found = tuple(path for path in tracked_files() if path.suffix in suffixes)
    if not found:
        pytest.skip("not a git clone")
    return found


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for path in files(".py")
    )


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_500_lines() -> None:
    assert list(long_files()) == []


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{name}:{function.lineno} {function.name}"
        for name, tree in trees()
        for function in functions(tree)
        if not name.startswith("migrations/")  # a flat list of tables
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_function_imports() -> None:
    hidden = {
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert hidden == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, tree in trees()
        if tree.body and not ast.get_docstring(tree)
        if not Path(name).name.startswith("test_")  # its tests are sentences themselves
    ]
    assert silent == []


def test_nothing_belongs_to_one_machine() -> None:
    found = []
    for path in files(*TEXT):
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(lines, 1)
            if MACHINE.search(line)
        ]
    assert found == []


def test_no_link_is_in_the_repository() -> None:
    """A tracked link to somebody's `.venv` takes everybody else's away."""
    assert [path.name for path in tracked_files() if path.is_symlink()] == []


def test_what_the_operator_reads_on_the_console_is_german() -> None:
    english = re.compile(r"\b(the|and|cannot|failed|is|of|with|been|error|unexpected)\b")
    said = {
        f"{name}:{node.lineno} {argument.value}"
        for name, tree in trees()
        if name.partition("/")[0] not in {"tests", "bench", "migrations"}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert said
    assert sorted(line for line in said if english.search(line)) == []


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files(".py", ".js", ".mjs", ".scss", ".html", ".md")
        for match in UNFINISHED.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_pages_hold_no_inline_style_or_script() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group().strip()}"
        for path in files(".html")
        if "mail" not in path.parts  # mail programs load no style sheet of ours
        for match in INLINE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_opt_out_from_a_check_says_why() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files(".py")
        if path.relative_to(ROOT).parts[0] != "tests"
        for match in OPT_OUT.finditer(path.read_text(encoding="utf-8"))
        if not REASON.search(match.group()) and match.group() not in SELF_EVIDENT
    ]
    assert found == []


def test_no_two_test_files_have_one_name() -> None:
    """pytest takes them for one module and refuses to collect the second."""
    names = Counter(path.name for path in files(".py") if path.name.startswith("test_"))

    assert [name for name, count in names.items() if count > 1] == []
