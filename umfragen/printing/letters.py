"""Code letters on paper: one A4 page each with the code, the address and a QR code. Pure.

A page keeps to DIN 5008, form B: the window of an envelope shows the line of the sender and what
is stuck or printed below it, and nothing of the letter.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from umfragen.printing.pdf import HEIGHT, MM, REGULAR, STRONG, WIDTH, Page, lines_of, write

LEFT = 25 * MM
RIGHT = 20 * MM
ROOM = WIDTH - LEFT - RIGHT
HEAD = HEIGHT - 20 * MM
SENDER = HEIGHT - 49 * MM  # in the first 5 mm of the window, which reaches from 45 to 90 mm
TOP = HEIGHT - 103 * MM  # the subject's line
BOTTOM = 20 * MM
FOLDS = (105, 210)  # mm from the top
SIZE = 11
LEADING = 16
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


def write_pdf(letters: Iterable[Letter], wording: Wording) -> bytes:
    """One page for each letter."""
    return write((_page(letter, wording) for letter in letters), wording.title)


def _page(letter: Letter, wording: Wording) -> Page:
    page = Page()
    page.text(LEFT, HEAD, wording.sender, STRONG, SIZE)
    page.text(LEFT, SENDER, wording.sender, REGULAR, 7)
    for fold in FOLDS:
        y = HEIGHT - fold * MM
        page.line(4 * MM, y, 8 * MM, y)
    y = TOP
    for line in lines_of(wording.title, STRONG, 15, ROOM)[:4]:
        page.text(LEFT, y, line, STRONG, 15)
        y -= 20
    y = _paragraphs(page, wording.above, y - LEADING)
    page.qr(letter.url, LEFT - QR_SIZE / 12, y - QR_SIZE, QR_SIZE)
    side, x = y - 22, LEFT + QR_SIZE + 14
    for words, shown, size in zip(
        wording.beside, (letter.address, letter.code), (12, 18), strict=True
    ):
        page.text(x, side, words, REGULAR, SIZE)
        for line in lines_of(shown, STRONG, size, WIDTH - RIGHT - x):
            side -= size + 6
            page.text(x, side, line, STRONG, size)
        side -= 2 * LEADING
    _paragraphs(page, wording.below, y - QR_SIZE - LEADING)
    return page


def _paragraphs(page: Page, paragraphs: Iterable[str], y: float) -> float:
    """Until the page is full; answers where the next line would stand."""
    for paragraph in paragraphs:
        for line in lines_of(paragraph, REGULAR, SIZE, ROOM):
            if y < BOTTOM:
                return y
            page.text(LEFT, y, line, REGULAR, SIZE)
            y -= LEADING
        y -= LEADING // 2
    return y
