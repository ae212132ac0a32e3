"""What leaves the printer: pages are rendered as in a print shop, codes scanned as by a phone."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from umfragen.printing.letters import Letter, Wording, write_pdf
from umfragen.printing.pdf import REGULAR, STRONG, lines_of
from umfragen.printing.posters import Invitation, write_card, write_poster

PDFTOPPM = shutil.which("pdftoppm")
needs_printer = pytest.mark.skipif(
    PDFTOPPM is None and os.environ.get("DORFLINDE_CI") != "1",
    reason="pdftoppm is missing: apt-get install poppler-utils",
)
DPI = 100
URL = "https://mitmachen.lindenau.example/u/spielplatz-ahornweg"
ADDRESS = URL.split("://", 1)[1]
CODES = ("7F4K-2M9Q-X8", "0000-ZZZZ-11", "A1B2-C3D4-E5")
WORDING = Wording(
    title="Neugestaltung des Spielplatzes am Ahornweg und der Grünflächen daneben: Ihre Wünsche",
    above=["Sie sind eingeladen.", "Sie läuft bis 31. Dezember.", "Scannen Sie das Bild."],
    beside=("Adresse", "Ihr Code"),
    below=["Jeder Code gilt einmal. " * 12, "Fragen? Łukasz Şahin (Grünflächenamt), 04321 99"],
    sender="Grünflächenamt Lindenau, Markt 1, 23552 Lindenau",
)
INVITATION = Invitation(
    title="Spielplatz Ahornweg: Was wünschen Sie sich?",
    call="Mitmachen: Bild scannen",
    url=URL,
    address=ADDRESS,
    facts=["Bis 31. Dezember 2026", "Etwa 5 Minuten, ohne Konto"],
    sender="Grünflächenamt",
)


def printed(pdf: bytes, folder: Path) -> list[Image.Image]:
    source = folder / "druck.pdf"
    source.write_bytes(pdf)
    command = [PDFTOPPM or "pdftoppm", "-r", str(DPI), "-gray", str(source), str(folder / "seite")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""  # a reader has nothing to complain about
    return [Image.open(path) for path in sorted(folder.glob("seite*.pgm"))]


def scanned(page: Image.Image) -> list[str]:
    return sorted(code.text for code in zxingcpp.read_barcodes(page))


def area(page: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """A part of the page; millimetres from the upper left corner."""
    unit = DPI / 25.4
    corners = (left * unit, top * unit, right * unit, bottom * unit)
    return page.crop(tuple(round(corner) for corner in corners))  # type: ignore[arg-type]  # four


def is_empty(part: Image.Image) -> bool:
    return part.getextrema() == (255, 255)


@needs_printer
def test_every_letter_is_a_page_whose_code_a_phone_reads(tmp_path: Path) -> None:
    letters = [Letter(code, f"{URL}?code={code}", ADDRESS) for code in CODES]
    pages = printed(write_pdf(letters, WORDING), tmp_path)

    assert [scanned(page) for page in pages] == [[f"{URL}?code={code}"] for code in CODES]


@needs_printer
def test_a_letter_leaves_the_window_of_the_envelope_free(tmp_path: Path) -> None:
    """DIN 5008, form B: 85 mm wide, from 45 to 90 mm; its first lines are the sender's."""
    (page,) = printed(write_pdf([Letter(CODES[0], URL, ADDRESS)], WORDING), tmp_path)

    assert not is_empty(area(page, 20, 45, 105, 50))
    assert is_empty(area(page, 20, 50, 105, 90))
    assert not is_empty(area(page, 20, 97, 200, 110))
    for fold in (105, 210):  # mm
        assert not is_empty(area(page, 3, fold - 1, 9, fold + 1))
    assert is_empty(area(page, 191, 0, 210, 297))  # no line runs over the edge
    assert is_empty(area(page, 10, 277, 210, 297))


@needs_printer
def test_a_poster_and_a_card_lead_to_the_survey(tmp_path: Path) -> None:
    (tmp_path / "plakat").mkdir()
    (tmp_path / "karte").mkdir()
    (poster,) = printed(write_poster(INVITATION), tmp_path / "plakat")
    (card,) = printed(write_card(INVITATION), tmp_path / "karte")

    assert scanned(poster) == [URL]
    assert scanned(card) == [URL, URL]  # one for each side of the table
    upper = area(card, 0, 0, 210, 148).rotate(180)
    lower = area(card, 0, 149, 210, 297)
    assert not is_empty(upper)
    assert scanned(upper) == scanned(lower)


@needs_printer
@pytest.mark.parametrize("title", ["Donaudampfschifffahrtsgesellschaft " * 9, "X" * 300, "Platz"])
def test_no_title_runs_over_the_edge(title: str, tmp_path: Path) -> None:
    named = Invitation(title, "Mitmachen", URL, ADDRESS, INVITATION.facts, "Amt")
    (page,) = printed(write_poster(named), tmp_path)

    assert is_empty(area(page, 0, 0, 12, 297))
    assert is_empty(area(page, 198, 0, 210, 297))
    assert scanned(page) == [URL]


def test_lines_break_between_words_and_addresses_behind_a_slash() -> None:
    assert lines_of("Wo soll die Rutsche stehen?", REGULAR, 11, 86) == [
        "Wo soll die",
        "Rutsche stehen?",
    ]
    parts = lines_of(ADDRESS, STRONG, 13, 200)
    assert "".join(parts) == ADDRESS
    assert parts[0].endswith("/")
    assert lines_of("", REGULAR, 11, 80) == []
