"""The town's list of words that mean the same, read as people write it.

`Rathaus, Stadtverwaltung` is a group: each finds the others. `ÖPNV > Bus, Bahn` goes one way.
Phrases and exclusions mean what was typed.
"""

from collections.abc import Iterator
from functools import lru_cache

from kern.errors import Invalid
from kern.search import analysis
from kern.search.alternatives import Synonyms

FIELD = "synonyms"
MAX_LINES = 500
MAX_WORDS = 12  # in a line, and of one word altogether
_ONE_WAY = ">"
_REMARK = "#"

Line = tuple[tuple[str, ...], tuple[str, ...]]
"""Terms that may be typed, and terms that are looked for with them."""


@lru_cache(maxsize=64)
def read(text: str) -> Synonyms:
    """Never raises: what a line says that nobody could save is left out."""
    found: dict[str, dict[str, None]] = {}
    for line in _lines(text)[:MAX_LINES]:
        try:
            typed, meant = _line(line)
        except Invalid:
            continue
        for term in typed:
            others = [other for other in meant if other != term]
            found.setdefault(term, {}).update(dict.fromkeys(others))
    return {term: tuple(others)[:MAX_WORDS] for term, others in found.items()}


def check(text: str) -> None:
    """Raises Invalid with the line that nobody could follow."""
    lines = _lines(text)
    if len(lines) > MAX_LINES:
        raise Invalid("Bitte höchstens %(limit)s Zeilen.", limit=MAX_LINES, field=FIELD)
    for line in lines:
        _line(line)


def _lines(text: str) -> list[str]:
    lines = (line.partition(_REMARK)[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _line(line: str) -> Line:
    left, arrow, right = line.partition(_ONE_WAY)
    if _ONE_WAY in right:
        raise Invalid("In „%(line)s“ steht mehr als ein >.", line=line, field=FIELD)
    typed = tuple(_terms(left, line))
    meant = tuple(_terms(right, line)) if arrow else typed
    if not typed or not meant or (len({*typed, *meant}) == 1):
        raise Invalid(
            "In „%(line)s“ fehlt ein zweites Wort. Schreiben Sie zum Beispiel: Müll, Abfall.",
            line=line,
            field=FIELD,
        )
    if len({*typed, *meant}) > MAX_WORDS:
        raise Invalid(
            "In „%(line)s“ stehen mehr als %(limit)s Wörter. Bitte teilen Sie die Zeile.",
            line=line,
            limit=MAX_WORDS,
            field=FIELD,
        )
    return typed, meant


def _terms(part: str, line: str) -> Iterator[str]:
    for entry in part.split(","):
        if entry.strip():
            yield _term(entry.strip(), line)


def _term(entry: str, line: str) -> str:
    words = [word for word, _, _ in analysis.words(entry)]
    if len(words) > 1:
        raise Invalid(
            "„%(entry)s“ sind mehrere Wörter. Bitte schreiben Sie zwischen zwei Kommas nur eins.",
            entry=entry,
            field=FIELD,
        )
    term = analysis.stem_of(words[0]) if words else ""
    if not term:
        raise Invalid(
            "„%(entry)s“ in „%(line)s“ ist kein Wort, nach dem man suchen kann.",
            entry=entry,
            line=line,
            field=FIELD,
        )
    return term
