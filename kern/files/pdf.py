"""Documents as PDF: taken as they are when they hold nothing that acts, refused otherwise.

A PDF is not drawn anew, so it is only ever sent as a download. What is looked for are names of
the PDF language (ISO 32000-2, 12.6 and 7.11): scripts, programs, attachments. Modern writers pack
objects into compressed streams, so those are unpacked, under a limit, and read too.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from kern.files.check import FileRefused, require_size, safe_filename

MAX_MEGABYTES = 20
MAX_STREAMS = 50_000
MAX_UNPACKED = 32_000_000  # bytes of all object streams together
TAIL = 2048  # where readers look for the end mark
HEAD = 1024  # where browsers sniff for HTML


@dataclass(frozen=True, slots=True)
class Document:
    """`filename` is safe to show and offer; `sha256` is hex, of `data`; `kind` one of `MIMES` in
    `kern.files.documents`."""

    data: bytes
    sha256: str
    filename: str
    kind: str = "pdf"


_NOT_PDF = (
    "Die Datei ist kein vollständiges PDF. Bitte speichern Sie Ihr Dokument als PDF und wählen"
    " Sie es noch einmal."
)
_ACTIVE = (
    "Das PDF enthält Programme, angehängte Dateien oder ein aktives Formular. Bitte speichern Sie"
    " es ohne diese, zum Beispiel über „Drucken als PDF“."
)
_LOCKED = (
    "Das PDF ist durch ein Kennwort oder mit Einschränkungen geschützt. Bitte speichern Sie es"
    " ohne Schutz, damit alle es lesen können."
)
_UNCLEAR = (
    "Das PDF lässt sich nicht prüfen. Bitte speichern Sie es neu, zum Beispiel über „Drucken als"
    " PDF“."
)


def accept_pdf(data: bytes, filename: str) -> Document:
    """The document unchanged, with its name made safe; raises FileRefused."""
    require_size(data, MAX_MEGABYTES)
    _require_only_pdf(data)
    if _ENCRYPT.search(data):
        raise FileRefused(_LOCKED)
    if _ACTS.search(data) or any(_ACTS.search(part) for part in _object_streams(data)):
        raise FileRefused(_ACTIVE)
    return Document(data, hashlib.sha256(data).hexdigest(), safe_filename(filename, ".pdf"))


def _name(name: str) -> str:
    """A pattern for a PDF name, each letter as itself or as #xx (ISO 32000-2, 7.3.5)."""
    return "".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in name)


def _any(*names: str) -> str:
    return f"(?:{'|'.join(_name(name) for name in names)})"


# A name ends where a regular character does not follow, so the font /LaunchSans is no program.
_ENDS = r"(?![A-Za-z0-9_.+#-])"
# XFA is too short to rule out a chance hit in compressed data: its value must follow.
_REFERENCE = r"\s*(?:\[|<<|[0-9]+\s+[0-9]+\s+R)"
_SCRIPTS = _any("JavaScript", "Launch", "RichMedia", "ImportData")
_ATTACHMENTS = _any("EmbeddedFile", "EmbeddedFiles", "GoToE")
_ACTS = re.compile(f"/(?:(?:{_SCRIPTS}|{_ATTACHMENTS}){_ENDS}|{_name('XFA')}{_REFERENCE})".encode())
_ENCRYPT = re.compile(f"/{_name('Encrypt')}{_REFERENCE}".encode())
_TYPE = re.compile(f"/{_name('ObjStm')}{_ENDS}".encode())
_FIRST = re.compile(f"/{_name('First')}{_ENDS}".encode())
_FILTER = re.compile(f"/{_any('Filter', 'F')}{_ENDS}".encode())
_OTHER_FILTER = re.compile(
    f"/{_any('ASCIIHex', 'AHx', 'ASCII85', 'A85', 'LZW', 'RunLength', 'RL', 'Crypt')}".encode()
)
_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n?|\n)")
_MARKUP = re.compile(rb"(?i)<(?:!doctype|html|script|svg|body|iframe|img|\?php|head|title)")
# Archives whose readers look from the end of the file or skip what stands before them.
_ZIP_END = b"PK\x05\x06"
_ZIP_END_REACH = 65_557  # its longest comment and itself
_OTHER_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


def _require_only_pdf(data: bytes) -> None:
    """One kind of file for every reader: nothing else before it, after it or in its head."""
    end = data.rfind(b"%%EOF", -TAIL)
    if not data.startswith(b"%PDF-") or end < 0 or b"startxref" not in data[-TAIL:]:
        raise FileRefused(_NOT_PDF)
    after = data[end + len(b"%%EOF") :]
    if after.strip(b"\0\r\n\t ") or _MARKUP.search(data, 0, HEAD):
        raise FileRefused(_NOT_PDF)
    if _ZIP_END in data[-_ZIP_END_REACH:] or any(mark in data for mark in _OTHER_ARCHIVES):
        raise FileRefused(_NOT_PDF)


def _object_streams(data: bytes) -> Iterator[bytes]:
    room = MAX_UNPACKED
    previous = 0
    for count, found in enumerate(_STREAM.finditer(data)):
        if count > MAX_STREAMS:
            raise FileRefused(_UNCLEAR)
        before = data[previous : found.start()]
        previous = found.end()
        dictionary = before[before.rfind(b"obj") + 1 :]
        # The first test reads further back, so that a word "obj" inside hides nothing; the
        # second finds those without a type, which some readers open too.
        if _TYPE.search(before) or _FIRST.search(dictionary):
            part = _unpack(data, found.end(), dictionary, room)
            room -= len(part)
            yield part


def _unpack(data: bytes, start: int, dictionary: bytes, room: int) -> bytes:
    if not _FILTER.search(dictionary):
        return b""  # not packed: its text was read with the rest
    end = data.find(b"endstream", start)
    if _OTHER_FILTER.search(dictionary) or end < 0 or room <= 0:
        raise FileRefused(_UNCLEAR)
    decoder = zlib.decompressobj()
    try:
        part = decoder.decompress(data[start:end], room)
    except zlib.error as error:
        raise FileRefused(_UNCLEAR) from error
    if not decoder.eof:
        raise FileRefused(_UNCLEAR)
    return part
