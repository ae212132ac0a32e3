"""Addresses, names and passwords: what people type before anything is stored."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.accounts.emails import fold_email
from kern.accounts.names import (
    LONGEST,
    bare_skeleton,
    check_name,
    skeleton_of,
    sounds_official,
)
from kern.accounts.passwords import (
    common_words,
    hash_password,
    is_common,
    needs_rehash,
    require_good,
    verify,
)
from kern.errors import Invalid
from kern.text import name_skeleton

MEMORY = 64  # KiB: quick, and the same code


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        (" Anna@Beispiel.DE ", "anna@beispiel.de"),
        ("anna@müller.de", "anna@xn--mller-kva.de"),
        ("anna@mu\u0308ller.de", "anna@xn--mller-kva.de"),
        ("ANNA+Rathaus@lindenau.example", "anna+rathaus@lindenau.example"),
    ],
)
def test_an_address_has_one_form(typed: str, folded: str) -> None:
    assert fold_email(typed) == folded
    assert fold_email(folded) == folded


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@",
        "@beispiel.de",
        "anna@beispiel",
        "anna@beispiel.de\nBcc: alle@beispiel.de",
        "anna@beispiel.de\r\n",
        "anna\0@beispiel.de",
        "anna@beispiel.de,bernd@beispiel.de",
        "Anna <anna@beispiel.de>",
        "anna@[127.0.0.1]",
        '"a b"@beispiel.de',
        "a" * 250 + "@beispiel.de",
        "änna@beispiel.de",
        "anna@beispiel.de\u2028",
    ],
)
def test_what_is_no_address_is_refused_at_its_field(typed: str) -> None:
    if typed.strip() == "anna@beispiel.de":
        assert fold_email(typed) == "anna@beispiel.de"
        return
    with pytest.raises(Invalid) as refused:
        fold_email(typed)
    assert refused.value.field == "email"


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_address_carries_a_header(front: str, back: str) -> None:
    try:
        address = fold_email(f"{front}@beispiel.de{back}")
    except Invalid:
        return
    assert address.isascii()
    assert address.isprintable()
    assert not set(address) & set(' ,;<>"()\\:')
    assert address == address.lower()
    assert fold_email(address) == address


@pytest.mark.parametrize("name", ["Helga Martens", "Cem Yıldız", "Seehund 7", "李 雷", "Jörg"])
def test_people_are_called_what_they_like(name: str) -> None:
    assert check_name(name, town_name="Lindenau am See")[0] == name


@pytest.mark.parametrize(
    "name",
    [
        "Stadtverwaltung",
        "Stadt Lindenau",
        "Das Rathaus",
        "Bürgermeisterin Martens",
        "Buergermeister",
        "Moderation",
        "M0derati0n",
        "Μoderation",  # with a Greek letter in front
        "Admin",
        "ADMIN 1",
        "adm\u200bin",
        "S t a d t",
        "Team Beteiligung",
        "Lindenau am See",
        "LindenauAmSee",
        "Freunde von Lindenau am See",
    ],
)
def test_nobody_takes_the_voice_of_the_office(name: str) -> None:
    with pytest.raises(Invalid):
        check_name(name, town_name="Lindenau am See")


@pytest.mark.parametrize("name", ["Darmstadt", "Adminka", "Kreisel", "Teamo", "Lindenauer Lerche"])
def test_a_name_that_only_resembles_an_office_is_free(name: str) -> None:
    assert not sounds_official(name, "Lindenau am See")


@pytest.mark.parametrize(
    "name", ["", "x", "77", "!!", " \u200b ", "anna@beispiel.de", "www.laden", "x" * 41, "\u202e"]
)
def test_a_name_needs_letters_and_is_no_address(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_name(name)
    assert refused.value.field == "name"


@given(st.text(max_size=80))
def test_a_name_that_is_taken_can_be_shown_anywhere(typed: str) -> None:
    try:
        name, skeleton = check_name(typed, is_staff=True)
    except Invalid:
        return
    assert 2 <= len(name) <= LONGEST
    assert skeleton
    assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in name)
    assert check_name(name, is_staff=True) == (name, skeleton)


@pytest.mark.parametrize(
    "twin", ["\u0391\u039d\u039d\u0391", "ANNA", "\uff21nna", "A\u200bnna", "\u0410nna", "Ánna"]
)
def test_what_looks_the_same_is_the_same(twin: str) -> None:
    assert skeleton_of(twin) == skeleton_of("Anna")


def test_a_number_makes_no_other_person() -> None:
    assert bare_skeleton("Jana Petersen 2") == name_skeleton("Jana Petersen")


@pytest.mark.parametrize(
    "password",
    [
        "passwort1234",
        "P@ssw0rt!!2024",
        "Sommer2024!!!",
        "qwertzuiopü1",
        "1q2w3e4r5t6z",
        "123456789012",
        "987654321098",
        "aaaaaaaaaaaa",
        "hallohallohallo",
        "ichliebedich1",
        "Lindenau2024!",
        "helga.martens1",
        "correct horse battery staple",
    ],
)
def test_a_well_known_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_good(password, ["Lindenau am See", "Helga Martens", "helga.martens@beispiel.de"])
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "Kuhglocke zählt Wolken",
        "vier Schafe am Zaun",
        "aB3$kq9Zp!xY",
        "8!73$92-04#ab",
        "x7 Passwort mit Kuchen und Regen",
        "密码" * 3 + "Ahornblatt",
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    require_good(password, ["Lindenau am See", "Helga Martens"])


def test_the_list_of_common_words_is_long_enough() -> None:
    assert len(common_words()) > 1000
    assert {"passwort", "qwertz", "iloveyou", "bundesliga"} <= common_words()


def test_eleven_signs_are_too_few_and_a_thousand_are_enough() -> None:
    long = " ".join(f"wort{number}" for number in range(200))[:1000]
    require_good(long)
    for password in ("Kuhglocke z", long + "x"):
        with pytest.raises(Invalid):
            require_good(password)


@given(st.text(min_size=1, max_size=200))
def test_the_check_of_a_password_never_fails(password: str) -> None:
    assert is_common(password) in {True, False}


def test_a_long_password_is_judged_quickly() -> None:
    started = time.process_time()
    is_common("abcdefgh" * 125)
    is_common("qwertz" * 160 + "x" * 40)
    assert time.process_time() - started < 0.2


def test_a_password_counts_to_its_last_letter() -> None:
    password = "Kuhglocke " * 99 + "1234567890"
    hashed = hash_password(password, MEMORY)

    assert hashed.startswith("$argon2id$")
    assert verify(hashed, password, MEMORY)
    assert not verify(hashed, password[:-1], MEMORY)


def test_both_ways_to_type_an_umlaut_are_one() -> None:
    hashed = hash_password("K\u00fche auf der Weide", MEMORY)

    assert verify(hashed, "Ku\u0308he auf der Weide", MEMORY)


def test_without_a_password_nothing_fits() -> None:
    assert not verify(None, "a password that nobody has", MEMORY)
    assert not verify("broken", "a password that nobody has", MEMORY)


def test_other_parameters_ask_for_a_new_hash() -> None:
    hashed = hash_password("Kuhglocke zählt Wolken", MEMORY)

    assert not needs_rehash(hashed, MEMORY)
    assert needs_rehash(hashed, MEMORY * 2)
