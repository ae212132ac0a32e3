"""How easy texts are to read, as one number from 0 (very hard) to 100 (very easy). Pure.

German: Toni Amstad, Wie verständlich sind unsere Zeitungen?, Zürich 1978:
    180 - words per sentence - 58.5 * syllables per word
English: Rudolf Flesch, A new readability yardstick, Journal of Applied Psychology 32 (1948):
    206.835 - 1.015 * words per sentence - 84.6 * syllables per word

Syllables are counted by groups of vowels, which is right for about nine words of ten. Other
languages have formulas of their own; nothing is said about them here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from umfragen.words import Words

LEAST_WORDS = 60
"""Below this the number says more about single words than about the text."""

HARD = 50

_WORD = re.compile(r"[A-Za-zÄÖÜäöüßÀ-ÿ]+(?:['’-][A-Za-zÄÖÜäöüßÀ-ÿ]+)*")
_SENTENCE = re.compile(r"[.!?:…]+(?=\s|$)|\n+")
_PLACE = re.compile(r"\{[^{}]*\}")
_GERMAN = re.compile(r"äu|au|ei|ai|ey|ay|eu|ie|aa|ee|oo|[aeiouyäöüàâéèêëîïôû]")
_ENGLISH = re.compile(r"[aeiouy]+")

BANDS: tuple[tuple[int, Words], ...] = (
    (70, Words("leicht zu lesen")),
    (60, Words("gut zu lesen")),
    (HARD, Words("etwas anspruchsvoll")),
    (30, Words("schwer zu lesen")),
    (0, Words("sehr schwer zu lesen")),
)


@dataclass(frozen=True, slots=True)
class Ease:
    score: int
    words: Words

    @property
    def is_hard(self) -> bool:
        return self.score < HARD


def reading_ease(texts: Iterable[str], language: str) -> Ease | None:
    """Of all the texts together; None for too little text and for languages without a formula."""
    base = language.partition("-")[0]
    if base not in {"de", "en"}:
        return None
    sentences = [found for text in texts for found in sentences_of(text)]
    words = [word for sentence in sentences for word in words_of(sentence)]
    if len(words) < LEAST_WORDS:
        return None
    length = len(words) / len(sentences)
    syllables = sum(count_syllables(word, base) for word in words) / len(words)
    raw = (
        180 - length - 58.5 * syllables
        if base == "de"
        else 206.835 - 1.015 * length - 84.6 * syllables
    )
    score = round(max(0, min(100, raw)))
    return Ease(score, next(words for least, words in BANDS if score >= least))


def sentences_of(text: str) -> list[str]:
    """Sentences with at least one word; places for answers count as nothing."""
    found = _SENTENCE.split(_PLACE.sub(" ", text))
    return [sentence.strip() for sentence in found if _WORD.search(sentence)]


def words_of(sentence: str) -> list[str]:
    return _WORD.findall(sentence)


def count_syllables(word: str, language: str = "de") -> int:
    word = word.lower()
    if language == "de":
        return max(1, len(_GERMAN.findall(word)))
    count = len(_ENGLISH.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and count > 1
    return max(1, count - silent)
