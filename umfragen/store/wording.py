"""Every text of a stored definition, and the same document with other words in it. Pure.

A text is a string, or a mapping of languages to strings; names, expressions and numbers are none.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

FIELDS = frozenset(
    {
        *("title", "text", "help", "welcome", "thanks", "check_text", "required_text"),
        *("invalid_text", "low_text", "middle_text", "high_text", "yes_text", "no_text", "unit"),
    }
)


def words_of(document: Any) -> Iterator[str]:
    """In the order of the document, each language."""
    if isinstance(document, list):
        for entry in document:
            yield from words_of(entry)
    elif isinstance(document, Mapping):
        for name, value in document.items():
            if name in FIELDS and isinstance(value, str | Mapping):
                yield from _said(value)
            else:
                yield from words_of(value)


def with_words(document: Any, change: Callable[[str], str]) -> Any:
    """The same with each text put through `change`, in the order of `words_of`."""
    if isinstance(document, list):
        return [with_words(entry, change) for entry in document]
    if isinstance(document, Mapping):
        return {
            name: _changed(value, change)
            if name in FIELDS and isinstance(value, str | Mapping)
            else with_words(value, change)
            for name, value in document.items()
        }
    return document


def _said(value: str | Mapping[str, str]) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value.values()


def _changed(value: str | Mapping[str, str], change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    return {language: change(words) for language, words in value.items()}
