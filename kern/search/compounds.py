"""German writes words together: `Radweg` shall find `Fahrradweg`, `Spielplatz` `Spielplatzkonzept`.

Words are taken apart when somebody searches, over the words that the town itself uses: there is no
word list to ship, to license or to keep up, and a street of this town is as good as any word. A
word that is nowhere else in the town is believed when what was looked for is long. Works on terms
as `analysis` gives them: folded, without endings.
"""

from collections.abc import Callable

SHORTEST = 3  # letters of a part: Rad, Bus, Weg
LONG = 6  # letters from which a word is hardly the end of another one by chance
UNKNOWN = 4  # letters of the rest when nobody uses it alone
SHORTEST_COMPOUND = 7  # Fahrrad; below, nearly all is chance: Wort is not W + Ort
_DEEPEST = 3  # parts that a rest may have

_LINKS = ("", "s", "n", "e", "en", "er", "es", "ns", "ens")  # Verkehr-s-weg, Straße-n-bahn
_BEGINNINGS = frozenset(
    {"auf", "aus", "bei", "ein", "ent", "her", "hin", "uber", "unter", "ver", "vor", "zer"}
)
_PREFIXES = ("be", "ver", "ent", "heraus")  # Güterbe|förderung
_ENDINGS = ("bar", "haft", "heit", "isch", "keit", "lich", "los", "mass", "sam", "schaft", "ung")
_VOWELS = frozenset("aeiouy")

IsKnown = Callable[[str], bool]


def has_part(word: str, part: str, is_known: IsKnown) -> bool:
    """Whether `part` is the first or the last word in the compound `word`."""
    if len(part) < SHORTEST or len(word) < max(SHORTEST_COMPOUND, len(part) + SHORTEST):
        return False
    if not word.isalpha():
        return False
    if word.endswith(part) and _is_before(word[: -len(part)], part, is_known):
        return True
    if not word.startswith(part):
        return False
    rest = word[len(part) :]
    # Of a final ss the stem keeps one: stras, strassenbahn; but also bus, busspur.
    rests = {rest, rest.removeprefix("s")} if part.endswith("s") else {rest}
    return any(_is_behind(one, part, is_known) for one in rests)


def _is_before(rest: str, part: str, is_known: IsKnown) -> bool:
    """`fahr` before `radweg`, `verkehrs` before `weg`; but not `ver` before `kauf`."""
    if rest in _BEGINNINGS or (rest.endswith(_PREFIXES) and not is_known(rest)):
        return False
    endings = (*_LINKS, "sen") if rest.endswith("ssen") else _LINKS  # strassen before bahn
    wordings = (rest.removesuffix(link) for link in endings if rest.endswith(link))
    return any(_is_made_of(wording, is_known) for wording in wordings) or _is_likely(rest, part)


def _is_behind(rest: str, part: str, is_known: IsKnown) -> bool:
    """`konzept` behind `spielplatz`, `enfest` behind `gart`; but not `lich` behind `burger`."""
    if rest.startswith(_ENDINGS) or (rest.endswith(_ENDINGS) and len(rest) < 2 * UNKNOWN - 1):
        return False
    wordings = (rest.removeprefix(link) for link in _LINKS if rest.startswith(link))
    return any(_is_made_of(wording, is_known) for wording in wordings) or _is_likely(rest, part)


def _is_likely(rest: str, part: str) -> bool:
    return len(part) >= LONG and len(rest) >= UNKNOWN and not _VOWELS.isdisjoint(rest)


def _is_made_of(text: str, is_known: IsKnown, depth: int = _DEEPEST) -> bool:
    """Whether it is a word of the town, or several of them."""
    if len(text) < SHORTEST or depth == 0:
        return False
    if is_known(text):
        return True
    return any(
        is_known(text[:cut].removesuffix("s")) and _is_made_of(text[cut:], is_known, depth - 1)
        for cut in range(SHORTEST + 1, len(text) - SHORTEST + 1)
    )
