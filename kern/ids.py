"""Names that cannot be guessed, and the short numbers people read aloud."""

import hashlib
import re
import secrets

_SPOKEN = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I, which people mix up
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

LARGEST_ID = 2**31 - 1  # of an INTEGER column on PostgreSQL


def parse_id(text: str | None) -> int | None:
    """A number as an address carries it; None for anything else, and beyond what a table holds."""
    if text is None or not re.fullmatch(r"[0-9]{1,10}", text):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def new_token() -> str:
    """43 characters, 256 bits: for links that stand in for a password."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What the database keeps of a token. Plain SHA-256: 256 random bits need no stretching."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_receipt() -> str:
    """A receipt number such as `7F4K-2M9Q`, for the phone and the counter."""
    letters = [secrets.choice(_SPOKEN) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def slugify(title: str, fallback: str = "ohne-titel") -> str:
    """`Spielplatz am Ahornweg (Süd)` -> `spielplatz-am-ahornweg-sued`, at most 60 characters."""
    lowered = title.lower().translate(_FOLD)
    slug = re.sub(r"[^a-z0-9]+", "-", lowered).strip("-")[:60].strip("-")
    return slug or fallback
