"""The key under which marks are made. A file of its own: not in the database, not in a backup.

`orte/<slug>/umfragen/<id>.key`. Destroyed some days after the end; from then on nobody can tell
any more whether an address, an account or a code took part.
"""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from kern.errors import Unavailable
from kern.town import current_town, private_folder

FOLDER = "umfragen"
KEY_BYTES = 32


def make_pepper(survey_id: int) -> None:
    """Once; a second call keeps the first key."""
    path = _path(survey_id)
    private_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


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


def destroy_pepper(survey_id: int) -> bool:
    """Overwritten, then removed; says whether there was one."""
    path = _path(survey_id)
    if not path.exists():
        return False
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    return True


def _path(survey_id: int) -> Path:
    return current_town().path / FOLDER / f"{survey_id}.key"
