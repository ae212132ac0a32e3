"""Kept searches wait for texts: a text asks only the few that it may fit, and forgets none."""

import random

import pytest

from kern.search.matching import Text
from kern.search.query import Query, parse
from kern.search.synonyms import read
from kern.search.waiting import Waiting
from tests.kern.search.building import generated, make_document

MEANT = read("Müll, Abfall\nÖPNV > Bus, Bahn")
TYPED = (
    *("Radweg", "radw*", "Rad", "Wege", '"am Ufer"', "Spielplatz -Ufer", "Müll", "ÖPNV", "Str"),
    *("Bürger:innen", "Straße", "der", "-Park", "Parkbänke Ufer", 'Licht "am Hafen"', "mark*"),
)


def queries(count: int) -> dict[int, Query]:
    dice = random.Random(3)  # noqa: S311 - not for secrets
    words = [word for text in generated(60) for word in text.body.split()]
    typed = [*TYPED, *(" ".join(dice.sample(words, dice.randint(1, 3))) for _ in range(count))]
    return {number: parse(text, synonyms=MEANT) for number, text in enumerate(typed)}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """Every query that a text was compared with."""
    found: list[Query] = []
    real = Text.fits

    def fits(text: Text, query: Query) -> bool:
        found.append(query)
        return real(text, query)

    monkeypatch.setattr(Text, "fits", fits)
    return found


def test_a_text_fits_the_same_searches_as_if_each_were_asked() -> None:
    kept = queries(300)
    waiting = Waiting(kept.items())
    texts = [Text(document) for document in generated(40)]
    texts += [
        Text(make_document(1, "Fahrradwege", "Am Ufer fehlt Licht am Hafen.")),
        Text(make_document(2, "Abfallkörbe", "Die Straßenbahn und der Stadtbus halten.")),
        Text(make_document(3, "", "")),
    ]

    for text in texts:
        assert waiting.fitting(text) == {name for name, one in kept.items() if text.fits(one)}
    assert all(any(name in waiting.fitting(text) for text in texts) for name in (0, 6, 7))


def test_of_thousands_of_searches_a_text_asks_a_few(asked: list[Query]) -> None:
    waiting = Waiting((number, parse(f"Wort{number} Park")) for number in range(5_000))

    found = waiting.fitting(Text(make_document(1, "Park", "Wort17 und Wort4711 im Park")))

    assert found == {17, 4711}
    assert len(asked) < 50
