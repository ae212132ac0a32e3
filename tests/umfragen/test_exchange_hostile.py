"""Files made to do harm are refused in one clear sentence, or are harmless."""

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest

from tests.umfragen.limesurvey_files import survey
from tests.umfragen.test_exchange_xlsform import workbook
from umfragen.engine import make_plan
from umfragen.exchange.archives import read_archive
from umfragen.exchange.files import open_answers, read_file
from umfragen.exchange.report import Refused

STRUCTURE = survey({"type": "T", "title": "a"})
EXCEL = read_archive(workbook([["type", "name", "label"], ["text", "a", "A"]]))
SHEET = "xl/worksheets/sheet1.xml"


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def lying(data: bytes) -> bytes:
    """Claims to be one byte long, unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.infolist()[0].file_size
    return data.replace(size.to_bytes(4, "little"), (1).to_bytes(4, "little"))


ENTITY = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'
DEEP = b"<document>" * 5_000
FAR = b'<worksheet><sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row>'
FAR += b"</sheetData></worksheet>"
HOSTILE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (lambda: packed({"a.lss": bytes(66_000_000)}), "zu groß"),
    "bomb that lies": (lambda: lying(packed({"a.lss": bytes(70_000_000)})), "beschädigt|zu groß"),
    "many": (lambda: packed({str(at): b"" for at in range(600)}), "zu viele Dateien"),
    "entity in a sheet": (lambda: packed({**EXCEL, SHEET: ENTITY}), "DOCTYPE"),
    "row a million": (lambda: packed({**EXCEL, SHEET: FAR}), "zu viele Zeilen"),
    "deep": (lambda: DEEP, "verschachtelt|XML"),
    "too large": (lambda: b"<" + bytes(32_000_000), "Megabyte"),
    "deep json": (lambda: b'{"definition":' + b"[" * 100_000, "JSON"),
    "no survey": (lambda: b'{"definition": 5}', r"\."),
    "list": (lambda: b"[1]", "kennen wir nicht"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_in_one_sentence(name: str) -> None:
    made, words = HOSTILE[name]
    data = made()
    plan = make_plan(read_file(STRUCTURE).definition)
    with pytest.raises(Refused, match=words) as refused:
        read_file(data)
    assert str(refused.value.message).endswith(".")
    try:
        assert list(open_answers(data, plan).rows()) == []
    except Refused:
        return


def test_names_that_climb_out_are_only_names() -> None:
    imported = read_file(packed({"../../../etc/x.lss": STRUCTURE, "..\\y.lsr.txt": b""}))
    assert [question.name for question in imported.definition.questions()] == ["a"]


def test_a_formula_is_words_on_the_way_in() -> None:
    sheet = EXCEL[SHEET].replace(b"<sheetData>", b"<sheetData>", 1)
    formula = b'<row r="3"><c r="A3"><f>HYPERLINK("http://a.example")</f><v>text</v></c>'
    formula += b'<c r="B3" t="str"><f>1+1</f><v>b</v></c><c r="C3" t="str"><v>=1+1</v></c></row>'
    imported = read_file(
        packed({**EXCEL, SHEET: sheet.replace(b"</sheetData>", formula + b"</sheetData>")})
    )
    last = list(imported.definition.questions())[-1]
    assert (last.name, last.text.say("de")) == ("b", "=1+1")
