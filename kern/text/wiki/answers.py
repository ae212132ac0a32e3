"""What slots are answered with. Addresses are ours and checked again by the sanitiser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Union

from kern.text.wiki.reading import WikiText


@dataclass(frozen=True, slots=True)
class Link:
    """`title` is shown where the author wrote no words. `is_missing`: the address starts the
    page."""

    path: str
    title: str
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """`width` and `height` in pixels; `credit` says author and licence."""

    path: str
    width: int
    height: int
    alt: str
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """`note` says kind and size."""

    path: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence behind the author's words, instead of what cannot be shown."""

    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Place:
    """A page in a list; with `at` (latitude, longitude in degrees) also on its map."""

    path: str
    title: str
    at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Pages of one tag as a list, with `is_map` beside a map; `empty` is said when there are
    none."""

    label: str
    places: tuple[Place, ...]
    is_map: bool
    empty: str


@dataclass(frozen=True, slots=True)
class Part:
    """Another page's text, shown here; `answers` are those of its own slots."""

    text: WikiText
    answers: "Sequence[Answer]"
    path: str
    title: str


Answer = Union[Link, Picture, Download, Said, Places, Part, None]  # noqa: UP007 - Part names it
"""None: the slot means nothing and is shown as it was typed."""
