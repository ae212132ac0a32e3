"""Code letters on paper: one A4 page each with the code, the address and a QR code. Pure.

The PDF is written by hand: text in Helvetica, the QR code as squares. Nothing is asked of other
servers, and no browser draws it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

import segno

WIDTH, HEIGHT = 595, 842  # A4 in points
MARGIN = 71  # 25 mm
TOP = 600  # below the window of an envelope
SIZE = 11
LEADING = 16
SIGNS = 84  # of Helvetica in a line of text
QR_SIZE = 130
BOM = "\ufeff"
MAX_LETTERS = 5_000  # in one PDF: about eight seconds of CPU


@dataclass(frozen=True, slots=True)
class Letter:
    """`url` leads to the survey with the code in it; `address` is what people type."""

    code: str
    url: str
    address: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The same on every letter: heading, paragraphs above and below the code, words beside it."""

    title: str
    above: Sequence[str]
    beside: Sequence[str]
    below: Sequence[str]
    sender: str


def write_csv(letters: Iterable[Letter], stratum: str, head: Sequence[str]) -> bytes:
    """For a mail merge in Word and for Excel: semicolons, and a mark that says UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    for letter in letters:
        writer.writerow([letter.code, letter.url, letter.address, _harmless(stratum)])
    return (BOM + out.getvalue()).encode()


def _harmless(cell: str) -> str:
    """Never a formula for a spreadsheet."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def write_pdf(letters: Sequence[Letter], wording: Wording) -> bytes:
    """One page for each letter."""
    objects: list[bytes] = [b"", b""]  # the catalogue and the list of pages come last
    objects.append(_font("Helvetica"))
    objects.append(_font("Helvetica-Bold"))
    pages = []
    for letter in letters:
        content = _page(letter, wording).encode("cp1252", errors="replace")
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>" % (WIDTH, HEIGHT, len(objects))
        )
        pages.append(len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R/Lang(de-DE)>>"
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids)
    return _file(objects)


def _font(name: str) -> bytes:
    return f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()


def _page(letter: Letter, wording: Wording) -> str:
    lines: list[str] = [_text(MARGIN, HEIGHT - MARGIN, "F1", 9, wording.sender)]
    y = TOP
    lines.append(_text(MARGIN, y, "F2", 15, wording.title[:60]))
    y -= 2 * LEADING
    for paragraph in wording.above:
        for line in wrap(paragraph, SIGNS):
            lines.append(_text(MARGIN, y, "F1", SIZE, line))
            y -= LEADING
        y -= LEADING // 2
    top = y
    lines += _qr(letter.url, MARGIN, top - QR_SIZE)
    x = MARGIN + QR_SIZE + 24
    side = top - 22
    for number, words in enumerate(wording.beside):
        lines.append(_text(x, side, "F1", SIZE, words))
        shown = letter.address if number == 0 else letter.code
        lines.append(_text(x, side - LEADING - 4, "F2", 12 if number == 0 else 18, shown))
        side -= 4 * LEADING
    y = top - QR_SIZE - 2 * LEADING
    for paragraph in wording.below:
        for line in wrap(paragraph, SIGNS):
            lines.append(_text(MARGIN, y, "F1", SIZE, line))
            y -= LEADING
        y -= LEADING // 2
    return "\n".join(lines)


def _text(x: float, y: float, font: str, size: int, words: str) -> str:
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET"


def _qr(content: str, x: float, y: float) -> Iterator[str]:
    """Dark squares, joined along each row."""
    # One mask for all: weighing eight of them takes five times as long, and readers take any.
    matrix = [list(row) for row in segno.make(content, error="m", micro=False, mask=3).matrix]
    unit = QR_SIZE / (len(matrix) + 8)  # four light squares on each side
    for at, row in enumerate(matrix):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                left = x + (start + 4) * unit
                bottom = y + QR_SIZE - (at + 5) * unit
                yield f"{left:.2f} {bottom:.2f} {(end - start) * unit:.2f} {unit:.2f} re f"
            start = max(end, start + 1)


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
    body += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)
