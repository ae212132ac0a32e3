"""What every way of counting shares, and the count of one process by itself."""

import hmac
import math
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DAY: Final = 86_400
LONGEST = DAY  # seconds; the salts of today and yesterday cover no more
MEMORY_KEYS = 20_000  # keys a process counts in memory, the oldest go first


@dataclass(frozen=True, slots=True)
class Decision:
    """`retry_after` is in whole seconds, 0 when allowed."""

    allowed: bool
    retry_after: int = 0


class Memory:
    """The same count for one process, while nothing shared can be used."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._hits: dict[bytes, deque[float]] = {}

    def take(self, parts: Sequence[str], limit: int, per: float, now: float) -> Decision:
        key = digest(self._salt, parts)
        hits = self._hits.pop(key, deque())
        while hits and hits[0] <= now - per:
            hits.popleft()
        self._hits[key] = hits
        if len(self._hits) > MEMORY_KEYS:
            del self._hits[next(iter(self._hits))]
        if len(hits) < limit:
            hits.append(now)
            return Decision(allowed=True)
        return refused(hits[-limit] if limit > 0 else now, per, now)


def refused(oldest: float, per: float, now: float) -> Decision:
    return Decision(allowed=False, retry_after=max(1, math.ceil(oldest + per - now)))


def digest(salt: bytes, parts: Sequence[str]) -> bytes:
    # Lengths in front, so that ("a", "bc") and ("ab", "c") differ.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.digest(salt, text.encode("utf-8", "surrogatepass"), "sha256")
