"""Names that look alike are one name."""

import json

import pytest

from kern.text import clean_line, fold_name, name_skeleton
from tests.kern.text.allow_list import HOSTILE, needs_hostile

OFFICES = (
    *("admin", "moderation", "stadtverwaltung", "bürgermeister", "root", "redaktion"),
    "planungsamt",
)
_ALPHABETS = (
    *("homoglyph", "fullwidth", "mathbold", "circled", "NFD", "upper", "turkish-I", "dotless"),
    *("longs", "capital-sharp-s"),
)
_HIDING = ("-start", "-mid", "-end")


@needs_hostile
def test_nobody_passes_for_the_office_by_letters_that_look_alike() -> None:
    offices = {name_skeleton(name) for name in OFFICES}
    assert len(offices) == len(OFFICES)
    lines = (HOSTILE / "unicode.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    tricks = [r for r in rows if r["name"] in _ALPHABETS or r["name"].endswith(_HIDING)]
    assert len(tricks) > 400
    assert [r for r in tricks if name_skeleton(r["s"]) not in offices] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Köln", "KO\u0308LN"),
        ("Straße", "STRASSE"),
        ("Anna  Berg", " anna\u00a0berg "),
        ("ﬁnanzen", "Finanzen"),
        ("ad\u200bmin", "admin"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_case_and_form_make_no_other_name(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "Αnna"),
        ("Max Muster", "max_muster"),
        ("Bürgermeister", "Bürgerrneister"),
        ("Otto", "0tt0"),
        ("Karl", "Kar1"),
        ("Ida", "lda"),
        ("Straße", "Straβe"),
        ("Müller", "Muller"),
        ("Wolf", "VVolf"),
        ("Anna", "🅰🅝🅝🅰"),
        ("Åsa", "Asa"),
    ],
)
def test_lookalikes_share_a_skeleton(one: str, other: str) -> None:
    assert name_skeleton(one) == name_skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "Hanna"),
        ("Meier", "Meyer"),
        ("Анна", "Anna"),
        ("😀", "😎"),
        ("李", "王"),
        ("A1", "A2"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)
    assert name_skeleton(one) != name_skeleton(other)


def test_a_name_of_nothing_visible_is_empty() -> None:
    for name in ("", " ", "\u200b\u202e", "\u3164", "\u2800", "\ue000", "\xad", "\u115f"):
        assert fold_name(name) == ""
        assert name_skeleton(name) == ""
        assert clean_line(name, 40) == ""
