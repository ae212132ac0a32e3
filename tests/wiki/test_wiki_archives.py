"""Folders and archives of strangers: nothing climbs out, nothing swells, and it is said."""

import contextlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from wiki.exchange import trees
from wiki.exchange.foreign import Refused
from wiki.exchange.trees import read_folder, read_zip

HOSTILE = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "make_files.py"


def zipped(*members: tuple[str, bytes], kind: int = zipfile.ZIP_STORED) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made


def test_files_are_known_by_their_names_and_read_when_asked_for() -> None:
    tree = read_zip(zipped(("wiki/linde.md", b"Alt."), ("wiki/bilder/linde.jpg", b"jpg")))

    assert list(tree.files) == ["wiki/bilder/linde.jpg", "wiki/linde.md"]
    assert tree.files["wiki/linde.md"]() == b"Alt."
    assert list(tree.top().under("bilder").files) == ["linde.jpg"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b.md",
        "C:\\Windows\\x.md",
        "..\\..\\x.md",
    ],
)
def test_an_archive_that_climbs_out_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="führt aus ihm hinaus"):
        read_zip(zipped((name, b"x"), ("gut.md", b"y")))


@pytest.mark.parametrize("name", ["x\ny.md", "x" * 400])
def test_what_is_no_name_of_a_file_is_left_aside_and_told(name: str) -> None:
    tree = read_zip(zipped((name, b"x"), ("gut.md", b"y")))

    assert list(tree.files) == ["gut.md"]
    assert "wurde nicht gelesen" in str(tree.lost[0])


def test_an_archive_with_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("verweis.md")
    link.external_attr = 0o120777 << 16
    made = zipped()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(Refused, match="nur ein Verweis"):
        read_zip(made)


def test_links_and_hidden_files_of_a_folder_are_left_aside(tmp_path: Path) -> None:
    (tmp_path / "seite.md").write_text("Text")
    (tmp_path / ".geheim.md").write_text("nicht lesen")
    (tmp_path / "verweis.md").symlink_to("/etc/passwd")
    (tmp_path / "ordner").symlink_to("/etc")

    tree = read_folder(tmp_path)

    assert list(tree.files) == ["seite.md"]
    assert len(tree.lost) == 2  # both links


def _is_no_archive() -> io.BytesIO:
    return io.BytesIO(b"PK\x03\x04 und dann nichts")


def _a_bomb() -> io.BytesIO:
    return zipped(("bombe.md", bytes(30_000_000)), kind=zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("made", "sentence"), [(_is_no_archive, trees.DAMAGED), (_a_bomb, trees.TOO_LARGE)]
)
def test_what_is_no_archive_or_swells_is_refused_with_a_sentence(
    made: Callable[[], io.BytesIO], sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        read_zip(made())

    assert str(refused.value) == sentence


def test_a_file_that_is_larger_than_the_archive_says_is_not_read_on() -> None:
    made = zipped(("seite.md", b"x" * 5_000), kind=zipfile.ZIP_DEFLATED)
    data = made.getvalue().replace((5_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    tree = read_zip(io.BytesIO(data))

    with pytest.raises(Refused):
        tree.files["seite.md"]()


@pytest.mark.skipif(not HOSTILE.is_file(), reason="the test data is not beside the repository")
def test_every_hostile_archive_is_refused_or_harmless(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(HOSTILE), str(tmp_path)], check=True, capture_output=True)
    archives = sorted(tmp_path.glob("*.zip"))

    assert archives
    for path in archives:
        with path.open("rb") as file, contextlib.suppress(Refused):
            tree = read_zip(file)
            assert sum(len(read()) for read in tree.files.values()) < trees.SMALL
            assert not any(name.startswith("/") or ".." in name for name in tree.files)
