"""Public names: pseudonyms that look like nobody else's, and like no office."""

import re

from kern.errors import Invalid
from kern.text import clean_line, fold_name, name_skeleton

SHORTEST = 2
LONGEST = 40

# Wherever they stand in a name, also inside a longer word.
_ANYWHERE = (
    "verwaltung",
    "rathaus",
    "bürgermeister",
    "buergermeister",
    "moderation",
    "moderator",
    "administrat",
    "stadtrat",
    "gemeinderat",
    "ortsrat",
    "landrat",
    "landkreis",
    "ordnungsamt",
    "planungsamt",
    "bauamt",
    "polizei",
    "dorflinde",
    "sachbearbeit",
    "geschäftsstelle",
    "redaktion",
)
# Only as a word of its own: "Darmstadt" and "Adminka" are names.
_AS_WORD = (
    "admin",
    "amt",
    "behörde",
    "dezernat",
    "gemeinde",
    "kreis",
    "mitarbeiter",
    "mitarbeiterin",
    "mod",
    "offiziell",
    "official",
    "operator",
    "referat",
    "root",
    "staff",
    "stadt",
    "support",
    "system",
    "team",
)
# Greek and Cyrillic capitals that look Latin, while their small letters do not: folding the case
# first would hide them ("ΑΝΝΑ" becomes "αννα", which reads as "avva").
_CAPITALS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХІЈЅ", "ABEZHIKMNOPTYXABEKMHOPCTYXIJS")
_ADDRESS = re.compile(r"@|://|www\.|\.(?:de|com|net|org|eu|info)\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")


def check_name(text: str, *, town_name: str = "", is_staff: bool = False) -> tuple[str, str]:
    """The name as shown and its skeleton; raises Invalid for the field `name`."""
    name = clean_line(text, LONGEST + 1)
    if len(name) > LONGEST:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="name", limit=LONGEST)
    skeleton = skeleton_of(name)
    if len(name) < SHORTEST or not any(sign.isalpha() for sign in name) or not skeleton:
        raise Invalid("Bitte mindestens zwei Zeichen, darunter ein Buchstabe.", field="name")
    if _ADDRESS.search(name):
        raise Invalid("Bitte ohne E-Mail- oder Internetadresse.", field="name")
    if not is_staff and sounds_official(name, town_name):
        raise Invalid(
            "Dieser Name klingt nach der Verwaltung. Bitte wählen Sie einen anderen.", field="name"
        )
    return name, skeleton


def sounds_official(name: str, town_name: str = "") -> bool:
    """Whether a reader could take this name for the office's, lookalike letters included."""
    name = name.translate(_CAPITALS)
    whole = name_skeleton(name)
    if any(name_skeleton(word) in whole for word in _ANYWHERE):
        return True
    words = {name_skeleton(word) for word in _WORDS.findall(fold_name(name))} | {whole}
    if words & {name_skeleton(word) for word in _AS_WORD}:
        return True
    town = name_skeleton(town_name)
    return bool(town) and (town in whole if len(town) > 5 else town in words)  # noqa: PLR2004


def skeleton_of(name: str) -> str:
    """What the eye makes of the name: unique among accounts."""
    return name_skeleton(name.translate(_CAPITALS))


def bare_skeleton(name: str) -> str:
    """The skeleton without digits: "Jana Petersen 2" must not stand beside Jana Petersen."""
    return skeleton_of("".join(sign for sign in name if not sign.isdigit()))
