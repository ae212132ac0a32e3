"""Public names that must differ for the eye, not only for the computer."""

import re
import unicodedata

from kern.text.confusables import LOOKALIKES

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
_NOT_A_SIGN = frozenset("\u115f\u1160\u3164\uffa0\ufffc\ufffd\u2800")
_BLANKS = re.compile(r"\s+")
_PAIRS = (("rn", "m"), ("vv", "w"))


def fold_name(name: str) -> str:
    """The name without case, styles and hidden characters: equal for `Köln`, `KÖLN` and `ｋöln`."""
    text = _BLANKS.sub(" ", _visible(unicodedata.normalize("NFKC", _BLANKS.sub(" ", name))))
    return unicodedata.normalize("NFKC", _visible(text.casefold())).strip()


def name_skeleton(name: str) -> str:
    """What the eye makes of the name; two names with one skeleton must not both be given.

    After Unicode UTS 39, section 4, with a table of our own: lookalikes become Latin, accents,
    blanks and punctuation go, i, l and 1 are one sign, so are o and 0, and rn reads as m.
    Equal folded names have equal skeletons. A name without any letter or digit keeps its signs.
    """
    folded = fold_name(name)
    marked = unicodedata.normalize("NFKD", folded.translate(LOOKALIKES)).translate(LOOKALIKES)
    signs = "".join(char for char in marked if unicodedata.category(char) not in _MARKS)
    letters = "".join(char for char in signs if char.isalnum()) or _BLANKS.sub("", signs)
    letters = letters.casefold().replace("l", "i")
    for pair, sign in _PAIRS:
        letters = letters.replace(pair, sign)
    return letters


def _visible(text: str) -> str:
    return "".join(
        char
        for char in text
        if unicodedata.category(char) not in _HIDDEN
        and char not in _NOT_A_SIGN
        and not 0xFE00 <= ord(char) <= 0xFE0F  # noqa: PLR2004 - variation selectors
        and not 0xE0100 <= ord(char) <= 0xE01EF  # noqa: PLR2004 - and their supplement
        and char != "\u034f"
    )
