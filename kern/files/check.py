"""What every upload must pass, whatever it is: size, and a file name that can do no harm."""

import re
import unicodedata
from urllib.parse import quote

from kern.errors import Invalid

MAX_NAME_CHARS = 120
MAX_NAME_BYTES = 240  # file systems end at 255, browsers append " (1)"

# Joiners inside emoji and some scripts; every other invisible character is dropped.
_KEPT_INVISIBLE = frozenset("\u200c\u200d")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Reserved by Windows, by shells or by HTTP headers; "%" because some clients decode it once more.
_RESERVED = re.compile(r'[<>:"|?*%`$;]')
# Device names that Windows opens instead of a file, with or without an extension.
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_TOKEN = re.compile(r"[^A-Za-z0-9._ ()+-]")
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"}
)


class FileRefused(Invalid):
    """An upload that is not taken; the sentence says what the person can do instead."""


class FileTooLarge(FileRefused):
    status = 413


def require_size(data: bytes, megabytes: int) -> None:
    if not data:
        raise FileRefused("Die Datei ist leer. Bitte wählen Sie eine andere.")
    if len(data) > megabytes * 1_000_000:
        raise FileTooLarge(
            "Die Datei ist zu groß. Erlaubt sind höchstens %(megabytes)s MB.", megabytes=megabytes
        )


def safe_filename(name: str, extension: str = "") -> str:
    """A name to offer for a download: no path, nothing invisible, at most 120 characters.

    `extension` such as ".pdf" is appended unless the name ends so already. Only for people to
    read: files are stored under names of our own.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(character for character in name if _is_kept(character))
    name = _RESERVED.sub("_", name)
    name = " ".join(name.split()).strip(". ").lstrip("-~")
    if _DEVICE.match(name):
        name = f"_{name}"
    if extension and not name.lower().endswith(extension):
        name += extension
    stem, extension = _split(name)
    return (_cut(stem, extension) or "datei") + extension


def content_disposition(name: str) -> str:
    """Header value that makes a browser save the file, never show it (RFC 6266, RFC 5987)."""
    name = safe_filename(name)
    plain = unicodedata.normalize("NFKD", name.translate(_UMLAUTS))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = _TOKEN.sub("_", plain)
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def _is_kept(character: str) -> bool:
    return (
        character in _KEPT_INVISIBLE or unicodedata.category(character) not in _DROPPED_CATEGORIES
    )


def _split(name: str) -> tuple[str, str]:
    found = _EXTENSION.search(name)
    return (name[: found.start()], found.group()) if found else (name, "")


def _cut(stem: str, extension: str) -> str:
    stem = stem[: MAX_NAME_CHARS - len(extension)]
    room = MAX_NAME_BYTES - len(extension)
    return stem.encode()[:room].decode(errors="ignore").strip(". \u200c\u200d")
