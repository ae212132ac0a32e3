"""What is left of a picture that was sent: its sizes as our own WebP."""

from dataclasses import dataclass
from typing import Final

MIME = "image/webp"
SIZES: Final = {"small": 400, "medium": 900, "large": 1600}  # width in pixels


@dataclass(frozen=True, slots=True)
class Variant:
    """One size of a picture; width and height in pixels."""

    data: bytes
    width: int
    height: int
    mime: str = MIME


@dataclass(frozen=True, slots=True)
class Picture:
    """`sizes` has the keys of SIZES; `sha256` (hex) is of the largest, the one to verify."""

    sizes: dict[str, Variant]
    sha256: str
    filename: str
