"""The order in which options and rows are shown: mixed for each person, the same on each page."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from umfragen.definition.parts import Option, Row
from umfragen.definition.questions import AnyQuestion, Matrix, Multiple, NumberList, Ranking, Single

Shown = TypeVar("Shown", Option, Row)


def ordered_options(question: AnyQuestion, seed: str) -> tuple[Option, ...]:
    """Options as this person sees them. Exclusive ones and those that stay keep their places."""
    if not isinstance(question, Single | Multiple | Ranking):
        return ()
    if not question.shuffle:
        return question.options
    return _shuffled(
        question.options,
        lambda option: option.stays or option.exclusive,
        lambda option: _weight(seed, question.key, option.code),
    )


def ordered_rows(question: AnyQuestion, seed: str) -> tuple[Row, ...]:
    if not isinstance(question, Matrix | NumberList):
        return ()
    if not question.shuffle:
        return question.rows
    return _shuffled(
        question.rows,
        lambda row: row.stays,
        lambda row: _weight(seed, question.key, row.key),
    )


def _shuffled(
    parts: Sequence[Shown], stays: Callable[[Shown], bool], weight: Callable[[Shown], bytes]
) -> tuple[Shown, ...]:
    mixed = iter(sorted((part for part in parts if not stays(part)), key=weight))
    return tuple(part if stays(part) else next(mixed) for part in parts)


def _weight(seed: str, question: int, part: int) -> bytes:
    """An option that is added later does not disturb the order of the others."""
    return hashlib.sha256(f"{seed}:{question}:{part}".encode()).digest()
