"""What stands before the colon of a link: files, categories, other languages."""

import re
from dataclasses import dataclass

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8})?")
_PROJECTS = frozenset(
    {"w", "wikipedia", "commons", "wikt", "b", "q", "s", "v", "d", "m", "species"}
)


@dataclass(frozen=True, slots=True)
class Namespaces:
    """Names in lower case, as a wiki's export lists them."""

    files: frozenset[str]
    categories: frozenset[str]
    templates: frozenset[str]

    def split(self, target: str) -> tuple[str, str]:
        """(kind, rest): kind is "file", "category", "language", "project" or "" for a page. A
        leading colon makes a file, category or language an ordinary link."""
        name, colon, rest = target.partition(":")
        name = name.strip().casefold()
        if not colon or not rest.strip():
            return "", target
        if target.lstrip().startswith(":"):
            return "", target.lstrip().lstrip(":")
        if name in self.files:
            return "file", rest.strip()
        if name in self.categories:
            return "category", rest.strip()
        if name in _PROJECTS:
            return "project", rest.strip()
        return ("language", rest.strip()) if _LANGUAGE.fullmatch(name) else ("", target)


GERMAN_AND_ENGLISH = Namespaces(
    files=frozenset({"file", "image", "media", "datei", "bild"}),
    categories=frozenset({"category", "kategorie"}),
    templates=frozenset({"template", "vorlage"}),
)
