"""Texts as lines, and lines as words. Joined again they are the text, to the letter."""

import re

_WORD = re.compile(r"\w+|[^\w\s]|\s+")


def lines_of(text: str) -> list[str]:
    """With their ends; only a line feed ends a line."""
    parts = text.split("\n")
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def words_of(line: str) -> list[str]:
    """Words, single signs and gaps."""
    return _WORD.findall(line)


def is_word(token: str) -> bool:
    return token[:1].isalnum() or token[:1] == "_"
