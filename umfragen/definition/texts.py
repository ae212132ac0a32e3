"""What an editor wrote, in one or more languages, with a fallback for those still missing."""

import re
from collections.abc import Iterable, Mapping
from typing import Self

ANY = ""
"""Stands for every language: numbers on a scale, names of streets."""

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")


class Text(tuple[tuple[str, str], ...]):
    """Pairs of language and words, sorted. Leichte Sprache is a language: `de-x-ls`."""

    __slots__ = ()

    @classmethod
    def of(cls, words: str | Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> Self:
        """Empty translations count as missing."""
        if isinstance(words, str):
            words = {ANY: words}
        return cls(sorted((language, text) for language, text in dict(words).items() if text))

    def say(self, language: str, default: str = "de") -> str:
        """The words in this language, else in its base (`de-x-ls` in `de`), else in `default`,
        else in whatever language there is; "" only where nobody wrote anything."""
        words = dict(self)
        for wanted in (language, language.partition("-")[0], default, ANY):
            if wanted in words:
                return words[wanted]
        return next(iter(words.values()), "")

    def has(self, language: str) -> bool:
        """Whether nothing is left to translate into this language."""
        return not self or any(known in (language, ANY) for known, _ in self)


NOTHING = Text()
