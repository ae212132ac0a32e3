"""One word per concept: what the glossary bans is no name in our packages."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossar.md"
PACKAGES = ("kern", "beteiligung", "umfragen", "wiki", "anliegen", "portal")
LEAST_TERMS = 30
ROW = re.compile(r"^\| ([a-z]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
ANY_NAME = re.compile(r"\w+")


def terms() -> dict[str, set[str]]:
    rows = ROW.findall(GLOSSARY.read_text(encoding="utf-8"))
    return {term: {word.strip() for word in banned.split(",")} for term, _, _, banned in rows}


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.arg():
                yield node.lineno, node.arg


def banned_in(source: str, banned: frozenset[str]) -> list[tuple[int, str]]:
    """Compares whole words, singular and plural, so that `recommendation` is no `comment`."""
    if not any(_is_banned(word, banned) for word in set(ANY_NAME.findall(source))):
        return []  # whatever gets a name here, it stands in the text
    found = {(line, name) for line, name in names(ast.parse(source)) if _is_banned(name, banned)}
    return sorted(found)


@cache
def _is_banned(name: str, banned: frozenset[str]) -> bool:
    words = "_".join(WORD.findall(name)).lower()
    return _pattern(banned).search(words) is not None


@cache
def _pattern(banned: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_)(?:{'|'.join(sorted(banned))})s?(?:_|$)")


def test_the_glossary_is_read_whole() -> None:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ")][1:]
    assert len(terms()) == len(rows) >= LEAST_TERMS


def test_no_term_is_banned_by_another() -> None:
    assert terms().keys() & set().union(*terms().values()) == set()


@pytest.mark.parametrize(
    "source",
    [
        "class Comment: ...",
        "def list_comments(): ...",
        "lastComment = 1",
        "def f(comment_id): ...",
        "self.comment = 1",
        "for COMMENT in (): ...",
    ],
)
def test_a_banned_word_is_found_wherever_something_gets_a_name(source: str) -> None:
    assert banned_in(source, frozenset({"comment"}))


def test_a_longer_word_is_not_mistaken() -> None:
    assert banned_in("recommended = commentary = uncommented = 1", frozenset({"comment"})) == []


def test_our_packages_use_one_word_for_one_thing() -> None:
    banned = frozenset[str]().union(*terms().values())
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    assert paths
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in paths
        for line, name in banned_in(path.read_text(encoding="utf-8"), banned)
    ]
    assert found == []
