"""Documents of office programs for tests, as small as their readers take them."""

import io
import zipfile
from collections.abc import Mapping

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Parts = Mapping[str, bytes | str]


def zipped(parts: Parts, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in parts.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            entry = zipfile.ZipInfo(name)  # with a date that stays
            archive.writestr(entry, data, method)
    return out.getvalue()


def types(main: str = TYPE, more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="urn:t">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/main.xml" ContentType="{main}"/>{more}</Types>'
    )


def docx(more: Parts | None = None, *, body: str = "<w:t>Satzung</w:t>", main: str = TYPE) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": types(main),
            "_rels/.rels": f'<Relationships xmlns="{RELS}"/>',
            "word/document.xml": f'<w:document xmlns:w="urn:w">{body}</w:document>',
            **(more or {}),
        }
    )


def related(kind: str, target: str) -> Parts:
    link = f'<Relationship Type="{RELS}/{kind}" Target="{target}" TargetMode="External"/>'
    return {"word/_rels/document.xml.rels": f'<Relationships xmlns="{RELS}">{link}</Relationships>'}


def odf(
    mime: str = ODT, more: Parts | None = None, *, body: str = "<text:p>Satzung</text:p>",
    manifest: str = "",
) -> bytes:  # fmt: skip
    spaces = 'xmlns:office="urn:o" xmlns:text="urn:t" xmlns:xlink="urn:x" xmlns:draw="urn:d"'
    return zipped(
        {
            "mimetype": mime,
            "content.xml": f"<office:document-content {spaces}>{body}</office:document-content>",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="urn:m">{manifest}</m:manifest>',
            **(more or {}),
        }
    )
