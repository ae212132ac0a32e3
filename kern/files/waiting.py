"""Files of a form that is shown again: they wait, so that nobody has to choose them a second time.

What waits is what passed the checks, never the upload itself. A refused form commits nothing, so
no row names these files: the form carries their random name, and they go by age. They lie beside
`uploads`, so no backup holds what nobody sent off.
"""

import json
import re
import shutil
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from kern.files.pdf import Document
from kern.files.picture import Picture, Variant
from kern.ids import new_token
from kern.town import current_town, private_folder

KEPT_FOR = timedelta(days=1)  # as long as somebody may leave the form open
ABOUT = "about.json"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

T = TypeVar("T", Picture, Document)


def put(accepted: Picture | Document) -> str:
    """Keep it; returns the name to ask for it again."""
    token = new_token()
    path = _path(token)
    private_folder(path.parent)
    partial = path.with_suffix(".teil")
    with zipfile.ZipFile(partial, "w") as archive:
        for name, data in _members(accepted):
            archive.writestr(name, data)
    partial.chmod(0o600)
    partial.replace(path)
    return token


def find(token: str, kind: type[T]) -> T | None:
    """None when it is gone, or was something else."""
    if not _TOKEN.fullmatch(token):
        return None
    found = read(_path(token))
    return found if isinstance(found, kind) else None


def copy(token: str, target: Path) -> bool:
    """Put what waits by somewhere else, where it does not age; False when it is gone."""
    if not _TOKEN.fullmatch(token):
        return False
    private_folder(target.parent)
    partial = target.with_suffix(".teil")
    try:
        shutil.copyfile(_path(token), partial)
    except FileNotFoundError:
        return False
    partial.chmod(0o600)
    partial.replace(target)
    return True


def read(path: Path) -> Picture | Document | None:
    """What `copy` has put by; None when it is gone."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except FileNotFoundError:
        return None


def remove_old() -> int:
    oldest = time.time() - KEPT_FOR.total_seconds()
    old = [path for path in _folder().glob("*") if path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return current_town().path / "wartend"


def _path(token: str) -> Path:
    return _folder() / f"{token}.zip"


def _members(accepted: Picture | Document) -> Iterator[tuple[str, str | bytes]]:
    about: dict[str, Any] = {"filename": accepted.filename, "sha256": accepted.sha256}
    if isinstance(accepted, Document):
        about["kind"] = accepted.kind
        yield "document", accepted.data
    else:
        about["sizes"] = {
            name: (one.width, one.height, one.mime) for name, one in accepted.sizes.items()
        }
        yield from ((name, one.data) for name, one in accepted.sizes.items())
    yield ABOUT, json.dumps(about)


def _read(archive: zipfile.ZipFile) -> Picture | Document:
    about = json.loads(archive.read(ABOUT))
    if "sizes" not in about:
        kind = about.get("kind", "pdf")
        return Document(archive.read("document"), about["sha256"], about["filename"], kind)
    sizes = {name: Variant(archive.read(name), *form) for name, form in about["sizes"].items()}
    return Picture(sizes, about["sha256"], about["filename"])
