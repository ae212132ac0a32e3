"""Documents of office programs (OpenDocument, OOXML): taken as they are when nothing in them acts.

Like a PDF they are only ever sent as a download. Both are ZIP archives of XML: their table is read
under limits, each part of XML goes through a parser that knows no entities, and everything else
must be what such a document carries (ODF 1.3 part 2; ECMA-376 part 2). Names and what the browser
says are not believed.
"""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from kern.files.check import FileRefused, require_size, safe_filename
from kern.files.pdf import Document

MAX_MEGABYTES = 20
MAX_PARTS = 3_000
MAX_UNPACKED = 200_000_000  # bytes of all parts, as the archive states them
MAX_XML = 32_000_000  # bytes of all parts of XML, as they come out
LONGEST_TYPE = 100  # bytes of an ODF type
SHORTEST = len("macro:")
MAX_INSIDE = 1  # documents within a document: the table behind a chart

_NOT_OFFICE = (
    "Die Datei ist kein vollständiges Dokument. Möglich sind PDF, ODT, ODS, DOCX und XLSX. Bitte"
    " speichern Sie es so und wählen Sie es noch einmal."
)
_ACTIVE = (
    "Das Dokument enthält Makros, Programme oder eingebettete Dateien. Bitte speichern Sie es ohne"
    " diese oder als PDF."
)
_REMOTE = (
    "Das Dokument holt Inhalte von anderswo. Bitte fügen Sie diese fest ein oder speichern Sie es"
    " als PDF."
)
_LOCKED = (
    "Das Dokument ist durch ein Kennwort geschützt oder in einem alten Format (DOC, XLS). Bitte"
    " speichern Sie es ohne Kennwort als ODT, ODS, DOCX, XLSX oder PDF."
)
_UNCLEAR = "Das Dokument lässt sich nicht prüfen. Bitte speichern Sie es neu, zum Beispiel als PDF."

_ODF: Mapping[bytes, str] = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_ODF_PARTS = {"content.xml", "META-INF/manifest.xml"}
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_MAIN: Mapping[str, str] = {
    f"{_OPEN_XML}wordprocessingml.document.main+xml": "docx",
    f"{_OPEN_XML}spreadsheetml.sheet.main+xml": "xlsx",
}
_TYPES = "[Content_Types].xml"
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP_START, _ZIP_END, _ZIP_END_SIZE = b"PK\x03\x04", b"PK\x05\x06", 22
_IS_LOCKED = 0x1
_PROGRAMS = (_OLE, b"MZ", b"\x7fELF", b"#!", b"PK\x03\x04", b"%PDF-", b"\xca\xfe\xba\xbe")

# Parts that hold programs, wherever they lie.
_ACTING_PART = re.compile(
    r"(?i)(?:^|/)(?:basic|scripts|dialogs|vbaproject|vbadata|activex|customui|macrosheets"
    r"|dialogsheets|ctrlprops|macrosignatures|oleobject)(?:[/0-9.]|$)"
)
_XML_PART = re.compile(r"(?i)\.(?:xml|rels|vml|rdf|svg)$")
_OTHER_PART = re.compile(
    r"(?i)\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svm|webp|wdp|odttf|ttf|otf|txt)$"
    r"|(?:^|/)printersettings[0-9]*\.bin$"
    r"|(?:^|/)(?:mimetype|layout-cache)$"
    r"|^objectreplacements/[^/.]+$"
    r"|/$"
)
_INSIDE_PART = re.compile(r"(?i)/embeddings/[^/]+\.(?:docx|xlsx)$")

# Elements and attributes that act, by their names without a prefix.
_ACTING = frozenset({"event-listener", "script", "dde-source", "dde-link", "ddeLink", "oleObject",
    "dde-connection", "dde-connection-decl", "applet", "plugin", "altChunk", "OLEObject",
    "object-ole", "control"})  # fmt: skip
_ACTING_VALUE = re.compile(
    r"(?i)^\s*(?:macro:|javascript:|vbscript:|data:text/html|ms-[a-z]+:)|vnd\.sun\.star\.(?!graphic)"
)
_ACTING_TYPE = re.compile(r"(?i)macroenabled|vbaproject|vbadata|oleobject|activex|ctrlprop")
_TYPED = frozenset({"ContentType", "Type", "media-type"})
# "QUOTE 68 68 69" spells a field by its letters.
_DDE = re.compile(r"(?i)\bDDE(?:AUTO)?\b|\bQUOTE\s+[0-9]")
_WORKED_OUT = frozenset({"instrText", "f"})  # by Word and Excel: what stands between the marks
_FIELD_MARKS = frozenset({"fldChar", "fldSimple"})
_FORMULAS = frozenset({"instr", "formula"})  # the same as attributes
_LOADED = frozenset({"image", "object", "table-source", "section-source", "font-face-uri",
    "floating-frame", "fill-image", "background-image"})  # fmt: skip
_LOCAL_TARGET = re.compile(
    r"(?i)^\s*(?:(?:file:///)?[a-z]:[\\/]|(?!(?:[\\/]|%5c|%2f){2})(?![a-z][a-z0-9+.-]*:))"
)


def is_archive(data: bytes) -> bool:
    """Whether it may be such a document, or an old one of which `accept_office` says so."""
    return data.startswith((_ZIP_START, _OLE))


def accept_office(data: bytes, filename: str) -> Document:
    """The document unchanged, with its name made safe; raises FileRefused.

    Up to about a second of CPU for a large table: call it before the transaction begins.
    """
    require_size(data, MAX_MEGABYTES)
    if data.startswith(_OLE):
        raise FileRefused(_LOCKED)
    kind = _Check().archive(data)
    name = safe_filename(filename, f".{kind}")
    return Document(data, hashlib.sha256(data).hexdigest(), name, kind)


@dataclass(slots=True)
class _Check:
    """One document with what lies within it: the room for XML is that of all together."""

    room: int = MAX_XML
    depth: int = 0

    def archive(self, data: bytes) -> str:
        _require_only_zip(data)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return self._parts(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise FileRefused(_UNCLEAR) from error
        except (OSError, ValueError, RuntimeError, expat.ExpatError) as error:
            raise FileRefused(_UNCLEAR) from error

    def _parts(self, archive: zipfile.ZipFile) -> str:
        parts = archive.infolist()
        _require_table(parts)
        kind = self._kind(archive, parts)
        for part in parts:
            self._part(archive, part)
        return kind

    def _kind(self, archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> str:
        names = {part.filename for part in parts}
        kinds: set[str] = set()
        if parts[0].filename == "mimetype" and parts[0].file_size <= LONGEST_TYPE:
            kinds = {_ODF.get(archive.read(parts[0]), "")}
        elif _TYPES in names and "mimetype" not in names:
            seen = self._read(archive, archive.getinfo(_TYPES))
            kinds = {_MAIN[value] for value in seen.values if value in _MAIN}
        is_one = len(kinds) == 1 and (_TYPES in names) != (names >= _ODF_PARTS)
        if not is_one or "" in kinds:
            raise FileRefused(_NOT_OFFICE)
        return kinds.pop()

    def _part(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        name = part.filename
        if _ACTING_PART.search(name):
            raise FileRefused(_ACTIVE)
        if _XML_PART.search(name):
            if part.file_size:  # LibreOffice leaves empty ones behind
                self._read(archive, part)
        elif _INSIDE_PART.search(name):
            self._inside(archive, part)
        elif not _OTHER_PART.search(name) or _begins_as_program(archive, part):
            raise FileRefused(_ACTIVE)

    def _inside(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        if self.depth >= MAX_INSIDE or part.file_size > MAX_MEGABYTES * 1_000_000:
            raise FileRefused(_ACTIVE)
        self.depth += 1
        self.archive(archive.read(part))
        self.depth -= 1

    def _read(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> "_Reader":
        reader = _Reader()
        with archive.open(part) as stream:
            while chunk := stream.read(65_536):
                self.room -= len(chunk)
                if self.room < 0:
                    raise FileRefused(_UNCLEAR)
                reader.feed(chunk)
        reader.close()
        return reader


@dataclass(slots=True)
class _Reader:
    """One part of XML. `values` are the types that the table of contents states."""

    values: set[str] = field(default_factory=set)
    _parser: expat.XMLParserType = field(init=False)
    _open: int = 0  # fields around the words that come
    _words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.ProcessingInstructionHandler = self._instruction

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)  # noqa: FBT003 - takes it so alone

    def close(self) -> None:
        self._parser.Parse(b"", True)  # noqa: FBT003 - takes it so alone
        if _DDE.search("".join(self._words)):
            raise FileRefused(_ACTIVE)

    def _refuse(self, *_declared: object) -> None:
        raise FileRefused(_UNCLEAR)

    def _instruction(self, target: str, _data: str) -> None:
        if target not in {"xml", "mso-application"}:
            raise FileRefused(_UNCLEAR)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in _ACTING:
            raise FileRefused(_ACTIVE)
        if local == "encryption-data":
            raise FileRefused(_LOCKED)
        if local in _WORKED_OUT:
            self._open += 1
        elif local in _FIELD_MARKS:
            self._words.append("\n")
        for written, value in attributes.items():
            if len(value) >= SHORTEST:  # not the place of every cell
                self._attribute(local, written.rpartition(":")[2], value)
        if local == "Relationship" and attributes.get("TargetMode") == "External":
            _require_harmless_link(attributes)

    def _attribute(self, element: str, name: str, value: str) -> None:
        if name == "ContentType":
            self.values.add(value)
        if _ACTING_VALUE.search(value) or (name in _TYPED and _ACTING_TYPE.search(value)):
            raise FileRefused(_ACTIVE)
        if name in _FORMULAS and _DDE.search(value):
            raise FileRefused(_ACTIVE)
        if name == "href" and element in _LOADED and not _LOCAL_TARGET.search(value):
            raise FileRefused(_REMOTE)

    def _end(self, name: str) -> None:
        if self._open and name.rpartition(":")[2] in _WORKED_OUT:
            self._open -= 1

    def _text(self, words: str) -> None:
        if self._open:
            self._words.append(words)


def _require_harmless_link(attributes: Mapping[str, str]) -> None:
    """Links that somebody clicks are fine; what loads by itself must not lead away from the
    computer: a template or a picture from afar runs or reports there."""
    is_clicked = attributes.get("Type", "").endswith("/hyperlink")
    if not is_clicked and not _LOCAL_TARGET.search(attributes.get("Target", "")):
        raise FileRefused(_REMOTE)


def _require_only_zip(data: bytes) -> None:
    """One archive for every reader: nothing before it and nothing after it."""
    tail = data[-_ZIP_END_SIZE:]
    if not data.startswith(_ZIP_START) or not tail.startswith(_ZIP_END) or tail[-2:] != b"\0\0":
        raise FileRefused(_NOT_OFFICE)


def _require_table(parts: list[zipfile.ZipInfo]) -> None:
    if not 0 < len(parts) <= MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileRefused(_UNCLEAR)
    if len({part.filename.casefold() for part in parts}) != len(parts):
        raise FileRefused(_UNCLEAR)  # two readers would open two documents
    if any(part.flag_bits & _IS_LOCKED for part in parts):
        raise FileRefused(_LOCKED)
    if any(why for part in parts for why in _oddities(part)):
        raise FileRefused(_UNCLEAR)


def _oddities(part: zipfile.ZipInfo) -> Iterator[bool]:
    name = part.orig_filename
    yield part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    yield name.startswith("/") or "\\" in name or "\0" in name or ":" in name
    yield ".." in name.split("/")


def _begins_as_program(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if part.is_dir():
        return part.file_size > 0
    with archive.open(part) as stream:
        return stream.read(8).startswith(_PROGRAMS)
