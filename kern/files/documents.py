"""All kinds of documents that are kept: each is looked into by the check that fits its first bytes.

They are sent as a download and never shown inline, with the type that was found in them.
"""

from collections.abc import Mapping

from kern.files.office import accept_office, is_archive
from kern.files.pdf import Document, accept_pdf

_OOXML = "application/vnd.openxmlformats-officedocument"
MIMES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "docx": f"{_OOXML}.wordprocessingml.document",
    "xlsx": f"{_OOXML}.spreadsheetml.sheet",
}
ENDINGS = ",".join(f".{kind}" for kind in MIMES)
"""For `accept` of a file field: a help when choosing, never believed."""


def is_document(data: bytes) -> bool:
    """Whether it is to be checked as one; anything else may be a picture."""
    return data.startswith(b"%PDF-") or is_archive(data)


def accept_document(data: bytes, filename: str) -> Document:
    """The document unchanged, with its name made safe; raises FileRefused. May take about a second:
    call it before the transaction begins."""
    return accept_office(data, filename) if is_archive(data) else accept_pdf(data, filename)
