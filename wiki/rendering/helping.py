"""The page "So schreiben Sie im Wiki": a source as everybody writes it, with an example town."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wiki.rendering.asking import (
    FileFound,
    FileKey,
    Frame,
    Included,
    Listed,
    PageFound,
    RefFound,
    RefKey,
    Rendered,
)
from wiki.rendering.rendering import render_page

FOLDER = Path(__file__).parents[2] / "templates" / "wiki" / "hilfe"
SOURCES = {"de": "schreiben.md", "en": "schreiben.en.md"}
_HERE = "/wiki"  # where the examples lead
_POINT = {"type": "Point", "coordinates": [10.0, 54.0]}


@dataclass(frozen=True, slots=True)
class _ExampleTown:
    picture: str

    def pages(self, keys: Collection[str]) -> Mapping[str, PageFound]:
        return {"linde": PageFound(1, _HERE, "Linde")} if "linde" in keys else {}

    def includes(self, keys: Collection[str]) -> Mapping[str, Included]:
        source = "Das Strandbad öffnet im Sommer **von 9 bis 20 Uhr**."
        times = Included(2, 1, _HERE, "Öffnungszeiten", source)
        return {"öffnungszeiten": times} if "öffnungszeiten" in keys else {}

    def refs(self, keys: Collection[RefKey]) -> Mapping[RefKey, RefFound]:
        titles = {"projekt": "Radweg am See", "umfrage": "Spielplatz"}
        return {key: RefFound(_HERE, titles[key[0]]) for key in keys}

    def files(self, keys: Collection[FileKey]) -> Mapping[FileKey, FileFound]:
        linde = FileFound(
            self.picture, "1", "SVG", 3_000, 240, 160, author="Anna Kern", licence="CC BY-SA 4.0"
        )
        statutes = FileFound(_HERE, "1", "PDF", 1_234_567)
        known = {"linde.svg": linde, "satzung.pdf": statutes}
        return {key: known[key[1]] for key in keys if key[1] in known}

    def tags(self, keys: Collection[str]) -> Mapping[str, Sequence[Listed]]:
        trees = [Listed(1, _HERE, "Dorflinde", _POINT), Listed(3, _HERE, "Kaisereiche")]
        return {"bäume": trees} if "bäume" in keys else {}

    def start_path(self, title: str) -> str:
        return _HERE


def render_help(picture: str, language: str = "de") -> Rendered:
    """`picture` is the address of one of our own drawings. In German where it is not translated."""
    spoken = language if language in SOURCES else "de"
    source = (FOLDER / SOURCES[spoken]).read_text(encoding="utf-8")
    return render_page(source, _ExampleTown(picture), Frame(language=spoken))
