"""The habits of the house: short files and functions, no hidden imports, nothing of one machine."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
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


@dataclass(frozen=True, slots=True)
class Source:
    """What is asked of a Python file; its whole tree would be too much to keep."""

    name: str
    is_silent: bool  # without a word of what it is for
    functions: Sequence[tuple[int, str, int]]  # line, name, lines after it
    hidden: Sequence[int]  # lines of imports inside of functions
    logged: Sequence[tuple[int, str]]

    @property
    def root(self) -> str:
        return self.name.partition("/")[0]


@cache
def sources() -> tuple[Source, ...]:
    return tuple(_read(path) for path in files(".py"))


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    functions = [node for node in statements(tree) if isinstance(node, FUNCTION)]
    return Source(
        name=str(path.relative_to(ROOT)),
        is_silent=bool(tree.body) and not ast.get_docstring(tree),
        functions=[
            (node.lineno, node.name, (node.end_lineno or 0) - node.lineno) for node in functions
        ],
        hidden=[
            node.lineno
            for function in functions
            for node in statements(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ],
        logged=list(_logged(tree)) if "log." in text else [],
    )


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All below, however deep. No expression holds one, and most of a tree is expressions."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(tree, field, ()):
            yield node
            yield from statements(node)


def _logged(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _root(node.func) == "log":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


def _root(node: ast.expr) -> str:
    """`log` of `log.error`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def test_no_file_is_longer_than_500_lines() -> None:
    assert list(long_files()) == []


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{source.name}:{line} {function}"
        for source in sources()
        for line, function, more in source.functions
        if source.root != "migrations"  # a flat list of tables
        if more >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_function_imports() -> None:
    hidden = {f"{source.name}:{line}" for source in sources() for line in source.hidden}
    assert hidden == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        source.name
        for source in sources()
        if source.is_silent
        if not Path(source.name).name.startswith("test_")  # its tests are sentences themselves
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
        f"{source.name}:{line} {words}"
        for source in sources()
        if source.root not in {"tests", "bench", "migrations"}
        for line, words in source.logged
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
