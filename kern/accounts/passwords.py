"""Passwords: hashed with Argon2id, at most two at a time, and never a well-known one."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kern.errors import Invalid

SHORTEST = 12
LONGEST = 1000
FEWEST_SIGNS = 5  # different ones
MOST_DECORATION = 8  # digits and signs around a known word that are still guessed at once
RUN = 4  # neighbours on the keyboard or in the alphabet, from this length

COMMON = Path(__file__).with_name("common_passwords.txt")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "^1234567890ß´",
    "qwertzuiopü+",
    "asdfghjklöä#",
    "<yxcvbnm,.-",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "azertyuiop",
    "qsdfghjklm",
    "1qaz2wsx3edc4rfv5tgb6zhn7ujm8ik,9ol.",
    "1qay2wsx3edc4rfv5tgb6zhn7ujm8ik,9ol.",
    "q1w2e3r4t5z6u7i8o9p0",
    "1q2w3e4r5t6z7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "a1b2c3d4e5f6g7h8i9",
    "147258369",
    "159753",
)
_LEET = str.maketrans("013457@$!€ß", "oieastasies")
_TURNED = tuple(row[::-1] for row in _ROWS)

_at_work = threading.BoundedSemaphore(2)  # each needs 19 MiB and a core


@cache
def _hasher(memory_kib: int) -> PasswordHasher:
    """Two passes and one lane: OWASP's smallest setting for 19 MiB, at the same strength."""
    return PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)


def hash_password(password: str, memory_kib: int) -> str:
    """Takes tens of milliseconds: call it before the transaction begins."""
    with _at_work:
        return _hasher(memory_kib).hash(_composed(password))


def verify(password_hash: str | None, password: str, memory_kib: int) -> bool:
    """The same work whether there is a password to compare with or not."""
    given = password_hash or _nobody(memory_kib)
    with _at_work:
        try:
            is_right = _hasher(memory_kib).verify(given, _composed(password)[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return is_right and password_hash is not None


def needs_rehash(password_hash: str, memory_kib: int) -> bool:
    return _hasher(memory_kib).check_needs_rehash(password_hash)


@cache
def _nobody(memory_kib: int) -> str:
    return hash_password("a password that nobody has", memory_kib)


def _composed(password: str) -> str:
    """One form for what Mac and Windows keyboards send differently; nothing else is changed."""
    return unicodedata.normalize("NFC", password)


def require_good(password: str, personal: Iterable[str] = ()) -> None:
    """Raises Invalid for the field `password`. `personal` are the town's name, the own, ..."""
    if len(password) < SHORTEST:
        raise Invalid("Bitte mindestens %(n)s Zeichen.", field="password", n=SHORTEST)
    if len(_composed(password)) > LONGEST:
        raise Invalid("Bitte höchstens %(n)s Zeichen.", field="password", n=LONGEST)
    if is_common(password, personal):
        raise Invalid(
            "Dieses Passwort ist leicht zu erraten. Gut sind zum Beispiel vier Wörter, "
            "die nichts miteinander zu tun haben.",
            field="password",
        )


def is_common(password: str, personal: Iterable[str] = ()) -> bool:
    """Known words with decoration, runs on the keyboard, repetitions, names of the place."""
    text = unicodedata.normalize("NFKC", password).casefold()
    if len(set(text)) < FEWEST_SIGNS or text in (text + text)[1:-1] or text.isdigit():
        return True
    if text in common_words() or len(_without_runs(text)) < RUN:
        return True
    decoration = _without_runs("".join(sign for sign in text if not sign.isalpha()))
    if len(decoration) > MOST_DECORATION:
        return False
    known = common_words() | {_letters(word) for part in personal for word in _parts(part)}
    return any(_is_decorated(core, known) for core in {_letters(text), _letters(_plain(text))})


def _is_decorated(core: str, known: frozenset[str]) -> bool:
    """Nothing but one known word, perhaps several times or with up to three more letters."""
    unit = core[: (core + core).find(core, 1)]
    if core in known or unit in known:
        return len(core) >= RUN
    return any(
        core[front : len(core) - back] in known
        for front in range(RUN)
        for back in range(RUN - front)
        if len(core) - front - back >= RUN
    )


def _without_runs(text: str) -> str:
    """What is left when keyboard and alphabet runs of at least four signs are taken out."""
    left, start = "", 0
    while start < len(text):
        length = _run_length(text, start)
        if length < RUN:
            left += text[start]
            length = 1
        start += length
    return left


def _run_length(text: str, start: int) -> int:
    length = 1
    while start + length < len(text):
        piece = text[start : start + length + 1]
        is_same = len(set(piece)) == 1
        if not is_same and not any(piece in row for row in _ROWS + _TURNED):
            break
        length += 1
    return length


def _plain(text: str) -> str:
    """`P@ssw0rt` -> `passwort`: the usual digits and signs in place of letters."""
    return text.strip("0123456789!?.,-_#*+ ").translate(_LEET)


def _letters(text: str) -> str:
    return re.sub(r"[^a-zäöüß]", "", unicodedata.normalize("NFKC", text).casefold())


def _parts(text: str) -> list[str]:
    """A name as a whole and its longer words; of an address what stands before the @."""
    front = text.partition("@")[0]
    return [front, *(word for word in re.split(r"[\W_\d]+", front) if len(word) >= RUN)]


@cache
def common_words() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(
        word for line in lines if not line.startswith("#") for word in line.casefold().split()
    )
