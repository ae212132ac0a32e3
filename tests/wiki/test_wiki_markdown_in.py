"""Folders of Markdown come as pages: titles, parents, links, pictures, and what was lost."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from wiki.exchange.foreign import Foreign, ForeignPage, Refused
from wiki.exchange.frontmatter import made_front, split_front
from wiki.exchange.markdown import read_markdown
from wiki.exchange.trees import Tree, read_folder
from wiki.linking import fold_title, targets_of

DATA = Path(__file__).parents[3] / "shared" / "data" / "wiki"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the test data is not beside the repository"
)


def read(files: Mapping[str, str]) -> Foreign:
    return read_markdown(Tree({name: text.encode for name, text in files.items()}))


def page_of(files: Mapping[str, str], title: str) -> ForeignPage:
    return next(page for page in read(files).pages if page.title == title)


def source_of(text: str, **files: str) -> str:
    """What becomes of one page's text."""
    return page_of({"Seite.md": text, **files}, "Seite").versions[-1].source


def test_the_title_is_that_of_the_front_matter_the_first_heading_or_the_file() -> None:
    found = read(
        {
            "a.md": '---\ntitle: \t\t"Die Linde"\n---\nText',
            "b.md": "# Das *alte* Rathaus\n\nText",
            "03-der_see.md": "Text",
        }
    )

    assert [page.title for page in found.pages] == ["Die Linde", "Das alte Rathaus", "Der see"]
    assert [page.versions[-1].source for page in found.pages] == ["Text"] * 3


def test_two_pages_of_one_title_are_told_apart_and_it_is_said() -> None:
    found = read({"nord/haus.md": "# Haus", "süd/haus.md": "# Haus\n"})
    titles = [page.title for page in found.pages if page.key.endswith("haus.md")]

    assert titles == ["Haus", "Haus (Süd)"]
    assert "gab es schon" in "".join(str(lost) for page in found.pages for lost in page.lost)


def test_folders_become_parents_whether_they_have_a_page_or_not() -> None:
    files = {
        "vereine/index.md": "# Vereine",
        "vereine/chor.md": "# Chor",
        "orte.md": "# Orte",
        "orte/see.md": "# See",
        "02_Feste/sommerfest.md": "# Sommerfest",
    }
    parents = {page.title: page.parent for page in read(files).pages}

    assert parents == {
        "Vereine": "",
        "Chor": "vereine/index.md",
        "Orte": "",
        "See": "orte.md",
        "Feste": "",
        "Sommerfest": "02_Feste/",
    }
    assert page_of(files, "Feste").versions[-1].source == "- [[Sommerfest]]"


def test_chapters_are_ordered_and_nested_by_their_numbers() -> None:
    files = {
        "x.md": '---\ntitle: Zehn\nnumber: "3.10"\n---\n',
        "y.md": '---\ntitle: Neun\nnumber: "3.9"\n---\n',
        "z.md": '---\ntitle: Drei\nnumber: "3"\n---\n',
    }
    pages = sorted(read(files).pages, key=lambda page: page.order)

    assert [(page.title, page.parent) for page in pages] == [
        *[("Drei", ""), ("Neun", "z.md"), ("Zehn", "z.md")]
    ]


def test_a_parent_that_is_its_own_child_is_dropped() -> None:
    files = {"a.md": "---\nparent: B\n---\n# A", "b.md": "---\nparent: A\n---\n# B"}
    assert "" in [page.parent for page in read(files).pages]


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("[zum See](orte/see.md)", "[[See|zum See]]"),
        ("[See](orte/see.md#ufer)", "[[See#ufer|See]]"),
        ("[See](/orte/see)", "[[See]]"),
        ("[See](orte/see.html)", "[[See]]"),
        ("[[see]]", "[[See|see]]"),
        ("[[am Wasser|see]]", "[[See|am Wasser]]"),
        ("[[Gibt es nicht]]", "[[Gibt es nicht]]"),
        ("[Seite][1]\n\n[1]: https://example.org/a_(b)", "[Seite](<https://example.org/a_(b)>)"),
        ("[außen](https://example.org)", "[außen](https://example.org)"),
        ("`[See](orte/see.md)`", "`[See](orte/see.md)`"),
        ("[fort](../../geheim.md)", "fort"),
    ],
)
def test_links_between_files_become_links_between_pages(typed: str, made: str) -> None:
    assert source_of(typed, **{"orte/see.md": "# See"}) == made


def test_pictures_come_along_under_names_that_are_told_apart() -> None:
    files = {
        "Seite.md": '![Die Linde](bilder/linde 1.jpg "Im Mai")\n![Noch eine](<alt/linde 1.jpg>)'
        "\n[Satzung](satzung.pdf)",
        "bilder/linde 1.jpg": "neu",
        "alt/linde 1.jpg": "alt",
        "satzung.pdf": "pdf",
    }
    files["Seite.md"] = files["Seite.md"].replace("(bilder/linde 1.jpg ", "(<bilder/linde 1.jpg> ")
    page = page_of(files, "Seite")

    assert page.versions[-1].source.split("\n") == [
        '![Die Linde](anhang:linde-1.jpg "Im Mai")',
        "![Noch eine](anhang:linde-1-2.jpg)",
        "[Satzung](anhang:satzung.pdf)",
    ]
    assert [(one.name, one.read()) for one in page.attached] == [
        *[("linde-1.jpg", b"neu"), ("linde-1-2.jpg", b"alt"), ("satzung.pdf", b"pdf")]
    ]


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("Titel\n=====\n\nText", "# Titel\n\nText"),
        ("eins<br>zwei", "eins\nzwei"),
        ('<img src="x.png" alt="Bild">', "Bild"),
        ('<a href="https://example.org">dort</a>', "[dort](<https://example.org>)"),
        ("<b>fett</b> <font>bunt</font>", "**fett** bunt"),
        ("Vor\n\n    code hier\n\nnach", "Vor\n\n```\ncode hier\n```\n\nnach"),
        ("- eins\n\n    dazu\n- zwei", "- eins\n\n    dazu\n- zwei"),
        ("<!-- still -->Text", "Text"),
    ],
)
def test_what_other_programs_write_reads_as_before(typed: str, made: str) -> None:
    assert source_of(typed) == made


def test_commands_of_a_site_builder_do_nothing_and_are_told() -> None:
    page = page_of({"Seite.md": "{% for x in y %}{{ page.title }} bleibt{% endfor %}"}, "Seite")

    assert page.versions[-1].source == "\\{{ page.title }} bleibt"
    assert "(2-mal)" in str(page.lost[0])
    assert not list(targets_of(page.versions[-1].source))


def test_a_folder_without_pages_is_refused_with_a_sentence() -> None:
    with pytest.raises(Refused) as refused:
        read({"bild.jpg": "x"})
    assert "keine Seite in Markdown" in str(refused.value)


@pytest.mark.parametrize(
    "front",
    [
        "a: &a [x]\nb: *a",
        "!!python/object/apply:os.system ['echo']",
        "[" * 5_000,
        "just words",
        "a: b: c: d",
    ],
)
def test_a_front_matter_that_is_none_or_a_trap_is_text(front: str) -> None:
    fields, body = split_front(f"---\n{front}\n---\nText")

    assert not any(isinstance(value, list | dict) for value in fields.values())
    assert body.endswith("Text")


def test_what_is_written_as_front_matter_is_read_again() -> None:
    fields = {"title": "Größe: 3 — „so“", "tags": ["a b", "ü"], "order": 3, "place": {"x": [1.5]}}
    assert split_front(made_front(fields) + "Text") == (fields, "Text")


@needs_data
def test_the_handbook_for_hackathons_comes_complete() -> None:
    found = read_markdown(read_folder(DATA / "handbuch-jugend-hackathons"))
    titles = {fold_title(page.title) for page in found.pages}
    by_key = {page.key: page for page in found.pages}

    assert len(found.pages) == len(list((DATA / "handbuch-jugend-hackathons").rglob("*.md")))
    assert len(titles) == len(found.pages)
    assert sum(1 for page in found.pages if not page.parent) == 5
    assert all(page.parent in by_key or not page.parent for page in found.pages)
    words = sum(len(page.versions[-1].source.split()) for page in found.pages)
    typed = sum(
        len(split_front(path.read_text())[1].split())
        for path in (DATA / "handbuch-jugend-hackathons").rglob("*.md")
    )
    assert words > typed * 0.99


@needs_data
def test_the_handbook_on_one_long_page_keeps_every_word() -> None:
    text = (DATA / "handreichung-open-data.md").read_text()
    page = page_of({"handreichung-open-data.md": text}, "Handreichung open data")

    def words(source: str) -> list[str]:
        shown = re.sub(r"<[^<>]*>|\(#[^()]*\)|\((images/[^()\s]*)", "", source)
        return re.findall(r"[^\W_]{3,}", shown)

    lost = Counter(words(text)) - Counter(words(page.versions[-1].source))
    assert lost == Counter()
