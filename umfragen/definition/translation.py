"""All texts of a definition with their places: for the table of translations, and its progress."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from umfragen.definition.findings import Path
from umfragen.definition.model import Definition
from umfragen.definition.texts import Text


def texts(value: object, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """Every text that somebody wrote, in the order of the definition."""
    if isinstance(value, Text):
        if value:
            yield path, value
    elif isinstance(value, tuple):
        for at, entry in enumerate(value):
            yield from texts(entry, (*path, at))
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name), (*path, field.name))


def untranslated(definition: Definition, language: str) -> tuple[Path, ...]:
    return tuple(path for path, text in texts(definition) if not text.has(language))


def completeness(definition: Definition, language: str) -> float:
    """Share of texts that are there in this language, from 0 to 1."""
    written = [text.has(language) for _, text in texts(definition)]
    return sum(written) / len(written) if written else 1.0
