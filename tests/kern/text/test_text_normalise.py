"""Unicode on its way in."""

import pytest

from kern.text import clean_line, render
from kern.text.normalise import normalise

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    "kept",
    [
        FAMILY,
        "\u2764\ufe0f\u200d\U0001f525",
        "\U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea 1\ufe0f\u20e3",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "Bürger\xadmeister",
        "10\u00a0% „so“ – ja … 5 €",
        "می\u200cخواهم",
        "क्\u200dष",
        "שָׁלוֹם",
        "Việt Nam",
    ],
)
def test_what_a_script_needs_stays(kept: str) -> None:
    assert normalise(kept) == normalise(normalise(kept))
    assert [char for char in kept if char in "\u200c\u200d\xad\ufe0f\U000e0067"] == [
        char for char in normalise(kept) if char in "\u200c\u200d\xad\ufe0f\U000e0067"
    ]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\u200db\u200bc\ufeffd\u2060", "abcd"),
        ("\xada\xad \xadb", "a b"),
        ("a\ufe0fb", "ab"),
        ("a\U000e0041b", "ab"),
        ("a\x00\x07\x1b\x7f\x80b", "ab"),
        ("a\ud800b\uffffc\ufdd0d\U0001fffee", "abcde"),
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("Ko\u0308ln", "Köln"),
        ("\uf0b7 Punkt", "• Punkt"),
        ("H" + "\u0300" * 50 + "i", "H" + "\u0300" * 4 + "i"),
    ],
)
def test_what_hides_or_deceives_goes(typed: str, stored: str) -> None:
    expected = stored if "\u0300" not in stored else "H\u0300\u0300\u0300\u0300i"
    assert normalise(typed) == expected


def test_an_emoji_arrives_whole_on_the_page() -> None:
    assert render(f"Danke {FAMILY}!").html == f"<p>Danke {FAMILY}!</p>"


def test_a_soft_hyphen_is_on_the_page_but_not_in_the_index() -> None:
    text = render("Bürger\xadmeister")
    assert text.html == "<p>Bürger\xadmeister</p>"
    assert text.plain == "Bürgermeister"


def test_a_title_is_one_line_without_tricks() -> None:
    assert clean_line("  Mehr\tBäume\r\n\u202efür\u2028 den   Markt\x00 ", 80) == (
        "Mehr Bäume für den Markt"
    )


def test_a_title_is_cut_between_signs_and_not_inside_one() -> None:
    assert clean_line("Danke " + FAMILY, 9) == "Danke"
    assert clean_line("a" * 100, 10) == "a" * 10
    assert clean_line("na\u0308chste"[:3], 2) == "nä"
