"""How a text was written rather than what it says: in capitals, faster than anybody types."""

LONGEST_TEXT = 20_000
_LEAST_LETTERS = 20
_SHARE = 0.7

FASTEST_MS = 30
"""Milliseconds for a character. The fastest typists need 70; what is faster was pasted."""
_LEAST_TYPED = 60  # characters: a phone's suggestions write short answers by themselves


def is_shouted(text: str) -> bool:
    letters = [char for char in text[:LONGEST_TEXT] if char.isalpha()]
    if len(letters) < _LEAST_LETTERS:
        return False
    return sum(char.isupper() for char in letters) >= _SHARE * len(letters)


def is_fast(characters: int, typed_ms: int | None) -> bool:
    """`typed_ms` is what the writer's own browser measured: absent without a script, and easily
    invented, so it can only ever add a hint."""
    if typed_ms is None or characters < _LEAST_TYPED:
        return False
    return typed_ms < FASTEST_MS * characters
