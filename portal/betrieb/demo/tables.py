"""A table of a TOML file of the demo town, read key by key: what nobody asks for is an error."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class DemoTextError(ValueError):
    """A file of the demo town says something that nobody understands. Names file and key."""


class Table:
    """A TOML table that is emptied key by key, so that what nobody asked for is found."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.rest = dict(values)
        self.where = where

    def fail(self, what: str) -> DemoTextError:
        return DemoTextError(f"{self.where}: {what}")

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        value = self.rest.pop(key, default)
        if not isinstance(value, kind):
            raise self.fail(f"{key} must be {kind.__name__}, not {value!r}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        text = self.take(key, str, default).strip()
        if not text and default is None:
            raise self.fail(f"{key} is empty")
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(str(each) for each in self.take(key, list))

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        value = self.take(key, str, None if default is None else default.value)
        try:
            return kind(value)
        except ValueError:
            raise self.fail(f"{key} knows no {value!r}") from None

    def age(self, key: str) -> timedelta:
        value = self.take(key, str)
        found = re.fullmatch(r"(?:(\d+)d)? ?(?:(\d+)h)? ?(?:(\d+)m)?", value)
        if not found or not any(found.groups()):
            raise self.fail(f"{key} must look like 12d, 3h or 1d 4h 40m, not {value!r}")
        days, hours, minutes = (int(each or 0) for each in found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes)

    def done(self) -> None:
        if self.rest:
            raise self.fail(f"unknown keys {sorted(self.rest)}")

    def pair(self, key: str) -> tuple[float, float]:
        first, second = self.take(key, list)
        return first, second

    def each(self, key: str) -> Iterator["Table"]:
        for number, values in enumerate(self.take(key, list, []), 1):
            yield Table(values, f"{self.where} {key} {number}")

    def one(self, key: str, read: Callable[["Table"], T]) -> T:
        return whole(Table(self.take(key, dict), f"{self.where} {key}"), read)

    def maybe(self, key: str, read: Callable[["Table"], T]) -> T | None:
        return self.one(key, read) if key in self.rest else None

    def all(self, key: str, read: Callable[["Table"], T]) -> tuple[T, ...]:
        return tuple(whole(each, read) for each in self.each(key))


def whole(table: Table, read: Callable[[Table], T]) -> T:
    value = read(table)
    table.done()
    return value


def read_file(path: Path) -> Table:
    with path.open("rb") as source:
        return Table(tomllib.load(source), f"{path.parent.name}/{path.name}")
