"""The settings that a backup brings: all but where another installation keeps what it has."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kern.config import Settings

_PLACES = ("database", "datenbank_lesen", "datenbank_direkt", "uploads_s3", "redis", "own_data")


def bring_settings(source: Path, target: Path, settings: Settings) -> None:
    """From `source` to `target`, unless that exists. A place comes along only where it is the one
    in use: a backup that is tried elsewhere would lead to the town that runs."""
    if target.exists() or not source.exists():
        return
    content = source.read_text(encoding="utf-8", errors="replace")
    values = _parsed(content)
    foreign = [key for key in _PLACES if values.get(key, "") not in {"", getattr(settings, key)}]
    kept = {key: value for key, value in values.items() if key not in foreign}
    content = _without(content, foreign)
    if _parsed(content) != kept or not kept:
        print(f"Nicht übernommen ist {source.name} aus der Sicherung.")
        return
    target.touch(mode=0o600)
    target.write_text(content, encoding="utf-8")
    if foreign:
        print(
            f"In {target} fehlt aus der Sicherung: {', '.join(foreign)}. Das gehört zu einer"
            " anderen Einrichtung; bitte tragen Sie dort ein, was für diese gilt."
        )


def _parsed(content: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError:
        return {}


def _without(content: str, keys: list[str]) -> str:
    """For a value over several lines this leaves what is no longer read as the rest was."""
    for key in keys:
        content = re.sub(rf"(?m)^[ \t]*[\"']?{key}[\"']?[ \t]*=.*\n?", "", content)
    return content
