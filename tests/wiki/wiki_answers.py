"""A small town that answers what wiki pages ask, and counts the questions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from wiki.linking import fold_title
from wiki.rendering import (
    FileFound,
    FileKey,
    Frame,
    Included,
    Listed,
    PageFound,
    RefFound,
    RefKey,
    Rendered,
    render_page,
)

ME = 1
FRAME = Frame(page_id=ME, edit_path="/wiki/ortswiki/linde/bearbeiten")


@dataclass
class Town:
    """Pages by title, in the order of their numbers from 2 on; the text of what is included."""

    titles: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    things: Mapping[RefKey, RefFound] = field(default_factory=dict)
    attached: Mapping[FileKey, FileFound] = field(default_factory=dict)
    tagged: Mapping[str, Sequence[Listed]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def pages(self, keys: Collection[str]) -> Mapping[str, PageFound]:
        self.asked.append("pages")
        return {
            fold_title(title): PageFound(number, _path(title), title)
            for number, title in enumerate(self.titles, ME + 1)
            if fold_title(title) in keys
        }

    def includes(self, keys: Collection[str]) -> Mapping[str, Included]:
        self.asked.append("includes")
        return {
            fold_title(title): Included(number, number * 10, _path(title), title, text)
            for number, (title, text) in enumerate(self.texts.items(), 100)
            if fold_title(title) in keys
        }

    def refs(self, keys: Collection[RefKey]) -> Mapping[RefKey, RefFound]:
        self.asked.append("refs")
        return {key: self.things[key] for key in keys if key in self.things}

    def files(self, keys: Collection[FileKey]) -> Mapping[FileKey, FileFound]:
        self.asked.append("files")
        return {key: self.attached[key] for key in keys if key in self.attached}

    def tags(self, keys: Collection[str]) -> Mapping[str, Sequence[Listed]]:
        self.asked.append("tags")
        return {key: self.tagged[key] for key in keys if key in self.tagged}

    def start_path(self, title: str) -> str:
        return f"/wiki/ortswiki/neu?titel={quote(title)}"


def _path(title: str) -> str:
    return f"/wiki/ortswiki/{quote(fold_title(title).replace(' ', '-'))}"


def rendered(source: str, frame: Frame = FRAME, **known: Any) -> Rendered:
    return render_page(source, Town(**known), frame)


def html(source: str, **known: Any) -> str:
    return rendered(source, **known).html


PHOTO = FileFound(
    "/dateien/7/linde.jpg",
    version="a1",
    kind="JPEG",
    size=250_000,
    width=800,
    height=600,
    alt="Eine Linde im Sommer",
    caption="Die Dorflinde",
    author="Anna Kern",
    licence="CC BY-SA 4.0",
)
STATUTES = FileFound("/dateien/8/satzung.pdf", version="b2", kind="PDF", size=1_234_567)
