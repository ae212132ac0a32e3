import hashlib
import io
import os
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from PIL import Image

from kern.files.check import FileRefused, FileTooLarge
from kern.files.pdf import MAX_MEGABYTES, accept_pdf


def pdf(*objects: bytes, head: bytes = b"%PDF-1.7\n", tail: bytes = b"") -> bytes:
    """A small document; each object is the text between `obj` and `endobj`."""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    parts += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>", *objects]
    body, places = head, []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    body_end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    body_end += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + body_end + tail


def stream(dictionary: bytes, body: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(body), body)


def object_stream(text: bytes, dictionary: bytes = b"/Type/ObjStm/N 1/First 4") -> bytes:
    return stream(dictionary + b"/Filter/FlateDecode", zlib.compress(text))


def test_a_plain_document_is_taken_unchanged() -> None:
    data = pdf()

    taken = accept_pdf(data, "../Plan Süd")

    assert taken.data == data
    assert taken.sha256 == hashlib.sha256(data).hexdigest()
    assert taken.filename == "Plan Süd.pdf"


def test_a_document_of_another_program_is_taken() -> None:
    out = io.BytesIO()
    Image.effect_noise((300, 300), 40).save(out, "PDF", title="Lageplan")

    assert accept_pdf(out.getvalue(), "plan.pdf").data == out.getvalue()


@pytest.mark.parametrize(
    "part",
    [
        b"<</OpenAction[3 0 R /FitH 700]>>",
        b"<</Type/Font/BaseFont/LaunchSans>>",
        object_stream(b"4 0 <</Type/Annot/A<</S/URI/URI(https://example.org)>>>>"),
        stream(b"/Filter/FlateDecode", zlib.compress(b"BT (JavaScript) Tj ET")),
        b"<</Outlines<</First 4 0 R/Last 4 0 R>>>>",
    ],
)
def test_what_only_looks_alike_is_taken(part: bytes) -> None:
    assert accept_pdf(pdf(part), "a.pdf")


@pytest.mark.parametrize(
    "part",
    [
        b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
        b"<</OpenAction<</S/Java#53cript/JS(app.alert(1))>>>>",
        b"<</S/#4a#61#76#61#53#63#72#69#70#74/JS 5 0 R>>",
        b"<</S/Launch/F(cmd.exe)>>",
        b"<</Type/EmbeddedFile/Length 0>>",
        b"<</Names<</EmbeddedFiles 7 0 R>>>>",
        b"<</AcroForm<</XFA[(template) 5 0 R]>>>>",
        b"<</Subtype/RichMedia>>",
        object_stream(b"4 0 <</S/JavaScript/JS(app.alert(1))>>"),
        object_stream(b"4 0 <</S/Launch>>", b"/Type/Obj#53tm/N 1/F#69rst 4"),
        object_stream(b"4 0 <</S/Launch>>", b"/N 1/First 4"),
        object_stream(b"4 0 <</S/Launch>>", b"/Type/ObjStm/X(obj)"),
    ],
)
def test_what_acts_is_refused(part: bytes) -> None:
    with pytest.raises(FileRefused, match="Programme") as caught:
        accept_pdf(pdf(part), "a.pdf")
    assert caught.value.status == 422


def test_a_locked_document_is_refused() -> None:
    data = pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 9 0 R")

    with pytest.raises(FileRefused, match="geschützt"):
        accept_pdf(data, "a.pdf")


def zipped(comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
        archive.comment = comment
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script>" + pdf(),
        zipped() + pdf(),
        b"\n" + pdf(),
        pdf(head=b"%PDF-1.7\n%<html><script>alert(1)</script>\n"),
        pdf(tail=zipped()),
        pdf(tail=b"<script>alert(1)</script>"),
        pdf(tail=zipped(comment=b"startxref\n0\n%%EOF\n")),
        b"%PDF-1.7\n",
        pdf()[:-30],
        b"MZ" + pdf(),
    ],
)
def test_a_file_that_is_also_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused, match="kein vollständiges PDF"):
        accept_pdf(data, "a.pdf")


@pytest.mark.parametrize(
    "part",
    [
        lambda: object_stream(b"\0" * 60_000_000),
        lambda: stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", b"no zlib"),
        lambda: stream(b"/Type/ObjStm/N 1/First 4/Filter[/ASCII85Decode/FlateDecode]", b"x~>"),
        lambda: stream(
            b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zlib.compress(b"x" * 99)[:-6]
        ),
    ],
)
def test_what_cannot_be_looked_into_is_refused(part: Callable[[], bytes]) -> None:
    made = pdf(part())
    started = time.process_time()
    with pytest.raises(FileRefused, match="nicht prüfen"):
        accept_pdf(made, "a.pdf")
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    "filling",
    [
        os.urandom(1 << 20) * 18,
        b"/#4a" * 4_500_000,
        b"stream\n" * 49_000,
        b"obj/ObjStm " * 1_600_000,
    ],
    ids=["noise", "names", "streams", "objects"],
)
def test_a_large_document_is_checked_quickly(filling: bytes) -> None:
    data = pdf(stream(b"/Filter/DCTDecode", filling))
    started = time.process_time()
    with suppress(FileRefused):
        assert accept_pdf(data, "a.pdf").data == data
    assert time.process_time() - started < 3.0


def test_empty_and_heavy_files_are_refused() -> None:
    with pytest.raises(FileRefused, match="leer"):
        accept_pdf(b"", "a.pdf")
    with pytest.raises(FileTooLarge, match="20 MB"):
        accept_pdf(pdf(bytes(MAX_MEGABYTES * 1_000_000)), "a.pdf")
