"""Exports of MediaWiki: pages with their history, whatever version and packing."""

import bz2
import gzip
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wiki.exchange import mediawiki
from wiki.exchange.foreign import ForeignPage, Refused
from wiki.exchange.mediawiki import read_export

DATA = Path(__file__).parents[3] / "shared" / "data" / "wiki" / "mediawiki-xml"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the test data is not beside the repository"
)

EXPORT = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/">
<siteinfo><namespaces>
  <namespace key="0"/><namespace key="1">Diskussion</namespace>
  <namespace key="6">Abbildung</namespace><namespace key="14">Rubrik</namespace>
</namespaces></siteinfo>
<page><title>Alte_Linde</title><ns>0</ns><id>7</id>
  <revision><timestamp>2020-02-02T10:00:00Z</timestamp><contributor><username>Eva</username>
    </contributor><minor/><comment>Alter ergänzt</comment><text>Sie ist '''400''' Jahre alt.
[[Abbildung:Linde.jpg|mini]] [[Rubrik:Bäume]] {{Kasten\n|a=b}}</text></revision>
  <revision><timestamp>2019-01-01T10:00:00+01:00</timestamp><contributor><ip>192.0.2.7</ip>
    </contributor><text>Sie steht am See.</text></revision>
</page>
<page><title>Diskussion:Alte Linde</title><ns>1</ns><id>8</id>
  <revision><text>Wie alt?</text></revision></page>
<page><title>Linde</title><ns>0</ns><id>9</id><redirect title="Alte Linde"/>
  <revision><text>#REDIRECT [[Alte Linde]]</text></revision></page>
</mediawiki>"""

EARLIER = "<timestamp>2018-01-01T10:00:00Z</timestamp>"
LATER = "<timestamp>2021-01-01T10:00:00Z</timestamp>"


def read(data: bytes) -> Sequence[ForeignPage]:
    return list(read_export(io.BytesIO(data)))


def test_a_page_comes_with_its_history_oldest_first() -> None:
    linde, _ = read(EXPORT.encode())
    first, second = linde.versions

    assert (linde.key, linde.title, linde.tags) == ("7", "Alte Linde", ("Bäume",))
    assert (first.source, first.author) == ("Sie steht am See.", "")
    assert first.at == datetime(2019, 1, 1, 9, tzinfo=UTC)
    assert (second.author, second.summary, second.is_minor) == ("Eva", "Alter ergänzt", True)
    assert second.source.startswith("Sie ist **400** Jahre alt.")
    assert "{{Kasten" in second.original


def test_the_address_of_a_network_is_nobodys_name() -> None:
    assert "192.0.2.7" not in repr(read(EXPORT.encode()))


def test_what_could_not_be_taken_is_said() -> None:
    linde, _ = read(EXPORT.encode())

    assert [str(lost) for lost in linde.lost] == [
        (
            "Die Vorlage „Kasten“ (1-mal) gibt es hier nicht; der Text darin, der allein"
            " verständlich ist, blieb stehen."
        ),
        "Das Bild „Linde.jpg“ liegt nicht in der Datei.",
    ]


def test_talk_pages_stay_behind_and_redirects_lead_on() -> None:
    assert [(page.title, page.redirect) for page in read(EXPORT.encode())] == [
        ("Alte Linde", ""),
        ("Linde", "Alte Linde"),
    ]


def test_the_texts_that_a_redirect_replaced_are_told() -> None:
    start = "<revision><text>#REDIRECT"
    before = f"<revision>{EARLIER}<text>Ein Dorf.</text></revision><revision>{LATER}"
    changed = EXPORT.replace(start, f"{before}<text>#REDIRECT")
    _, moved = read(changed.encode())

    assert [str(lost) for lost in moved.lost] == [
        "Das ist heute eine Weiterleitung. Ihre früheren Texte (1) kamen nicht mit."
    ]


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress, lambda data: data])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_packing_and_encoding_reads_alike(pack: object, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding == "utf-16" else ""
    assert callable(pack)

    assert read(pack((head + EXPORT).encode(encoding))) == read(EXPORT.encode())


BOMB = """<!DOCTYPE mediawiki [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<mediawiki><page><title>&b;</title></page></mediawiki>"""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"kein XML",
        b"<html></html>",
        EXPORT[:-40].encode(),
        bz2.compress(EXPORT.encode())[:-20],
        gzip.compress(EXPORT.encode())[:-20],
        b"\x1f\x8bkaputt und noch mehr",
    ],
)
def test_what_is_no_whole_export_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Refused, match="kein vollständiger Export"):
        read(data)


def test_entities_are_refused_before_they_grow() -> None:
    with pytest.raises(Refused, match="Anweisungen"):
        read(BOMB.encode())


def test_an_archive_that_grows_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mediawiki, "MAX_BYTES", 1_000_000)
    grown = EXPORT.encode().replace(b"am See", b"am See " + b" " * 3_000_000)

    with pytest.raises(Refused, match="zu groß"):
        read(bz2.compress(grown))


@needs_data
def test_real_exports_come_in_whole() -> None:
    pages = {path.name: read(path.read_bytes()) for path in sorted(DATA.iterdir())}
    [pear] = pages["article-pear-0.10.xml"]

    assert (pear.title, pear.tags[0], len(pear.files)) == ("Pear", "Pears", 7)
    assert "## Etymology" in pear.versions[-1].source
    assert pear.versions[-1].source.count("[^30]") == 2
    plain = pages["article-pyrus.xml"]
    assert pages["article-pyrus-utf16.xml"] == pages["article-pyrus.xml.bz2"] == plain
    assert [(page.title, page.redirect, len(page.versions)) for page in plain] == [
        ("Pyrus", "Pear", 6)
    ]
