"""What may be about a certain person: numbers, addresses, names. Counted, never copied."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kern.moderation.hints.kinds import HintKind

LONGEST_TEXT = 20_000
FIRST_NAMES = frozenset((Path(__file__).parent / "first_names.txt").read_text("utf-8").split())
"""Common in Germany, without those that are everyday words as well (Ernst, Heide, Mark)."""

_EMAIL = re.compile(
    r"[\w.+-]{1,64}(?:@|[ ]?[\[({](?:at|ät)[\])}][ ]?)[\w-]{1,63}"
    r"(?:(?:\.|[ ]?[\[({](?:dot|punkt)[\])}][ ]?)[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)

# Lengths from the IBAN registry (ISO 13616), for the countries people here bank in.
_COUNTRIES = """
AT20 BE16 CH21 CZ24 DE22 DK18 EE20 ES24 FR27 GB22 GR27 HR21 HU28 IE22 IT27 LI21 LT20 LU20 LV21 NL18
NO15 PL28 PT25 RO24 SE24 SI19 SK24 TR26 UA29
"""
_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _COUNTRIES.split()}
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]){11,26}", re.IGNORECASE)

_PHONE = re.compile(r"(?<![\w.,/:-])(?:\+|\(?0)[\d()/ .–-]{5,24}\d(?![\w%€])")
_DATE = re.compile(
    r"\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?|\d{1,2}[.:]\d{2}\s?[–-]\s?\d{1,2}[.:]\d{2}"
)
_PHONE_DIGITS = range(7, 16)  # E.164 ends at 15

# One to three letters for the district, then letters and digits; capitals, as plates are written.
_PLATE = re.compile(
    r"(?<![\w-])([A-ZÄÖÜ]{1,3})(?:-| |[ ]?-[ ]?)([A-Z]{1,2})[ -]?([1-9]\d{0,3})[EH]?(?![\w-])"
)
_NO_DISTRICT = frozenset({"DIN", "ISO", "EN", "EU", "CO", "NO", "PM", "VO", "AG", "GB", "TOP"})
_LONGEST_PLATE = 8

_TITLE = (
    r"(?:Herrn?|Frau|Familie|Eheleute|Nachbarn?|Nachbarin|Dr\.|Prof\.|Professor(?:in)?|"
    r"(?:Ober)?[Bb]ürgermeister(?:in)?|Landr[aä]t(?:in)?|Ratsherrn?|Ratsfrau|Stadtr[aä]t(?:in)?)"
)
_NAME = r"[A-ZÄÖÜ][a-zäöüßé]{2,24}(?:-[A-ZÄÖÜ][a-zäöüßé]{2,24})?"
_SURNAME = rf"(?:(?:von|van|de|zu|der|den|Dr\.|Prof\.) ){{0,3}}{_NAME}"
_TITLED = re.compile(rf"(?<!\w){_TITLE} {_SURNAME}(?!\w)")
_FULL = re.compile(
    rf"(?<![\w-])([A-ZÄÖÜ][a-zäöüßé]{{1,14}})(?:-[A-ZÄÖÜ][a-zäöüßé]{{1,14}})? {_SURNAME}(?![\w-])"
    r"(?! (?:Str|Weg|Platz|Allee|Ring|Schule|Halle|Haus|Brücke))"
)
_AFTER_TITLE = frozenset({"Damen", "Herren", "Kollegen", "Kolleginnen"})
_NAMED_PLACE = re.compile(
    r"(?:straße|strasse|str|weg|platz|allee|schule|halle|haus|brücke|ring)$", re.IGNORECASE
)

_STREET = re.compile(
    r"(?<!\w)[A-ZÄÖÜ][\wäöüß-]{1,30}(?:(?:straße|strasse|str\.|weg|allee|gasse|platz|ring|damm|ufer|"
    r"chaussee|stieg|twiete|redder|kamp)|[ -](?:Straße|Str\.|Weg|Allee|Gasse|Platz|Ring|Damm|Ufer))"
    r" (?:Nr\. ?)?[1-9]\d{0,3} ?[a-z]?(?![\w%€])"
)


def find(text: str) -> dict[HintKind, int]:
    """How often each kind of personal data seems to occur; kinds that do not are missing."""
    text = text[:LONGEST_TEXT]
    counts = {kind: len(set(look(text))) for kind, look in _LOOKS.items()}
    return {kind: count for kind, count in counts.items() if count}


def emails(text: str) -> Iterator[str]:
    for match in _EMAIL.finditer(text):
        yield match[0]


def ibans(text: str) -> Iterator[str]:
    """Only such as have the right length for their country and the right check digits."""
    for match in _IBAN.finditer(text):
        letters = "".join(char for char in match[0].upper() if char.isalnum())
        length = _LENGTHS.get(letters[:2], 0)
        if length and len(letters) >= length and is_iban(letters[:length]):
            yield letters[:length]


def is_iban(letters: str) -> bool:
    """ISO 7064 MOD 97-10 over capitals and digits without blanks."""
    moved = letters[4:] + letters[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def phones(text: str) -> Iterator[str]:
    without = _IBAN.sub(" ", text)
    for match in _PHONE.finditer(without):
        digits = "".join(char for char in match[0] if char.isdigit())
        if _DATE.match(match[0]) or match[0].startswith("0."):
            continue
        if len(digits) in _PHONE_DIGITS and (
            match[0][0] == "+" or digits[1] != "0" or digits[2:3] != "0"
        ):
            yield digits


def plates(text: str) -> Iterator[str]:
    for match in _PLATE.finditer(text):
        district, letters, digits = match.groups()
        is_short = len(district + letters + digits) <= _LONGEST_PLATE
        if is_short and district not in _NO_DISTRICT:
            yield f"{district}-{letters}{digits}"


def names(text: str) -> Iterator[str]:
    for match in _TITLED.finditer(text):
        if match[0].rpartition(" ")[2] not in _AFTER_TITLE:
            yield match[0].rpartition(" ")[2]
    for match in _FULL.finditer(text):
        last = match[0].rpartition(" ")[2]
        if match[1] in FIRST_NAMES and not _NAMED_PLACE.search(last):
            yield last


def streets(text: str) -> Iterator[str]:
    for match in _STREET.finditer(text):
        yield match[0]


_LOOKS: Mapping[HintKind, Callable[[str], Iterator[str]]] = {
    HintKind.EMAIL: emails,
    HintKind.IBAN: ibans,
    HintKind.PHONE: phones,
    HintKind.PLATE: plates,
    HintKind.NAME: names,
    HintKind.STREET: streets,
}
