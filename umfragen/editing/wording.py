"""Texts of a survey by their place and language. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from umfragen.definition import Definition, Path, Text, dump, load
from umfragen.definition.texts import ANY
from umfragen.editing.draft import Draft, Refused, changed

LANGUAGES: dict[str, str] = {
    "de": "Deutsch",
    "de-x-ls": "Leichte Sprache",
    "en": "English",
    "ar": "العربية",
    "bg": "Български",
    "es": "Español",
    "fa": "فارسی",
    "fr": "Français",
    "hsb": "Hornjoserbsce",
    "hr": "Hrvatski",
    "it": "Italiano",
    "ku": "Kurdî",
    "nds": "Plattdüütsch",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sr": "Srpski",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
}
"""Languages a town may offer, in their own words."""


def words_in(text: Text, language: str, words: str) -> Text:
    """The text with these words in one language. Words without a letter hold in every language."""
    if not any(sign.isalpha() for sign in words):
        rest = {known: said for known, said in text if known not in {language, ANY}}
        return Text.of({**rest, ANY: words} if words and not rest else {**rest, language: words})
    rest = {known: said for known, said in text if known != ANY}
    return Text.of({**rest, language: words})


def text_at(definition: Definition, path: Path) -> Text:
    """The text at this place; refused where there is none."""
    value: Any = definition
    try:
        for step in path:
            value = value[step] if isinstance(step, int) else getattr(value, step)
    except (AttributeError, IndexError, TypeError):
        value = None
    if not isinstance(value, Text):
        raise Refused("Diesen Text gibt es nicht mehr.", path)
    return value


def set_texts(draft: Draft, language: str, texts: Mapping[Path, str]) -> Draft:
    """Many texts at once: what a table of translations sends. All of them or none."""
    document = dump(draft.definition)
    for path, words in texts.items():
        text = words_in(text_at(draft.definition, path), language, words.strip())
        _put(document, path, dict(text))
    return changed(draft, load(document))


def _put(document: dict[str, Any], path: Path, words: dict[str, str]) -> None:
    value: Any = document
    for step in path[:-1]:
        value = value.setdefault(step, {}) if isinstance(value, dict) else value[step]
    value[path[-1]] = words


def add_language(draft: Draft, language: str) -> Draft:
    if language not in LANGUAGES:
        raise Refused("Diese Sprache kennen wir nicht.", ("languages",))
    if language in draft.definition.languages:
        raise Refused("Diese Sprache steht schon da.", ("languages",))
    languages = (*draft.definition.languages, language)
    return changed(draft, replace(draft.definition, languages=languages))


def remove_language(draft: Draft, language: str) -> Draft:
    """The language is no longer offered; its texts stay, so that it can come back."""
    rest = tuple(known for known in draft.definition.languages if known != language)
    if not rest:
        raise Refused("Eine Sprache muss bleiben.", ("languages",))
    return changed(draft, replace(draft.definition, languages=rest))


def set_default_language(draft: Draft, language: str) -> Draft:
    if language not in draft.definition.languages:
        raise Refused("Diese Sprache steht noch nicht da.", ("languages",))
    rest = tuple(known for known in draft.definition.languages if known != language)
    return changed(draft, replace(draft.definition, languages=(language, *rest)))
