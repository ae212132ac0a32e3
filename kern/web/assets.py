"""Built front-end files: logical name -> hashed address, read from the build's manifest."""

import json
import os
from functools import lru_cache
from pathlib import Path

from kern.config import ROOT

BUILD = ROOT / "static" / "build"
_MANIFEST = str(BUILD / "manifest.json")


@lru_cache(maxsize=4)
def _manifest(path: str, _stamp: float) -> dict[str, str]:
    loaded: dict[str, str] = json.loads(Path(path).read_text(encoding="utf-8"))
    return loaded


def asset(name: str) -> str:
    """`app.css` -> `/static/build/app.3f9a1c.css`; unbuilt names keep their plain address."""
    try:
        names = _manifest(_MANIFEST, os.stat(_MANIFEST).st_mtime)  # noqa: PTH116 - four a page
    except FileNotFoundError:
        return f"/static/{name}"
    return f"/static/build/{names[name]}" if name in names else f"/static/{name}"
