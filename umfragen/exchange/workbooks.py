"""Sheets of a workbook as rows of texts: .xlsx by its XML, .xls by its records.

Only what cells show is read: no formulas are worked out, no macros, links or pictures looked at.
"""

import re
from collections.abc import Iterator, Mapping

from umfragen.exchange.markup import Element, parse_xml
from umfragen.exchange.report import Refused

Sheets = Mapping[str, list[list[str]]]
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 32_767

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_FIGURE = re.compile(r"-?[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|-?[0-9]+[eE][+-]?[0-9]+")


def read_xlsx(files: Mapping[str, bytes]) -> Sheets:
    """From the unpacked archive. Raises `Refused`."""
    if "xl/workbook.xml" not in files:
        raise Refused("Diese Datei ist keine Arbeitsmappe.")
    shared = _shared_strings(files)
    targets = _targets(files)
    found = {}
    for sheet in _all(parse_xml(files["xl/workbook.xml"]), "sheet"):
        link = next((v for k, v in sheet.attributes.items() if k.rpartition(":")[2] == "id"), "")
        content = files.get(targets.get(link, ""))
        if content is not None:
            rows = _rows(parse_xml(content), shared)
            found[sheet.attributes.get("name", "").strip()] = rows
    return found


def _all(element: Element, tag: str) -> Iterator[Element]:
    """Elements with this name, however deep."""
    for child in element.children:
        if child.tag == tag:
            yield child
        yield from _all(child, tag)


def _targets(files: Mapping[str, bytes]) -> dict[str, str]:
    """Id of a link -> name of the file it leads to."""
    links = files.get("xl/_rels/workbook.xml.rels")
    found = {}
    for link in parse_xml(links).children if links else ():
        target = link.attributes.get("Target", "").lstrip("/")
        found[link.attributes.get("Id", "")] = (
            target if target.startswith("xl/") else f"xl/{target}"
        )
    return found


def _shared_strings(files: Mapping[str, bytes]) -> list[str]:
    content = files.get("xl/sharedStrings.xml")
    return [_words(entry) for entry in parse_xml(content).all("si")] if content else []


def _words(element: Element) -> str:
    """Of a text that may be in runs; how it is pronounced (`rPh`) is no part of it."""
    pieces = []
    for child in element.children:
        if child.tag == "t":
            pieces.append(child.text)
        elif child.tag == "r":
            pieces.append(_words(child))
    return "".join(pieces)[:MAX_CELL]


def _rows(sheet: Element, shared: list[str]) -> list[list[str]]:
    rows: dict[int, list[str]] = {}
    for at, row in enumerate(_all(sheet, "row")):
        cells: dict[int, str] = {}
        number = at
        for place, cell in enumerate(row.all("c")):
            found = _PLACE.fullmatch(cell.attributes.get("r", ""))
            column = _column(found[1]) if found else place
            number = int(found[2]) - 1 if found else number
            if column < MAX_COLUMNS:
                cells[column] = _cell(cell, shared)
        if number >= MAX_ROWS:
            raise Refused("In dieser Datei sind zu viele Zeilen.")
        rows[number] = filled(cells)
    return [rows.get(at, []) for at in range(max(rows, default=-1) + 1)]


def filled(cells: Mapping[int, str]) -> list[str]:
    return [cells.get(at, "") for at in range(max(cells, default=-1) + 1)]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _cell(cell: Element, shared: list[str]) -> str:
    kind = cell.attributes.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find("is")
        return _words(inline) if inline else ""
    value = cell.find("v")
    text = value.text[:MAX_CELL] if value else ""
    if kind == "s":
        at = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1  # noqa: PLR2004 - digits
        return shared[at] if 0 <= at < len(shared) else ""
    if kind == "b":
        return "true" if text == "1" else "false"
    if kind == "e":
        return ""
    return figure(text)


def figure(text: str) -> str:
    """Whole numbers without a point, as people typed them."""
    if _FIGURE.fullmatch(text):
        number = float(text)
        return str(int(number)) if abs(number) < 1e15 and number == int(number) else repr(number)  # noqa: PLR2004 - exact
    return text
