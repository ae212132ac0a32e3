"""From what the caller found to what the text shows in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from kern.text import (
    Answer,
    Download,
    Link,
    Part,
    Picture,
    Place,
    Places,
    Said,
    Use,
    anchor_of,
    words_in,
)
from wiki.linking import LISTS, Target
from wiki.rendering.asking import (
    FileFound,
    FileKey,
    Included,
    Listed,
    PageFound,
    RefFound,
    RefKey,
    Resolver,
    Wanted,
)
from wiki.rendering.gathering import (
    MAX_INCLUDED,
    MAX_PARTS,
    Gathered,
    Named,
    file_key,
    ref_key,
)

MAX_LISTED = 500  # pages that one list or map shows
_KILO = 1000
_DEEPEST_GEOMETRY = 3  # lists in lists of a polygon


@dataclass(slots=True)
class Found:
    """All answers to `wanted`."""

    includes: Mapping[str, Included] = field(default_factory=dict)
    pages: Mapping[str, PageFound] = field(default_factory=dict)
    refs: Mapping[RefKey, RefFound] = field(default_factory=dict)
    files: Mapping[FileKey, FileFound] = field(default_factory=dict)
    tags: Mapping[str, Sequence[Listed]] = field(default_factory=dict)


def ask(wanted: Wanted, resolver: Resolver, includes: Mapping[str, Included]) -> Found:
    """One question for each kind, none where nothing is wanted."""
    return Found(
        includes,
        resolver.pages(wanted.pages) if wanted.pages else {},
        resolver.refs(wanted.refs) if wanted.refs else {},
        resolver.files(wanted.files) if wanted.files else {},
        resolver.tags(wanted.tags) if wanted.tags else {},
    )


class Answering:
    def __init__(self, found: Found, resolver: Resolver, language: str) -> None:
        self.found = found
        self.resolver = resolver
        self.words = words_in(language)
        self.room = MAX_INCLUDED
        self.parts = MAX_PARTS

    def answers(self, text: Gathered) -> list[Answer]:
        """One for each slot of the text, in their order."""
        return [self._answer(named, text) for named in text.named]

    def _answer(self, named: Named, text: Gathered) -> Answer:
        target, slot = named.target, named.slot
        if slot.use in {Use.FILE, Use.PICTURE}:
            return self._file(named, file_key(slot, text.page_id))
        if target is None or (target.room in LISTS and not named.is_list):
            return None
        if target.room:
            return self._places(target) if named.is_list else self._ref(target)
        if named.is_include and target.folded in text.found:
            return self._part(text.found[target.folded], target.folded, text)
        return self._page(target)

    def _page(self, target: Target) -> Link:
        anchor = f"#{anchor_of(target.anchor)}" if target.anchor else ""
        if not target.name:
            return Link(anchor, target.anchor)
        page = self.found.pages.get(target.folded)
        if page is None:
            return Link(self.resolver.start_path(target.name), target.name, is_missing=True)
        return Link(page.path + anchor, target.name)

    def _ref(self, target: Target) -> Answer:
        ref = self.found.refs.get(ref_key(target))
        if ref is None:
            return Said(target.name, self.words.no_such_thing)
        return Link(ref.path, ref.title)

    def _part(self, page: Included, key: str, text: Gathered) -> Answer:
        if page.page_id in text.above:
            return Said(page.title, self.words.in_circles)
        inside = text.parts.get(key)
        if inside is None or not self.parts or len(page.source) > self.room:
            return Link(page.path, page.title)
        self.parts -= 1
        self.room -= len(page.source)
        return Part(inside.text, self.answers(inside), page.path, page.title)

    def _places(self, target: Target) -> Answer:
        words = self.words
        listed = self.found.tags.get(target.folded, ())
        places = [Place(one.path, one.title, point_of(one)) for one in listed[:MAX_LISTED]]
        is_map = target.room == "karte" and any(place.at for place in places)
        return Places(
            words.tagged % target.name, tuple(places), is_map, words.none_tagged % target.name
        )

    def _file(self, named: Named, key: FileKey) -> Answer:
        words, slot, found = self.words, named.slot, self.found.files.get(key)
        name = PurePosixPath(key[1]).name or key[1]
        if found is None:
            return Said(slot.words or name, f"{words.no_file}: {name}")
        if slot.use is Use.PICTURE and found.is_picture:
            return Picture(
                found.path,
                found.width,
                found.height,
                slot.words or found.alt,
                slot.caption or found.caption,
                credit_of(found, words.picture),
            )
        note = f"{found.kind}, {size_of(found.size, words.decimal)}"
        return Download(found.path, slot.words or found.caption or name, note)


def credit_of(found: FileFound, label: str) -> str:
    """ "Bild: Anna Kern, CC BY-SA 4.0"; empty where nothing is known."""
    parts = [part for part in (found.author, found.licence) if part]
    return f"{label}: {', '.join(parts)}" if parts else ""


def size_of(size: int, decimal: str) -> str:
    """Bytes as people say them: "12 KB", "1,2 MB"."""
    if size < _KILO * _KILO:
        return f"{max(1, round(size / _KILO))} KB"
    return f"{size / _KILO / _KILO:.1f} MB".replace(".", decimal)


def point_of(listed: Listed) -> tuple[float, float] | None:
    return point_of_geometry(listed.place)


def point_of_geometry(geometry: Mapping[str, object] | None) -> tuple[float, float] | None:
    """Latitude and longitude of a GeoJSON geometry: of anything but a point, its middle."""
    flat = list(_positions((geometry or {}).get("coordinates", ())))
    if not flat:
        return None
    east = [position[0] for position in flat]
    north = [position[1] for position in flat]
    return (min(north) + max(north)) / 2, (min(east) + max(east)) / 2


def _positions(coordinates: object, depth: int = 0) -> list[tuple[float, float]]:
    if not isinstance(coordinates, list | tuple) or depth > _DEEPEST_GEOMETRY:
        return []
    match coordinates:
        case [int() | float() as east, int() | float() as north, *_]:
            return [(float(east), float(north))]
    return [found for one in coordinates for found in _positions(one, depth + 1)]
