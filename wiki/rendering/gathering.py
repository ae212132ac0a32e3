"""What the slots of a page name, before anybody is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kern.text import Slot, Use, WikiText, clean_line, read_wiki
from wiki.linking import LISTS, Target, target_of
from wiki.linking import Use as Links
from wiki.rendering.asking import FileKey, Included, RefKey, Resolver, Wanted

ROOMS = ("projekt", "umfrage")
"""What stands before the colon of [[Projekt:radweg]]."""

MAX_LISTS = 20  # maps and lists of one page
MAX_PARTS = 30  # included pages, all levels together
MAX_PART = 100_000  # characters of a page that is still shown inside another one
MAX_INCLUDED = 400_000  # of all that is shown so, counted each time
MAX_LEVELS = 2
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Named:
    """A slot and what it names; `target` is None for files and for what names nothing."""

    slot: Slot
    target: Target | None = None

    @property
    def is_include(self) -> bool:
        """Whether another page's text stands here: only where the braces have their own line."""
        found = self.target
        return bool(
            found and not found.room and self.slot.use is Use.INCLUDE and self.slot.is_block
        )

    @property
    def is_list(self) -> bool:
        found = self.target
        return bool(found and found.room in LISTS and self.slot.is_block)


@dataclass(slots=True)
class Gathered:
    """One text with what it names, and the texts of included pages inside it."""

    text: WikiText
    page_id: int | None
    above: tuple[int | None, ...] = ()  # the pages around it, itself included
    is_deepest: bool = False
    named: tuple[Named, ...] = ()
    parts: dict[str, "Gathered"] = field(default_factory=dict)
    found: dict[str, Included] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.named = tuple(Named(slot, _target(slot)) for slot in self.text.slots)

    def include_keys(self) -> list[str]:
        """Pages whose text is shown here; below the deepest level they are only links."""
        if self.is_deepest:
            return []
        keys = (one.target.folded for one in self.named if one.is_include and one.target)
        return list(dict.fromkeys(keys))

    def everything(self) -> Iterator["Gathered"]:
        yield self
        for part in self.parts.values():
            yield from part.everything()


def _target(slot: Slot) -> Target | None:
    if slot.use is Use.LINK:
        return target_of(slot.name, Links.LINK, ROOMS)
    if slot.use is Use.INCLUDE:
        return target_of(slot.name, Links.INCLUDE, ROOMS)
    return None


def file_key(slot: Slot, page_id: int | None) -> FileKey:
    return page_id, clean_line(slot.name, _MAX_NAME)


def ref_key(target: Target) -> RefKey:
    return target.room, target.folded


def gather(top: Gathered, resolver: Resolver, language: str) -> dict[str, Included]:
    """Read the included pages level by level, each level with one question; all that were found."""
    known: dict[str, Included] = {}
    texts: dict[str, WikiText] = {}
    asked: set[str] = set()
    level = [top]
    for depth in range(1, MAX_LEVELS + 1):
        keys = sorted({key for one in level for key in one.include_keys()} - asked)
        if keys:
            asked.update(keys)
            known.update(resolver.includes(keys))
        following: list[Gathered] = []
        for one in level:
            one.found = {key: known[key] for key in one.include_keys() if key in known}
            for key, page in one.found.items():
                if page.page_id not in one.above and _has_room(key, page, texts):
                    text = texts.get(key) or read_wiki(page.source, language=language)
                    texts[key] = text
                    above = (*one.above, page.page_id)
                    part = Gathered(text, page.page_id, above, is_deepest=depth == MAX_LEVELS)
                    one.parts[key] = part
                    following.append(part)
        level = following
    return known


def _has_room(key: str, page: Included, texts: dict[str, WikiText]) -> bool:
    return key in texts or (len(texts) < MAX_PARTS and len(page.source) <= MAX_PART)


def wanted_by(top: Gathered) -> Wanted:
    """Everything that is named, also by the included pages."""
    wanted = _Wanting()
    for one in top.everything():
        wanted.includes.update(one.include_keys())
        for named in one.named:
            wanted.take(named, one)
    return Wanted(
        pages=tuple(sorted(wanted.pages)),
        includes=tuple(sorted(wanted.includes)),
        refs=tuple(sorted(wanted.refs)),
        files=tuple(sorted(wanted.files, key=lambda key: (key[0] or 0, key[1]))),
        tags=tuple(sorted(list(wanted.tags)[:MAX_LISTS])),
    )


@dataclass(slots=True)
class _Wanting:
    pages: set[str] = field(default_factory=set)
    includes: set[str] = field(default_factory=set)
    refs: set[RefKey] = field(default_factory=set)
    files: set[FileKey] = field(default_factory=set)
    tags: dict[str, None] = field(default_factory=dict)  # in the order of the text

    def take(self, named: Named, text: Gathered) -> None:
        target = named.target
        if named.slot.use in {Use.FILE, Use.PICTURE}:
            self.files.add(file_key(named.slot, text.page_id))
        elif target is None or not target.name:
            return
        elif named.is_list:
            self.tags[target.folded] = None
        elif target.room and target.room not in LISTS:
            self.refs.add(ref_key(target))
        elif not target.room and (text.is_deepest or not named.is_include):
            self.pages.add(target.folded)
