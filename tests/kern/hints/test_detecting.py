"""Detectors: what they see, what they let pass, and that no text keeps them busy."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.moderation.hints import links, personal
from kern.moderation.hints.detecting import Sample, Wishes, detect
from kern.moderation.hints.kinds import WEIGHTS, HintKind
from kern.moderation.hints.sentences import sentence
from kern.moderation.hints.words import WordList, parse

WORDS = parse("Idiot\n*depp\nLügenpresse  # von der Redaktion\nfauler Sack\nArschloch")
CPU_SECONDS = 1.0  # three times what the slowest text below takes


def kinds(text: str, **values: object) -> set[HintKind]:
    sample = Sample(text, **values)  # type: ignore[arg-type]  # values of the dataclass
    return {finding.kind for finding in detect(sample, Wishes(WORDS))}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sie Idiot!", "Idiot"),
        ("Lauter Idioten hier", "Idiot"),
        ("IDIOTEN", "Idiot"),
        ("so ein 1d10t", "Idiot"),
        ("I d i o t", "Idiot"),
        ("I.d.i.o.t.", "Idiot"),
        ("Idiooooot", "Idiot"),
        ("Id*ot", "Idiot"),
        ("Іdіоt", "Idiot"),
        ("Volldeppen", "*depp"),
        ("die Luegenpresse", "Lügenpresse"),
        ("ihr faulen Säcke", "fauler Sack"),
        ("A*******h", "Arschloch"),
        ("Arschlöcher", "Arschloch"),
    ],
)
def test_a_listed_word_is_found_in_its_forms_and_behind_tricks(text: str, found: str) -> None:
    assert WORDS.find(text) == (found,)


@pytest.mark.parametrize(
    "text",
    ["Die Idee ist gut.", "Das Deponieren", "F*** das", "Sack und Pack", "Am 1.10. um 10 Uhr", ""],
)
def test_words_that_only_look_a_little_like_it_pass(text: str) -> None:
    assert WORDS.find(text) == ()


def test_an_empty_word_list_finds_nothing() -> None:
    assert not parse("\n # nur eine Bemerkung\n * \n")
    assert parse("").find("Idiot") == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Siehe https://a.example/x und www.b.de.", 1),
        ("casino-bonus.com und http://casino-bonus.com", 1),
        ("Am 3.10.um acht.Dann weiter", 0),
        ("name@stadt.de", 0),
        ("bit.ly/3xYz", 1),
    ],
)
def test_addresses_are_counted_once_each_also_without_https(text: str, count: int) -> None:
    assert links.find(text.replace("a.example", "a.com"), own_host="b.de").count == count


def test_a_link_behind_words_is_a_link() -> None:
    found = links.find("hier", '<p><a href="https://tinyurl.com/abc?x=1&amp;y=2">hier</a></p>')
    assert found.shortened == ("tinyurl.com",)


def test_few_links_are_worth_a_hint_only_before_the_first_release() -> None:
    assert HintKind.LINKS in kinds("Siehe www.a.de", is_first=True)
    assert HintKind.LINKS not in kinds("Siehe www.a.de")
    assert HintKind.LINKS in kinds("www.a.de www.b.de www.c.de")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Rufen Sie an: 0461/85 12 34", HintKind.PHONE),
        ("+49 (0) 151 - 234 567 89", HintKind.PHONE),
        ("Tel.: (04621) 987-0", HintKind.PHONE),
        ("Schreib an eva.muster@web.de", HintKind.EMAIL),
        ("eva.muster (at) web.de", HintKind.EMAIL),
        ("Konto DE89 3704 0044 0532 0130 00 bitte", HintKind.IBAN),
        ("de89370400440532013000", HintKind.IBAN),
        ("der Wagen SL-AB 123 parkt dort", HintKind.PLATE),
        ("KI XY 4711", HintKind.PLATE),
        ("Frau Petersen-Lund hat das gesagt", HintKind.NAME),
        ("mein Nachbar Klaus von Ahlefeld", HintKind.NAME),
        ("Herr Dr. Möller", HintKind.NAME),
        ("Er wohnt in der Lindenstraße 12a", HintKind.STREET),
        ("Alte Str. 7", HintKind.STREET),
    ],
)
def test_personal_data_is_seen(text: str, kind: HintKind) -> None:
    assert personal.find(text).get(kind) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Am 01.02.2026 von 08.00-12.30 Uhr",
        "DE89 3704 0044 0532 0130 01",  # wrong check digits
        "nach DIN EN 124 und § 3 Abs. 2",
        "Auf der B 76 und der A 7 bei Kilometer 12",
        "24837 Schleswig, 0,5 Prozent, 0.123456",
        "Sehr geehrte Damen und Herren, der Marktplatz und die Lindenstraße",
        "Max Planck Straße und Willy Brandt Platz",
        "Variante A 12 und Plan B 3",
    ],
)
def test_dates_roads_norms_and_squares_are_no_personal_data(text: str) -> None:
    assert personal.find(text).keys() - {HintKind.STREET} == set()


def test_capitals_speed_and_numbers_of_texts_are_hints() -> None:
    assert HintKind.CAPITALS in kinds("WARUM HÖRT UNS HIER KEINER ZU???")
    assert HintKind.CAPITALS not in kinds("Der ADFC und die SPD, CDU")
    assert HintKind.FAST in kinds("x" * 400, typed_ms=900)
    assert HintKind.FAST not in kinds("x" * 400, typed_ms=60_000)
    assert HintKind.FAST not in kinds("x" * 400)
    assert HintKind.MANY in kinds("Hallo", an_hour=5)


def test_every_kind_has_a_weight_and_a_sentence_that_names_no_word_of_the_text() -> None:
    assert WEIGHTS.keys() == set(HintKind)
    text = (
        "SIE IDIOT! Frau Petersen, wohnt Lindenstraße 12, 0461/851234, e@web.de,"
        " SL-AB 123, DE89 3704 0044 0532 0130 00, bit.ly/abc, www.a.de, www.b.de " + "NEIN " * 90
    )
    found = detect(Sample(text, is_first=True, an_hour=9, typed_ms=10), Wishes(WORDS))
    of_other_texts = {HintKind.LOOKALIKE, HintKind.QUOTE}
    assert {finding.kind for finding in found} == set(HintKind) - of_other_texts
    said = " ".join(sentence(finding.kind, finding.facts) for finding in found)
    for word in ("Petersen", "Lindenstraße", "851234", "e@web.de", "AB", "3704"):
        assert word not in said


HOSTILE = [
    "a " * 10_000,
    "a" * 20_000,
    "0" * 20_000,
    "0 " * 10_000,
    "DE00" + " 0" * 9_998,
    "A-" * 10_000,
    "Frau von " * 2_200,
    "a.b." * 5_000,
    "a@" * 10_000,
    "a*" * 10_000,
    "[at]" * 5_000,
    "https://" * 2_500,
    "é" * 20_000,
    "Ab " * 6_666,
    " ".join(f"w{number}x" for number in range(3_000)),
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
def test_no_text_keeps_the_detectors_busy(text: str) -> None:
    before = time.process_time()
    detect(Sample(text, f"<p>{text}</p>"), Wishes(WORDS))
    assert time.process_time() - before < CPU_SECONDS


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_whatever_is_written_there_are_only_hints(text: str) -> None:
    for finding in detect(Sample(text, text, is_first=True, typed_ms=1), Wishes(WordList(["a*"]))):
        assert sentence(finding.kind, finding.facts)
