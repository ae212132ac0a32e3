"""Which documents of office programs are taken, and which are refused with what sentence."""

import io
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from kern.files import office
from kern.files.check import FileRefused, FileTooLarge
from kern.files.documents import accept_document
from tests.office_files import ODS, ODT, SHEET, docx, odf, related, types, zipped

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "surveys"
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"


def workbook(rows: int = 3) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(rows):
            sheet.write_row(row, 0, [row, "Linde", f"=A{row + 1}*2", 54.1])
        sheet.write_url(0, 5, "https://www.example.org/")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$3"})
        sheet.insert_chart("H2", chart)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (docx(), "Satzung.docx"),
        (odf(ODT), "Satzung.odt"),
        (odf(ODS), "Satzung.ods"),
        (workbook(), "Satzung.xlsx"),
        (docx({"word/embeddings/Tabelle1.xlsx": workbook()}), "Satzung.docx"),
        (docx(related("hyperlink", "https://www.example.org/")), "Satzung.docx"),
        (docx(related("attachedTemplate", "file:///C:\\Vorlagen\\Brief.dotx")), "Satzung.docx"),
        (docx(body="<w:instrText> PAGE </w:instrText><w:t>DDE heißt etwas</w:t>"), "Satzung.docx"),
        (odf(body="<office:scripts/><text:p>macro: so heißt es</text:p>"), "Satzung.odt"),
        (
            odf(more={"Object 1/content.xml": "<a/>", "ObjectReplacements/Object 1": b"\1"}),
            "Satzung.odt",
        ),
        (
            odf(more={"Configurations2/toolbar/": b"", "Thumbnails/thumbnail.png": b"\x89PNG"}),
            "Satzung.odt",
        ),
    ],
)
def test_a_plain_document_is_taken_unchanged_and_named_for_what_it_is(
    data: bytes, name: str
) -> None:
    taken = accept_document(data, f"../../Satzung.{name.rpartition('.')[2]}")

    assert taken.data == data
    assert taken.filename == name
    assert taken.kind == name.rpartition(".")[2]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared test data is not here")
def test_workbooks_of_other_programs_are_taken() -> None:
    for path in SHARED.glob("*.xlsx"):
        assert accept_document(path.read_bytes(), path.name).kind == "xlsx"


def script(href: str) -> bytes:
    return odf(body=f'<text:a xlink:href="{href}">hier</text:a>')


@pytest.mark.parametrize(
    "data",
    [
        docx({"word/vbaProject.bin": b"\0"}),
        docx({"word/VBADATA.xml": "<a/>"}),
        docx(main=MACRO),
        docx({"[Content_Types].xml": types(more=f'<Override ContentType="{MACRO}"/>')}),
        docx({"word/activeX/activeX1.xml": "<a/>"}),
        docx({"word/embeddings/oleObject1.bin": b"\0"}),
        docx({"word/embeddings/innen.docx": docx({"word/vbaProject.bin": b"\0"})}),
        docx({"word/embeddings/a.docx": docx({"word/embeddings/b.docx": docx()})}),
        docx({"word/media/bild1.png": b"MZ\x90\0"}),
        docx({"word/media/bild1.exe": b"Hallo"}),
        docx(body='<w:fldSimple w:instr=" DDEAUTO c:\\cmd.exe"/>'),
        docx(body="<w:instrText>DD</w:instrText><w:x/><w:instrText>E x</w:instrText>"),
        docx(body="<w:fldChar/><w:instrText>QUOTE 68 68 69</w:instrText>"),
        docx(body='<w:altChunk r="rId1"/>'),
        docx(related("oleObject", "mhtml:https://boese.example/")),
        odf(more={"Basic/Standard/Module1.xml": "<a/>"}),
        odf(more={"Scripts/python/lauf.py": "print(1)"}),
        odf(body='<office:scripts><x:script xmlns:x="urn:s"/></office:scripts>'),
        odf(body='<x:event-listener xmlns:x="urn:s"/>'),
        script("vnd.sun.star.script:Standard.a?language=Basic"),
        script("&#118;nd.sun.star.script:Standard.a"),
        script("macro:///Standard.a"),
        odf(more={"Object 1": b"\xd0\xcf\x11\xe0"}),
        odf(manifest='<m:file-entry m:media-type="application/vnd.sun.star.oleobject"/>'),
    ],
)
def test_what_acts_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused, match=r"Makros|vollständig"):
        accept_document(data, "a.docx")


@pytest.mark.parametrize(
    "data",
    [
        docx(related("attachedTemplate", "https://boese.example/a.dotm")),
        docx(related("attachedTemplate", "file://server/a.dotm")),
        docx(related("image", "\\\\server\\bild.png")),
        odf(body='<draw:image xlink:href="https://zaehlt.example/bild.png"/>'),
    ],
)
def test_what_loads_from_elsewhere_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused, match=r"von anderswo"):
        accept_document(data, "a.docx")


@pytest.mark.parametrize(
    "data",
    [
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        odf(manifest="<m:file-entry><m:encryption-data/></m:file-entry>"),
    ],
)
def test_a_locked_or_old_document_is_refused_in_words_that_help(data: bytes) -> None:
    with pytest.raises(FileRefused, match=r"Kennwort"):
        accept_document(data, "a.docx")


def twice(name: str) -> bytes:
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, "<a/>")
    return out.getvalue()


def scrambled() -> bytes:
    return docx(body="Linde " * 9).replace(b"word/document", b"word/dokument", 1)


@pytest.mark.parametrize(
    "data",
    [
        zipped({"a.txt": "Hallo"}),
        zipped({"[Content_Types].xml": types("text/plain")}),
        zipped(
            {
                "mimetype": "application/epub+zip",
                "content.xml": "<a/>",
                "META-INF/manifest.xml": "<a/>",
            }
        ),
        odf("text/html"),
        odf(more={"[Content_Types].xml": types()}),
        docx()[:-4],
        docx() + b"<script>alert(1)</script>",
        zipped({"[Content_Types].xml": types()}, comment=b"<html>"),
        twice("WORD/document.xml"),
        scrambled(),
        docx({"../../etc/cron.d/a.xml": "<a/>"}),
        docx({"word\\..\\a.xml": "<a/>"}),
        docx({"/a.xml": "<a/>"}),
        docx({"word/a.xml": "<a><b></a>"}),
        docx({"word/a.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        docx({"word/a.xml": '<?php system("id")?><a/>'}),
        docx({f"word/{number}.xml": "<a/>" for number in range(office.MAX_PARTS)}),
        b"PK\x03\x04" + b"\0" * 400,
        b"PK\x03\x04",
    ],
)
def test_what_is_no_such_document_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused, match=r"vollständig|prüfen"):
        accept_document(data, "a.docx")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = docx({"word/a.xml": "<a>" + " " * (office.MAX_XML + 1) + "</a>"})
    began = time.process_time()

    with pytest.raises(FileRefused, match=r"prüfen"):
        accept_document(bomb, "a.docx")
    with pytest.raises(FileTooLarge, match=r"zu groß"):
        accept_document(b"PK\x03\x04" + b"\0" * 21_000_000, "a.docx")

    assert len(bomb) < 100_000
    assert time.process_time() - began < 1.5


def test_a_table_of_many_rows_is_checked_quickly() -> None:
    data = workbook(12_000)
    began = time.process_time()

    assert accept_document(data, "a.xlsx").kind == "xlsx"

    assert time.process_time() - began < 1


def test_a_spreadsheet_is_known_by_its_content_and_not_by_its_name() -> None:
    assert accept_document(docx(main=SHEET), "bericht.docx").filename == "bericht.docx.xlsx"
