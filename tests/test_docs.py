"""Documents that can be checked: generated tables, links, decisions, the list of commands."""

import re
from pathlib import Path

import pytest

import los
from kern.config import as_table

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(path: Path) -> None:
    links = LINK.findall(path.read_text(encoding="utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_the_table_of_settings_is_the_one_of_the_program() -> None:
    text = (ROOT / "docs" / "betrieb" / "einstellungen.md").read_text(encoding="utf-8")
    assert as_table() in text


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "entscheidungen"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in folder.glob("0*.md")}


def test_the_readme_opens_with_commands_that_exist() -> None:
    for name in ("README.md", "README.en.md"):
        opening = (ROOT / name).read_text(encoding="utf-8").split("```")[1]
        assert re.findall(r"^python3 los\.py (\w+)", opening, re.MULTILINE) == ["demo", "test"]


def test_documents_name_only_commands_that_exist() -> None:
    for path in DOCUMENTS:
        named = set(re.findall(r"python3 los\.py (\w+)", path.read_text(encoding="utf-8")))
        assert named <= los.VERBS.keys(), path.name


def test_the_licence_is_quoted_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("# EUROPÄISCHE UNION PUBLIC LICENCE v. 1.2")
    assert "\n## 15. Anwendbares Recht\n" in text
    assert "\n## Anhang\n" in text
