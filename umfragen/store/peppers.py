"""Keys of a survey. Files of their own: not in the database, not in a backup.

`orte/<slug>/umfragen/<id>.key` makes marks; destroyed some days after the end, and from then on
nobody can tell any more whether an address, an account or a code took part. `<id>.siegel` seals
what waits: half-filled answers, and those that have not left the inbox.
"""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from kern.errors import Unavailable
from kern.town import current_town, private_folder

FOLDER = "umfragen"
PEPPER, SEAL = "key", "siegel"
KEY_BYTES = 32


def make_pepper(survey_id: int) -> None:
    """Once; a second call keeps the first key."""
    _make(_path(survey_id))


def seal_key(survey_id: int) -> bytes:
    """Made when it is first needed. Nothing but what waits hangs on it, so a lost one is replaced:
    what it had sealed stays unreadable."""
    path = _path(survey_id, SEAL)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _make(path)
    return path.read_bytes()


def has_seal_key(survey_id: int) -> bool:
    return _path(survey_id, SEAL).exists()


def _make(path: Path) -> None:
    """Whole or not at all, and the first one stays: others may be making it this moment."""
    private_folder(path.parent)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def has_pepper(survey_id: int) -> bool:
    return _path(survey_id).exists()


def pepper_of(survey_id: int) -> bytes:
    """Raises Unavailable when the file is gone, as after a backup was played back."""
    try:
        return _path(survey_id).read_bytes()
    except FileNotFoundError:
        raise Unavailable(
            "Gerade lässt sich nicht prüfen, wer schon teilgenommen hat. Bitte versuchen Sie es"
            " später noch einmal."
        ) from None


def digest(pepper: bytes, purpose: str, subject: str) -> bytes:
    """HMAC-SHA-256; a purpose never meets another one."""
    return hmac.new(pepper, f"{purpose}\0{subject}".encode(), sha256).digest()


def destroy_keys(survey_id: int) -> None:
    for ending in (PEPPER, SEAL):
        _destroy(_path(survey_id, ending))


def _destroy(path: Path) -> None:
    """Overwritten, then removed."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _path(survey_id: int, ending: str = PEPPER) -> Path:
    return current_town().path / FOLDER / f"{survey_id}.{ending}"
