"""What is no backup, or has something foreign in it, is refused before a byte is written."""

import tarfile
from pathlib import Path

import pytest

from portal.betrieb import archive
from portal.betrieb.archive import BadArchive
from tests.archives import pack, special


@pytest.mark.parametrize(
    "member",
    [
        "../boese",
        "/proc/boese",
        "orte/../../boese",
        "orte/ort/uploads/../../../boese",
        "orte/ort/uploads/a/../../secret",
        "orte/ort/anderes.txt",
        "orte/ORT/secret",
        "./manifest.json",
        "orte/ort/uploads/a\nb",
    ],
)
def test_no_member_climbs_out(tmp_path: Path, member: str) -> None:
    file = pack(tmp_path / "boese.tar.gz", {member: b"boese"})

    with pytest.raises(BadArchive, match="nicht hineingehört"):
        archive.unpack(file, tmp_path / "ziel")
    assert list((tmp_path / "ziel").rglob("*")) == []


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_only_plain_files_are_taken(tmp_path: Path, kind: bytes) -> None:
    name = "orte/ort/secret"
    file = pack(tmp_path / "boese.tar.gz", {name: special(name, kind)})

    with pytest.raises(BadArchive, match="nicht hineingehört"):
        archive.unpack(file, tmp_path / "ziel")


def test_something_else_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("kein Archiv", encoding="utf-8")

    with pytest.raises(BadArchive):
        archive.unpack(tmp_path / "text", tmp_path / "a")
    with pytest.raises(BadArchive):
        archive.unpack(pack(tmp_path / "leer.tar.gz", {}), tmp_path / "b")
