"""A wiki in git comes with its authors, its dates and its renames; no program is called."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from dulwich.porcelain import add, commit, init

from wiki.exchange.foreign import Refused
from wiki.exchange.git import read_git

LONG = "Die Linde steht seit vierhundert Jahren am See.\n" * 10


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    init(str(tmp_path)).close()
    return tmp_path


def save(
    wiki: Path, summary: str, at: int, author: str = "Eva <eva@example.org>", **files: str
) -> None:
    for name, text in files.items():
        path = wiki / name.replace("__", "/").replace("_md", ".md")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    add(str(wiki), paths=None)
    commit(
        str(wiki),
        message=summary.encode(),
        author=author.encode(),
        committer=b"x <x@example.org>",
        author_timestamp=at,
        commit_timestamp=at,
        all=True,
    )


def test_every_version_comes_with_its_author_day_and_summary(wiki: Path) -> None:
    save(wiki, "Anfang\n\nLang und breit", 1_500_000_000, linde_md="# Linde\n\nKlein.")
    save(wiki, "Größer", 1_600_000_000, "Ömer <o@example.org>", linde_md="# Linde\n\nGroß.")
    (page,) = read_git(wiki).pages

    assert [one.source for one in page.versions] == ["Klein.", "Groß."]
    assert [one.author for one in page.versions] == ["Eva", "Ömer"]
    assert [one.summary for one in page.versions] == ["Anfang", "Größer"]
    assert page.versions[0].at == datetime.fromtimestamp(1_500_000_000, UTC)
    assert "@" not in repr(page.versions)


def test_a_renamed_page_keeps_its_history_and_old_links_lead_to_it(wiki: Path) -> None:
    save(wiki, "Anfang", 1_500_000_000, baum_md=LONG, start_md="[Baum](baum.md)")
    (wiki / "baum.md").rename(wiki / "linde.md")
    save(wiki, "Umbenannt", 1_600_000_000)
    save(wiki, "Ergänzt", 1_700_000_000, linde_md=LONG + "Und sie blüht.\n")
    pages = {page.title: page for page in read_git(wiki).pages}

    assert [one.summary for one in pages["Linde"].versions] == ["Anfang", "Umbenannt", "Ergänzt"]
    assert pages["Start"].versions[-1].source == "[[Linde|Baum]]"


def test_a_page_that_was_deleted_does_not_come(wiki: Path) -> None:
    save(wiki, "Anfang", 1_500_000_000, weg_md="# Weg", da_md="# Da")
    (wiki / "weg.md").unlink()
    save(wiki, "Gelöscht", 1_600_000_000)

    assert [page.title for page in read_git(wiki).pages] == ["Da"]


def test_pictures_are_read_after_the_repository_was_closed(wiki: Path) -> None:
    save(wiki, "Anfang", 1_500_000_000, linde_md="![Linde](linde.jpg)", **{"linde.jpg": "bild"})
    (page,) = read_git(wiki).pages

    assert page.attached[0].read() == b"bild"


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path, wiki: Path) -> None:
    with pytest.raises(Refused):
        read_git(wiki)  # nothing was ever saved in it
    with pytest.raises(Refused):
        read_git(tmp_path / "nichts")
