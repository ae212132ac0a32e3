"""PDF by hand: pages of text in Helvetica and squares of a QR code. Pure.

Every reader has Helvetica, so no font is embedded. Measures are points, 72 to the inch, from the
lower left corner.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kern.later import Later

if TYPE_CHECKING:
    import segno
else:
    segno = Later("segno")

WIDTH, HEIGHT = 595, 842  # A4
MM = 72 / 25.4
QUIET = 4  # light squares on each side of a QR code, which readers want

# Widths in thousandths of the size, of the signs from blank to ~ (Adobe Font Metrics).
PLAIN = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278"
    " 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556"
    " 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778"
    " 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556"
    " 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556"
    " 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278"
    " 556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611"
    " 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778"
    " 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556"
    " 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611"
    " 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584"
)
OTHERS = {"ß": 611, "–": 556, "—": 1000, "…": 1000, "„": 500, "“": 500, "”": 500, "·": 278}


@dataclass(frozen=True, slots=True)
class Font:
    name: str
    widths: tuple[int, ...]

    def width(self, words: str, size: float) -> float:
        return sum(map(self._sign, words)) * size / 1000

    def _sign(self, sign: str) -> int:
        if sign in OTHERS:
            return OTHERS[sign]
        plain = unicodedata.normalize("NFKD", sign)[:1]
        at = ord(plain) - ord(" ") if plain else 0
        return self.widths[at] if 0 <= at < len(self.widths) else 600


REGULAR = Font("F1", tuple(map(int, PLAIN.split())))
STRONG = Font("F2", tuple(map(int, BOLD.split())))


def lines_of(words: str, font: Font, size: float, width: float) -> list[str]:
    """Broken between words; a word that is wider than the line is cut."""
    lines = [""]
    for word in words.split():
        rest = word
        wider = f"{lines[-1]} {rest}".strip()
        if font.width(wider, size) <= width:
            lines[-1] = wider
            continue
        if lines[-1]:
            lines.append("")
        while font.width(rest, size) > width and len(rest) > 1:
            cut = _cut(rest, font, size, width)
            lines[-1:] = [rest[:cut], ""]
            rest = rest[cut:]
        lines[-1] = rest
    return lines if lines != [""] else []


def _cut(word: str, font: Font, size: float, width: float) -> int:
    """Where a long word breaks: behind a hyphen or slash if there is one."""
    most = next(at for at in range(len(word), 0, -1) if _fits(word[:at], font, size, width))
    behind = max(word.rfind(sign, 0, most) for sign in "/-") + 1
    return behind or most


def _fits(part: str, font: Font, size: float, width: float) -> bool:
    return len(part) == 1 or font.width(part, size) <= width


@dataclass(slots=True)
class Page:
    """Operators of a page, written one after the other."""

    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, font: Font = REGULAR, size: float = 11) -> None:
        shown = _printable(words)
        escaped = shown.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self.parts.append(f"BT /{font.name} {size:g} Tf {x:.2f} {y:.2f} Td ({escaped}) Tj ET")

    def centred(
        self, middle: float, y: float, words: str, font: Font = REGULAR, size: float = 11
    ) -> None:
        self.text(middle - font.width(_printable(words), size) / 2, y, words, font, size)

    def line(self, x: float, y: float, to_x: float, to_y: float, *, dashed: bool = False) -> None:
        dash = "[3 3] 0 d" if dashed else "[] 0 d"
        self.parts.append(f"0.5 w {dash} {x:.2f} {y:.2f} m {to_x:.2f} {to_y:.2f} l S")

    def qr(self, content: str, x: float, y: float, size: float) -> None:
        self.parts += _squares(content, x, y, size)

    def upside_down(self, y: float) -> None:
        """What follows is turned round, as on the back of a folded card; `y` is its new bottom."""
        self.parts.append(f"q -1 0 0 -1 {WIDTH} {y:.2f} cm")

    def upright(self) -> None:
        self.parts.append("Q")


def _squares(content: str, x: float, y: float, size: float) -> Iterator[str]:
    """Dark squares, joined along each row."""
    # One mask for all: weighing eight of them takes five times as long, and readers take any.
    matrix = [list(row) for row in segno.make(content, error="m", micro=False, mask=3).matrix]
    unit = size / (len(matrix) + 2 * QUIET)
    for at, row in enumerate(matrix):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                left = x + (start + QUIET) * unit
                bottom = y + size - (at + QUIET + 1) * unit
                yield f"{left:.2f} {bottom:.2f} {(end - start) * unit:.2f} {unit:.2f} re f"
            start = max(end, start + 1)


def _printable(words: str) -> str:
    """Helvetica here has the signs of Windows-1252: `ł` and `ş` become `l` and `s`."""
    return "".join(map(_sign, words))


def _sign(sign: str) -> str:
    for shown in (sign, unicodedata.normalize("NFKD", sign)[:1], SIMPLER.get(sign, "")):
        if shown and _is_known(shown):
            return shown
    return "?"


SIMPLER = {"ł": "l", "Ł": "L", "ı": "i", "đ": "d", "Đ": "D", "\u2011": "-", "\u202f": " "}


def _is_known(sign: str) -> bool:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def write(pages: Iterable[Page], title: str = "") -> bytes:
    """The file."""
    objects: list[bytes] = [b"", b""]  # the catalogue and the list of pages come last
    objects += [_font("Helvetica"), _font("Helvetica-Bold")]
    numbers = []
    for page in pages:
        content = "\n".join(page.parts).encode("cp1252")
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>" % (WIDTH, HEIGHT, len(objects))
        )
        numbers.append(len(objects))
    objects[0] = (
        b"<</Type/Catalog/Pages 2 0 R/Lang(de-DE)/ViewerPreferences<</DisplayDocTitle true>>>>"
    )
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(numbers), kids)
    objects.append(b"<</Title<%s>>>" % ("\ufeff" + title).encode("utf-16-be").hex().encode())
    return _file(objects)


def _font(name: str) -> bytes:
    return f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()


def _file(objects: Sequence[bytes]) -> bytes:
    body = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        body += b"%010d 00000 n \n" % place
    trailer = b"trailer<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    body += trailer % (len(objects) + 1, len(objects), start)
    return bytes(body)
