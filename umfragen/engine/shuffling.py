"""The order in which pages, questions, options and rows are shown: mixed for each person, the same
all the way through. Without a seed everything stands as in the definition."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from umfragen.definition.model import Definition, Page
from umfragen.definition.parts import Option, Row
from umfragen.definition.questions import (
    AnyQuestion,
    Computed,
    Info,
    Matrix,
    Multiple,
    NumberList,
    Ranking,
    Single,
)

Shown = TypeVar("Shown")


def ordered_pages(definition: Definition, seed: str) -> tuple[Page, ...]:
    """Pages of a block change places among themselves; all others stay."""
    if not seed:
        return definition.pages
    return _shuffled(
        definition.pages, lambda page: page.block, lambda page: _weight(seed, 0, page.key)
    )


def ordered_questions(page: Page, seed: str) -> tuple[AnyQuestion, ...]:
    """What is no question keeps its place, such as a text between questions."""
    if not page.shuffle or not seed:
        return page.questions
    return _shuffled(
        page.questions,
        lambda question: "" if keeps_place(question) else "mixed",
        lambda question: _weight(seed, page.key, question.key),
    )


def keeps_place(question: AnyQuestion) -> bool:
    return isinstance(question, Info | Computed)


def ordered_options(question: AnyQuestion, seed: str) -> tuple[Option, ...]:
    """Options as this person sees them. Exclusive ones and those that stay keep their places."""
    if not isinstance(question, Single | Multiple | Ranking):
        return ()
    if not question.shuffle or not seed:
        return question.options
    return _shuffled(
        question.options,
        lambda option: "" if option.stays or option.exclusive else "mixed",
        lambda option: _weight(seed, question.key, option.code),
    )


def ordered_rows(question: AnyQuestion, seed: str) -> tuple[Row, ...]:
    if not isinstance(question, Matrix | NumberList):
        return ()
    if not question.shuffle or not seed:
        return question.rows
    return _shuffled(
        question.rows,
        lambda row: "" if row.stays else "mixed",
        lambda row: _weight(seed, question.key, row.key),
    )


def _shuffled(
    parts: Sequence[Shown], group: Callable[[Shown], str], weight: Callable[[Shown], bytes]
) -> tuple[Shown, ...]:
    """Parts of one group share out their places; those of no group keep theirs."""
    groups = {group(part) for part in parts} - {""}
    mixed = {
        name: iter(sorted((part for part in parts if group(part) == name), key=weight))
        for name in groups
    }
    return tuple(next(mixed[name]) if (name := group(part)) else part for part in parts)


def _weight(seed: str, owner: int, part: int) -> bytes:
    """A part that is added later does not disturb the order of the others."""
    return hashlib.sha256(f"{seed}:{owner}:{part}".encode()).digest()
