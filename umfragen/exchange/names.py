"""Names from other programs as names of ours: letters, digits, underscores, none of them twice."""

import re

from umfragen.expression.tokens import SYNONYMS

LONGEST = 40
WORDS = frozenset({*SYNONYMS, "self", "this", "that"})
PARTS = frozenset({"other", "comment"})

_ODD = re.compile(r"[^A-Za-z0-9_]+")


class Taken:
    """Gives out names; large and small letters count as the same."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def question(self, wanted: str) -> str:
        name = _ODD.sub("_", wanted.strip())[:LONGEST].strip("_") or "Q"
        if not name[0].isalpha():
            name = f"Q{name}"[:LONGEST]
        return self.free(name, WORDS)

    def part(self, wanted: str, *, signed: bool = False) -> str:
        """Of an option or row; `signed` ones may begin with a minus, as LimeSurvey's -9 does."""
        sign = "-" if signed and wanted.strip().startswith("-") else ""
        name = _ODD.sub("_", wanted.strip().removeprefix("-"))[: LONGEST - 1].strip("_") or "x"
        return self.free(sign + name, PARTS)

    def free(self, name: str, reserved: frozenset[str] = frozenset()) -> str:
        found, at = name, 1
        while found.casefold() in self.names or found.casefold() in reserved:
            at += 1
            found = f"{name[: LONGEST - len(str(at)) - 1]}_{at}"
        self.names.add(found.casefold())
        return found
