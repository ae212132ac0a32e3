"""What waits is sealed: unreadable to whoever holds the database, a dump or a backup of any night.

The key is a file of its own, `orte/<slug>/umfragen/<id>.siegel`, which is in no backup. Without it
one would only have to look at two nights: who came in between, and which answer did.

SHAKE-256 over key and nonce gives the stream; a nonce is never used twice. An HMAC tells a foreign
key from the right one.
"""

import hmac
import json
import secrets
import struct
import zlib
from hashlib import shake_256
from typing import Any

from umfragen.store import peppers

NONCE_BYTES = 24
TAG_BYTES = 16
LEAST_BYTES = 2_048
"""A short answer is as long as any other; longer ones are rounded up to a power of two."""

OPEN = b"offen:"
"""What waited before there were seals."""

LENGTH = struct.Struct(">I")


class Unreadable(Exception):
    """Sealed with a key that is gone, as after a backup was played back."""


def seal(survey_id: int, document: Any) -> bytes:
    key = peppers.seal_key(survey_id)
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = _mixed(key, nonce, _padded(json.dumps(document, separators=(",", ":")).encode()))
    return nonce + _tag(key, nonce + body) + body


def unseal(survey_id: int, sealed: bytes) -> Any:
    """Raises Unreadable."""
    if sealed.startswith(OPEN):
        return json.loads(sealed[len(OPEN) :])
    key = peppers.seal_key(survey_id)
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    tag, body = rest[:TAG_BYTES], rest[TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(key, nonce + body)):
        raise Unreadable
    padded = _mixed(key, nonce, body)
    (length,) = LENGTH.unpack_from(padded)
    return json.loads(zlib.decompress(padded[LENGTH.size : LENGTH.size + length]))


def blinded(survey_id: int, value: bytes) -> bytes:
    """To find a row again by something that must not be recognised later."""
    return peppers.digest(peppers.seal_key(survey_id), "blind", value.hex())


def _padded(data: bytes) -> bytes:
    packed = zlib.compress(data)
    size = max(LEAST_BYTES, 1 << (LENGTH.size + len(packed) - 1).bit_length())
    return (LENGTH.pack(len(packed)) + packed).ljust(size, b"\0")


def _mixed(key: bytes, nonce: bytes, data: bytes) -> bytes:
    stream = shake_256(b"umfragen-siegel\0" + key + nonce).digest(len(data))
    mixed = int.from_bytes(data) ^ int.from_bytes(stream)
    return mixed.to_bytes(len(data))


def _tag(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, b"umfragen-pruefung\0" + data, "sha256")[:TAG_BYTES]
