"""One printed page as a PDF, so that the demo's documents can really be opened."""

from collections.abc import Sequence
from textwrap import wrap

WIDTH, HEIGHT = 595, 842  # A4 in points
MARGIN = 70
TITLE_SIZE, TEXT_SIZE = 20, 12
TITLE_SIGNS, TEXT_SIGNS = 40, 72  # that fit into a line of Helvetica


def one_page(title: str, paragraphs: Sequence[str]) -> bytes:
    """Title and paragraphs in a font that every reader has; signs beyond it become "?"."""
    content = _text(title, paragraphs).encode("cp1252", errors="replace")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R/Lang(de-DE)>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>" % (WIDTH, HEIGHT),
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Title(%s)>>" % _escaped(title).encode("cp1252", errors="replace"),
    )
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    trailer = b"trailer<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return body + head + table + trailer % (size, len(objects), len(body))


def _text(title: str, paragraphs: Sequence[str]) -> str:
    lines = [_line("F1", TITLE_SIZE, line) for line in wrap(title, TITLE_SIGNS)]
    for paragraph in paragraphs:
        lines.append(f"0 -{TEXT_SIZE} Td")
        lines += [_line("F2", TEXT_SIZE, line) for line in wrap(paragraph, TEXT_SIGNS)]
    return "\n".join(["BT", f"{MARGIN} {HEIGHT - MARGIN} Td", *lines, "ET"])


def _line(font: str, size: int, line: str) -> str:
    return f"0 -{size * 3 // 2} Td /{font} {size} Tf ({_escaped(line)}) Tj"


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
