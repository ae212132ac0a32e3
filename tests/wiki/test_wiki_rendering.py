"""What a reader sees of a page, and what the rest of the house is told about it."""

import re
from typing import Any

from tests.wiki.wiki_answers import FRAME, ME, PHOTO, STATUTES, Town, html, rendered
from wiki.linking import Target
from wiki.rendering import Frame, Listed, Reference, RefFound, Wanted, depends_now, render_page

EVERYTHING = (
    "[[Linde]] [[Linde|x]] [[Fehlt]] [[Projekt:Radweg]] ![](anhang:linde.jpg)\n\n"
    "{{Zeiten}}\n\n{{Karte: Bäume}}\n"
)


def test_a_link_leads_to_the_page_and_shows_the_words_of_the_author() -> None:
    page = html("[[Linde]], [[linde|die **alte** Linde]], [[Linde#Ihr Alter]]", titles=["Linde"])

    assert '<a href="/wiki/ortswiki/linde">Linde</a>' in page
    assert '<a href="/wiki/ortswiki/linde">die <strong>alte</strong> Linde</a>' in page
    assert '<a href="/wiki/ortswiki/linde#abschnitt-ihr-alter">Linde</a>' in page


def test_a_link_within_the_page_shows_the_heading() -> None:
    assert '<a href="#abschnitt-quellen">Quellen</a>' in html("[[#Quellen]]")


def test_a_page_that_does_not_exist_can_be_started() -> None:
    page = rendered("[[Alte Mühle]] und [[alte mühle]]")

    assert page.html.count('class="df-redlink"') == 2
    assert 'href="/wiki/ortswiki/neu?titel=Alte%20M%C3%BChle" title="Seite anlegen"' in page.html
    assert page.missing == (Target("Alte Mühle"), Target("alte mühle"))


def test_links_in_a_table_keep_their_bars() -> None:
    page = html("| Baum | Ort |\n|---|--:|\n| [[Linde|der Baum]] | `a|b` |", titles=["Linde"])

    assert '<td><a href="/wiki/ortswiki/linde">der Baum</a></td>' in page
    assert '<td class="df-to-right"><code>a|b</code></td>' in page
    assert 'tabindex="0" role="region" aria-label="Tabelle 1"' in page


def test_projects_and_surveys_are_linked_by_their_title() -> None:
    things = {("projekt", "radweg"): RefFound("/projekte/radweg", "Radweg am See")}
    page = html("[[Projekt:Radweg]] [[Umfrage:Weg]]", things=things)

    assert '<a href="/projekte/radweg">Radweg am See</a>' in page
    assert 'Weg <span class="df-missing">(gibt es hier nicht)</span>' in page


def test_code_and_escaped_brackets_stay_as_they_are() -> None:
    page = rendered("`[[A]]` \\[[B]] \\\\[[C]]\n\n```\n[[D]] {{E}}\n```", titles=["C"])

    assert [one.key for one in page.references] == ["c"]
    assert "<code>[[A]]</code> [[B]] \\<a" in page.html
    assert "[[D]] {{E}}" in page.html


def test_a_picture_on_its_own_line_has_caption_author_and_licence() -> None:
    page = html("![](anhang:linde.jpg)\n", attached={(None, "linde.jpg"): PHOTO})

    assert 'alt="Eine Linde im Sommer"' in page
    assert 'width="800" height="600" loading="lazy"' in page
    assert (
        '<figcaption>Die Dorflinde <small class="df-credit">Bild: Anna Kern, CC BY-SA 4.0</small>'
        in page
    )


def test_the_words_beside_a_picture_win_over_those_of_the_file() -> None:
    page = html('![Linde](anhang:linde.jpg "1960")\n', attached={(None, "linde.jpg"): PHOTO})

    assert 'alt="Linde"' in page
    assert "<figcaption>1960 <small" in page


def test_a_picture_in_a_sentence_keeps_its_author_beside_it() -> None:
    page = html("Da ![](anhang:linde.jpg) ist sie", attached={(None, "linde.jpg"): PHOTO})

    assert "<figure" not in page
    assert "(Die Dorflinde · Bild: Anna Kern, CC BY-SA 4.0)" in page


def test_a_file_says_what_it_is_and_how_large() -> None:
    page = html("[Satzung](anhang:satzung.pdf)", attached={(None, "satzung.pdf"): STATUTES})

    assert '<a class="df-file" href="/dateien/8/satzung.pdf">Satzung</a>' in page
    assert "(PDF, 1,2 MB)" in page


def test_a_missing_file_is_told() -> None:
    assert "Satzung <span" in html("[Satzung](anhang:weg.pdf)")
    assert "Datei fehlt: weg.pdf" in html("[Satzung](anhang:weg.pdf)")


def test_another_pages_text_is_shown_below_its_own_heading() -> None:
    page = rendered("# Bad\n\n{{Zeiten}}\n", texts={"Zeiten": "# Sommer\n\nBis [[Abend]]."})

    assert "<h3>Sommer</h3>" in page.html
    assert 'Aus der Seite <a href="/wiki/ortswiki/zeiten">Zeiten</a>' in page.html
    assert page.includes == ((100, 1000),)
    assert page.references == (Reference("include", "zeiten", page_id=100),)
    assert page.wanted.pages == ("abend",)
    assert "Sommer" not in page.plain  # it is found where it stands


def test_included_pages_bring_their_own_files_and_footnotes() -> None:
    source = "Hier[^a]\n\n{{Zeiten}}\n\n[^a]: Von hier"
    page = html(
        source,
        texts={"Zeiten": "Dort[^a] ![](anhang:linde.jpg)\n\n[^a]: Von dort"},
        attached={(100, "linde.jpg"): PHOTO},
    )

    assert "/dateien/7/linde.jpg" in page
    assert page.index("Von hier") < page.index("Von dort")
    assert 'id="fussnote-2"' in page


def test_pages_never_show_themselves_in_circles() -> None:
    page = html("{{A}}\n", texts={"A": "Text A\n\n{{B}}\n", "B": "Text B\n\n{{A}}\n"})

    assert page.count("Text A") == 1
    assert page.count("Text B") == 1


def test_what_lies_deeper_than_two_levels_is_a_link() -> None:
    texts = {"A": "{{B}}\n", "B": "{{C}}\n", "C": "tief"}
    town = Town(texts=texts, titles=["C"])
    page = render_page("{{A}}\n", town, FRAME)

    assert '<a href="/wiki/ortswiki/c">C</a>' in page.html
    assert "tief" not in page.html
    assert town.asked == ["includes", "includes", "pages"]


def test_shown_again_and_again_a_page_becomes_a_link() -> None:
    page = html("{{A}}\n\n" * 1000, texts={"A": "wort " * 10_000})

    assert len(page) < 2_000_000
    assert page.count('<section class="df-part"') == 8
    assert page.count('<a href="/wiki/ortswiki/a">A</a>') == 500


def test_braces_in_a_sentence_are_a_link() -> None:
    page = rendered("Siehe {{Zeiten}}.", titles=["Zeiten"])

    assert '<p>Siehe <a href="/wiki/ortswiki/zeiten">Zeiten</a>.</p>' in page.html
    assert page.references == (Reference("page", "zeiten", page_id=2),)


def test_pages_of_a_tag_are_a_list_or_a_map_with_the_same_list() -> None:
    tagged = {
        "bäume": [
            Listed(2, "/wiki/ortswiki/linde", "Linde", {"type": "Point", "coordinates": [10, 54]}),
            Listed(3, "/wiki/ortswiki/eiche", "Eiche"),
        ]
    }
    listed = html("{{Seitenliste: Bäume}}\n", tagged=tagged)
    drawn = html("{{Karte: Bäume}}\n", tagged=tagged)

    assert '<li><a href="/wiki/ortswiki/eiche">Eiche</a></li>' in listed
    assert "data-map" not in listed
    assert 'href="/wiki/ortswiki/linde" data-lat="54.000000" data-lon="10.000000"' in drawn
    assert "Eiche" in drawn
    assert "gibt es noch keine Seite" in html("{{Karte: Nichts}}\n")


def test_every_kind_is_asked_once_for_the_whole_page() -> None:
    town = Town(titles=["Linde"], texts={"Zeiten": "[[Linde]] [[Bad]] ![](anhang:x.png)"})
    page = render_page(EVERYTHING * 20, town, FRAME)

    assert sorted(town.asked) == ["files", "includes", "pages", "refs", "tags"]
    assert page.wanted == Wanted(
        pages=("bad", "fehlt", "linde"),
        includes=("zeiten",),
        refs=(("projekt", "radweg"),),
        files=((None, "linde.jpg"), (100, "x.png")),
        tags=("bäume",),
    )
    assert Wanted.from_json(page.wanted.as_json()) == page.wanted


def test_a_page_that_leads_nowhere_asks_nothing() -> None:
    town = Town()
    render_page("# Nur\n\nWörter[^1]\n\n[^1]: Note", town, FRAME)

    assert town.asked == []


def test_boxes_have_a_word_and_not_only_a_colour() -> None:
    page = html("::: achtung Glatteis am *Ufer*\nBitte **langsam**.\n\n- a\n:::\nDanach")

    assert 'class="df-info df-info--warning" role="note" aria-label="Achtung"' in page
    assert "<b>Achtung:</b> Glatteis am <em>Ufer</em>" in page
    assert page.index("langsam") < page.index("</div>") < page.index("Danach")


def test_a_box_that_is_never_closed_is_text() -> None:
    assert html("::: tipp\nText").startswith("<p>::: tipp")
    assert html(":::\nText").startswith("<p>:::")


def test_tasks_show_their_boxes() -> None:
    page = html("- [x] Bank gestrichen\n- [ ] [[Linde]] gegossen", titles=["Linde"])

    assert '<input aria-label="erledigt" checked="" type="checkbox" disabled="">Bank' in page
    assert '<input aria-label="offen" type="checkbox" disabled=""><a href' in page
    assert page.count('class="df-task"') == 2


def test_terms_are_explained_below_them() -> None:
    page = html("Linde\n: ein Baum\n: ein *Name*\nBank\n: zum Sitzen\nund Warten")

    assert re.sub(r"\s", " ", page) == (
        "<dl> <dt>Linde</dt> <dd>ein Baum</dd> <dd>ein <em>Name</em></dd>"
        " <dt>Bank</dt> <dd>zum Sitzen<br> und Warten</dd> </dl>"
    )


def test_abbreviations_are_explained_where_they_stand() -> None:
    page = html("Der BPlan und BPlanung, `BPlan`.\n\n*[BPlan]: Bebauungsplan")

    assert page.count('<abbr title="Bebauungsplan">BPlan</abbr>') == 1
    assert "<code>BPlan</code>" in page


def test_footnotes_are_numbered_as_they_are_read() -> None:
    page = html("Erst[^b], dann[^a], wieder[^b].\n\n[^a]: Zwei\n[^b]: Eins\n[^c]: Ungenannt")

    assert re.findall(r'<sup class="df-noteref" id="([^"]+)"', page) == [
        "verweis-1",
        "verweis-2",
        "verweis-1-2",
    ]
    assert page.index("Eins") < page.index("Zwei") < page.index("Ungenannt")
    assert 'href="#verweis-1" aria-label="Zurück zum Text"' in page
    assert 'href="#verweis-3"' not in page
    assert html("Nichts[^x]") == "<p>Nichts[^x]</p>"


def test_the_sections_know_where_they_stand_and_what_they_say() -> None:
    source = "Vorweg\n\n## Markt & *Platz*\nA\n### Tief\nB\n## Markt Platz\nC [[Linde|Baum]]\n"
    page = rendered(source)
    lead, market, deep, again = page.sections

    assert source[lead.start : lead.end] == "Vorweg\n\n"
    assert source[market.start : market.end] == "## Markt & *Platz*\nA\n### Tief\nB\n"
    assert source[deep.start : deep.end] == "### Tief\nB\n"
    assert [one.level for one in page.sections] == [0, 2, 3, 2]
    assert [one.anchor for one in page.sections[1:]] == [
        "abschnitt-markt-platz",
        "abschnitt-tief",
        "abschnitt-markt-platz-2",
    ]
    assert [one.plain for one in page.sections] == [
        "Vorweg",
        "Markt & Platz\n\nA",
        "Tief\n\nB",
        "Markt Platz\n\nC Baum",
    ]
    assert (market.title, again.end) == ("Markt & Platz", len(source))


def test_each_section_can_be_addressed_and_edited() -> None:
    page = html("# Alter\n\nText")

    assert '<h2 id="abschnitt-alter">Alter</h2>' in page
    assert 'href="#abschnitt-alter" aria-label="Adresse des Abschnitts „Alter“"' in page
    assert 'href="/wiki/ortswiki/linde/bearbeiten?abschnitt=1"' in page
    assert "bearbeiten" not in rendered("# Alter\n\nText", Frame()).html


def test_a_table_of_contents_stands_where_it_is_wanted() -> None:
    source = "[[Inhalt]]\n\n# A\n\n## B\n\n# C\n"
    page = rendered(source)

    assert '<ol><li><a href="#abschnitt-a">A</a><ol><li><a href="#abschnitt-b">B</a>' in page.html
    assert [one.title for one in page.toc] == ["A", "B", "C"]
    assert page.references == ()
    assert rendered("# A\n\n# B\n").toc == ()


def test_english_pages_get_english_words() -> None:
    page = rendered("::: tipp\nx\n:::\n\n[[Linde]]", Frame(language="en")).html

    assert ">Tip<" in page
    assert "Start this page" in page


def test_what_the_html_is_made_from_is_in_its_key() -> None:
    known: dict[str, Any] = {"titles": ["Linde"], "texts": {"Zeiten": "Bis acht"}}
    before = rendered(EVERYTHING, **known).depends
    others = [
        rendered(EVERYTHING + " ", **known),
        rendered(EVERYTHING, Frame(page_id=ME, language="en"), **known),
        rendered(EVERYTHING, **known | {"titles": ["Linde", "Fehlt"]}),
        rendered(EVERYTHING, **known | {"texts": {"Zeiten": "Bis neun"}}),
        rendered(EVERYTHING, **known, attached={(None, "linde.jpg"): PHOTO}),
        rendered(EVERYTHING, **known, tagged={"bäume": [Listed(2, "/wiki/a", "A")]}),
        rendered(EVERYTHING, **known, things={("projekt", "radweg"): RefFound("/p", "P")}),
    ]

    assert len({before, *(one.depends for one in others)}) == len(others) + 1
    assert rendered(EVERYTHING, **known).depends == before


def test_what_a_page_depends_on_is_known_without_rendering_it() -> None:
    known = Town(titles=["Linde"], texts={"Zeiten": "Bis [[Abend]]"})
    page = render_page(EVERYTHING, known, FRAME)

    assert depends_now(EVERYTHING, page.wanted, known, FRAME) == page.depends
    known.titles = ["Linde", "Abend"]
    assert depends_now(EVERYTHING, page.wanted, known, FRAME) != page.depends
