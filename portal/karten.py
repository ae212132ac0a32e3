"""Map tiles through our own cached proxy, so that no reader's browser asks a third party.

Only the operator's address is ever fetched (`map_tiles`); without one there is no background.
"""

import os
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from kern.clock import now
from kern.config import Settings
from kern.errors import NotFound, Unavailable
from kern.town import private_folder
from kern.web.identity import settings
from kern.web.limit import limit_network

blueprint = Blueprint("karten", __name__)

DEEPEST = 19
LONGEST = 512 * 1024  # bytes of one tile
PATIENCE = 5  # seconds
FRESH_DAYS = 30
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
MOST_PER_HOUR = 6000


@blueprint.get("/karten/<int:z>/<int:x>/<int:y>")
def tile(z: int, x: int, y: int) -> ResponseReturnValue:
    found = settings()
    if not found.map_tiles or z > DEEPEST or max(x, y) >= 2**z:
        raise NotFound("Diese Kachel gibt es nicht.")
    path = _cache(found) / str(z) / str(x) / str(y)
    if not _is_fresh(path):
        limit_network("karten", MOST_PER_HOUR)
        _store(path, _fetch(found, z, x, y))
    data = path.read_bytes()
    response = Response(data, mimetype=_kind(data))
    response.cache_control.public = True
    response.cache_control.max_age = FRESH_DAYS * 86400
    return response


def _cache(found: Settings) -> Path:
    return private_folder(found.data / "betrieb" / "karten")


def _is_fresh(path: Path) -> bool:
    try:
        return now().timestamp() - path.stat().st_mtime < FRESH_DAYS * 86400
    except FileNotFoundError:
        return False


def _fetch(found: Settings, z: int, x: int, y: int) -> bytes:
    address = found.map_tiles.format(z=z, x=x, y=y)
    request = Request(address, headers={"User-Agent": "Dorflinde"})  # noqa: S310 - the operator's
    try:
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - the operator's address
            data: bytes = answer.read(LONGEST + 1)
    except (URLError, OSError) as error:
        raise Unavailable("Der Kartenhintergrund ist gerade nicht erreichbar.") from error
    if len(data) > LONGEST or not _kind(data):
        raise Unavailable("Der Kartenhintergrund ist gerade nicht erreichbar.")
    return data


def _kind(data: bytes) -> str:
    """By its first bytes, whatever the other server said; empty when it is no picture."""
    return next((kind for start, kind in KINDS.items() if data.startswith(start)), "")


def _store(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.teil")
    partial.write_bytes(data)
    partial.replace(path)
