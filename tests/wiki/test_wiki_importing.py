"""A wiki comes from files with all it says, again without doubling, and goes into files whole."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from dulwich.porcelain import add, commit, init
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.db import db
from kern.town import Town
from tests.builders import make_actor
from tests.wiki.pages import history, make_page, ortswiki, propose_page
from wiki import service
from wiki.cli import group
from wiki.exchange.foreign import ForeignPage
from wiki.models import Address, Kind, Page, Revision
from wiki.service.importing import led_on, read_redirects

DATA = Path(__file__).parents[3] / "shared" / "data" / "wiki"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the test data is not beside the repository"
)

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, town: Town) -> Run:
    """`run("import", path)`; afterwards the test reads what was committed."""
    runner = app.test_cli_runner()

    def call(*words: object) -> Result:
        db.session.commit()
        db.session.remove()
        return runner.invoke(group, [str(one) for one in words])

    return call


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    return out.getvalue()


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def page(title: str) -> Page:
    found = service.find_page(ortswiki(), title.casefold())
    assert found is not None, title
    return found


def titles() -> set[str]:
    return set(db.session.scalars(select(Page.title)))


WIKI: dict[str, str | bytes] = {
    "orte.md": "# Orte\n\nAlle Orte.",
    "orte/linde.md": "---\ntags: [Bäume]\n---\n# Die Linde\n\nNahe [am See](see.md).\n\n"
    '![Die Linde](linde.png "Im Mai")',
    "orte/see.md": "# Der See\n\nTief. [Mehr](gibt-es-nicht.md)",
    "orte/linde.png": picture(),
}


def test_a_folder_becomes_public_pages_with_parents_links_tags_and_pictures(
    run: Run, tmp_path: Path
) -> None:
    told = run("import", write(tmp_path, WIKI))
    linde = page("Die Linde")
    newest = history(linde)[-1]

    assert told.exit_code == 0, told.output
    assert "Neu: 3 Seiten, 3 Fassungen, 1 Datei, 0 Weiterleitungen." in told.output
    assert "Der See: Der Verweis auf „gibt-es-nicht.md“" in told.output
    assert linde.parent_id == page("Orte").id
    assert newest.tags == ["Bäume"]
    assert newest.files[0]["alt"] == "Die Linde"
    assert newest.source_note == f"Übernommen aus {tmp_path.name}"
    assert service.backlinks(page("Der See"))


def test_a_page_of_an_import_without_names_tells_its_source_and_of_nobody(
    run: Run, tmp_path: Path, client: FlaskClient
) -> None:
    run("import", write(tmp_path, {"see.md": "# See\n\nTief."}))

    for way in ("", "/geschichte"):
        html = client.get(f"/wiki/ortswiki/see{way}").text
        assert f"Übernommen aus {tmp_path.name}" in html
        assert "nicht genannt" not in html
        assert "0 Personen" not in html


def test_a_second_import_adds_only_what_is_new(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path, WIKI))
    again = run("import", tmp_path)
    assert "Unverändert: 3 Seiten." in again.output
    write(tmp_path, {"orte/see.md": "# Der See\n\nSehr tief."})
    run("import", tmp_path)

    assert [one.kind for one in history(page("Der See"))] == [Kind.CREATE, Kind.EDIT]
    assert len(history(page("Die Linde"))) == 1
    assert titles() == {"Orte", "Die Linde", "Der See"}


def test_a_dry_run_reports_and_keeps_nothing(run: Run, tmp_path: Path) -> None:
    told = run("import", "--dry-run", write(tmp_path, WIKI))

    assert "3 Seiten" in told.output
    assert "Nichts wurde gespeichert" in told.output
    assert titles() == set()


def test_the_history_of_git_comes_with_names_and_no_addresses(run: Run, tmp_path: Path) -> None:
    init(str(tmp_path)).close()
    for at, text in ((1_500_000_000, "Klein."), (1_600_000_000, "Groß.")):
        write(tmp_path, {"linde.md": f"# Linde\n\n{text}"})
        add(str(tmp_path))
        who = b"Eva <eva@example.org>"
        commit(str(tmp_path), message=b"Stand", author=who, committer=who, commit_timestamp=at)
    run("import", tmp_path)
    versions = history(page("Linde"))
    names = {service.get_revision(page("Linde"), one.number).author for one in versions}

    assert [one.summary for one in versions] == ["Stand", "Stand"]
    assert {party.name for party in names if party} == {"Eva"}
    assert all(party.email is None for party in names if party)


MEDIAWIKI = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/">
<page><title>Linde</title><ns>0</ns><id>1</id>
  <revision><timestamp>2019-01-01T10:00:00Z</timestamp><contributor><username>Eva</username>
  </contributor><text>Am [[Weiher]].</text></revision></page>
<page><title>Weiher</title><ns>0</ns><id>2</id><redirect title="See"/>
  <revision><text>#REDIRECT [[See]]</text></revision></page>
<page><title>See</title><ns>0</ns><id>3</id>
  <revision><text>'''Tief'''.</text></revision></page>
</mediawiki>"""


def test_redirects_of_mediawiki_lead_on_as_addresses_and_as_links(run: Run, tmp_path: Path) -> None:
    told = run("import", write(tmp_path, {"export.xml": MEDIAWIKI}) / "export.xml")
    linde = service.get_published(page("Linde"))
    slug = db.session.scalar(select(Address.page_id).where(Address.slug == "weiher"))

    assert told.exit_code == 0, told.output
    assert "Neu: 2 Seiten, 2 Fassungen, 0 Dateien, 1 Weiterleitung." in told.output
    assert linde.stored is not None
    assert linde.stored.source == "Am [[See|Weiher]].\n"
    assert service.get_published(page("See")).original == "'''Tief'''."
    assert slug == page("See").id


def test_a_second_import_adds_no_second_address(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path, {"export.xml": MEDIAWIKI}) / "export.xml"
    run("import", path)
    again = run("import", path)

    assert "Neu: 0 Seiten, 0 Fassungen, 0 Dateien, 0 Weiterleitungen." in again.output
    assert sorted(db.session.scalars(select(Address.slug))) == ["linde", "see", "weiher"]


def test_what_was_left_aside_in_a_folder_is_told(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"see.md": "# See\n\nTief."})
    (tmp_path / "verweis.md").symlink_to("/etc/passwd")

    assert "„verweis.md“ wurde nicht gelesen" in run("import", tmp_path).output


def test_redirects_in_a_circle_lead_nowhere_and_a_chain_to_its_end() -> None:
    def lead(title: str, to: str) -> ForeignPage:
        return ForeignPage(title, title, (), redirect=to)

    found = read_redirects([lead("A", "B"), lead("B", "C"), lead("X", "Y"), lead("Y", "X")])

    assert found == {"a": "C", "b": "C"}
    assert led_on("[[a]] [[B|b]] {{A}} `[[A]]` [[X]]", found) == (
        "[[C|a]] [[C|b]] {{C}} `[[A]]` [[X]]"
    )


@pytest.mark.parametrize("name", ["klettern.zip", "kein.zip", "leer"])
def test_what_is_no_wiki_is_refused_with_one_sentence(name: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "klettern.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("../../weg.md", "# Weg")
    elif name == "kein.zip":
        path.write_bytes(b"PK\x03\x04kaputt")
    else:
        path.mkdir()
    told = run("import", path)

    assert told.exit_code == 1
    assert told.output.count("\n") == 1
    assert ("führt aus ihm hinaus" in told.output) == (name == "klettern.zip")
    assert "Traceback" not in told.output
    assert titles() == set()


def test_a_space_goes_out_as_markdown_and_comes_back_into_another(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "wiki", WIKI))
    target = tmp_path / "ortswiki.zip"
    told = run("export", "ortswiki", target)
    assert told.exit_code == 0, told.output
    back = run("import", target, "--space", "projektwissen")
    assert back.exit_code == 0, back.output
    other = service.find_space("projektwissen")
    assert other is not None

    for title in ("Orte", "Die Linde", "Der See"):
        copy = service.find_page(other, title.casefold())
        assert copy is not None
        first, second = service.get_published(page(title)), service.get_published(copy)
        assert first.text_id == second.text_id
        assert (first.title, first.tags, len(first.files)) == (
            *(second.title, second.tags),
            len(second.files),
        )


def test_nothing_unreleased_and_nothing_hidden_leaves(run: Run, tmp_path: Path) -> None:
    linde = make_page("Linde", "Alt.", summary="GeheimerGrund")
    first = history(linde)[0]
    first.hide_summary = first.hide_author = True
    propose_page(make_actor(Role.CITIZEN), "Köder", "Unveröffentlicht.")
    for kind in ("markdown", "html", "json"):
        assert not run("export", "ortswiki", tmp_path / f"aus.{kind}", "--format", kind).exit_code
    zipped = b"".join(
        zipfile.ZipFile(tmp_path / f"aus.{kind}").read(name)
        for kind in ("markdown", "html")
        for name in zipfile.ZipFile(tmp_path / f"aus.{kind}").namelist()
    )
    whole = zipped + (tmp_path / "aus.json").read_bytes()

    assert b"Alt." in whole
    assert "Köder" not in whole.decode()
    assert b"GeheimerGrund" not in whole
    assert (
        json.loads((tmp_path / "aus.json").read_text())["pages"][0]["versions"][0]["author"] == ""
    )


@needs_data
def test_the_shared_wikis_come_completely(run: Run) -> None:
    handbook = DATA / "handbuch-jugend-hackathons"
    for path in (handbook, DATA / "handreichung-open-data.md", *(DATA / "mediawiki-xml").iterdir()):
        told = run("import", path)
        assert told.exit_code == 0, (path, told.output)
        assert "Traceback" not in told.output

    assert len(list(handbook.rglob("*.md"))) <= len(titles())
    assert page("Phasen").id == page("Konzeption").parent_id
    assert db.session.scalar(select(Revision.id).where(Revision.original.is_not(None)))
