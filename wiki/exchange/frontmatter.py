"""What stands above a Markdown text between two lines of dashes, as Jekyll, Hugo and others do."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kern.later import Later

if TYPE_CHECKING:
    import yaml
else:
    yaml = Later("yaml")

MAX_FRONT = 20_000  # characters
_FRONT = re.compile(
    r"\A\ufeff?---[ \t]*\n(?P<front>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL
)
_LINE = re.compile(r"^(?P<name>[\w-]{1,60})[ \t]*:[ \t]*(?P<value>.*?)[ \t]*$")
_ALIAS = re.compile(r"(?:^|[\s\[,:])[&*][\w-]", re.MULTILINE)
Fields = Mapping[str, Any]


def split_front(text: str) -> tuple[Fields, str]:
    """(fields by their lower-case names, the text below). Anything unreadable is text."""
    text = text.replace("\r\n", "\n")
    found = _FRONT.match(text)
    if not found or len(found["front"]) > MAX_FRONT:
        return {}, text.removeprefix("\ufeff")
    fields = _read(found["front"].expandtabs(1))
    if fields is None:
        return {}, text.removeprefix("\ufeff")
    return {str(name).casefold(): value for name, value in fields.items()}, text[found.end() :]


def _read(front: str) -> Fields | None:
    """YAML; where it is none, its simple lines. Aliases are never followed: they can be bombs."""
    if not _ALIAS.search(front):
        try:
            read = yaml.safe_load(front)
        except (yaml.YAMLError, ValueError, RecursionError):
            pass
        else:
            if read is None or isinstance(read, dict):
                return read or {}
    return _lines(front)


def _lines(front: str) -> Fields | None:
    lines = [line for line in front.split("\n") if line.strip() and not line.startswith("#")]
    pairs = [_LINE.match(line) for line in lines]
    found = {one["name"]: one["value"].strip("\"'") for one in pairs if one}
    return found if found and all(pairs) else None


def words(value: object) -> str:
    """One value as a line of text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def several(value: object) -> tuple[str, ...]:
    """A list, or one text with commas, as its parts without the empty ones."""
    listed = value if isinstance(value, list) else words(value).split(",")
    parts = [words(one) for one in listed]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def made_front(fields: Mapping[str, Any]) -> str:
    """The same, to stand above a text; empty fields are left out."""
    kept = {name: value for name, value in fields.items() if value not in ("", None, [], {}, ())}
    if not kept:
        return ""
    written = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=100)
    return f"---\n{written}---\n"
