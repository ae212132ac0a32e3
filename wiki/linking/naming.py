"""When two titles mean one page: as a reader would say, not letter by letter."""

import re
import unicodedata

_GAP = re.compile(r"[\s_]+")


def fold_title(title: str) -> str:
    """What titles are compared by: composed, without case, one blank for a gap.

    Umlauts stay: "Bäcker" and "Backer" are two pages.
    """
    return _GAP.sub(" ", unicodedata.normalize("NFC", title)).strip().casefold()


def is_same_page(one: str, other: str) -> bool:
    return fold_title(one) == fold_title(other)
