"""Links between wiki pages as people write them."""

import itertools
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from kern.text import prose_spans
from tests.wiki.texts import cpu_seconds
from wiki.linking import Target, Use, find_links, is_same_page, rename_page, targets_of

ROOMS = ("Projekt", "Umfrage")


def named(source: str) -> list[Target]:
    return [link.target for link in find_links(source, ROOMS)]


def test_a_link_names_a_page_and_may_show_other_words() -> None:
    [plain, worded] = find_links("Die [[Linde]] und [[ Linde | die alte Linde ]].")

    assert plain.target == worded.target == Target("Linde")
    assert (plain.label, worded.label) == ("", "die alte Linde")


def test_a_link_may_lead_to_a_heading_there_or_here() -> None:
    assert named("[[Linde#Geschichte]] [[#Quellen]]") == [
        Target("Linde", "Geschichte"),
        Target("", "Quellen"),
    ]


def test_other_rooms_are_named_before_a_colon_and_pages_may_have_colons() -> None:
    assert named("[[Projekt:radweg]] [[UMFRAGE: spielplatz]] [[Linde: ihre Geschichte]]") == [
        Target("radweg", room="projekt"),
        Target("spielplatz", room="umfrage"),
        Target("Linde: ihre Geschichte"),
    ]


def test_another_pages_text_can_be_shown() -> None:
    [link] = find_links("{{Öffnungszeiten}}")

    assert (link.use, link.target) == (Use.INCLUDE, Target("Öffnungszeiten"))


def test_what_is_code_or_escaped_is_no_link() -> None:
    source = "`[[A]]` \\[[B]] ``[[C]]``\n\n```\n[[D]]\n```\n\n~~~\n{{E}}\n~~~\n[[F]]"

    assert named(source) == [Target("F")]


def test_an_open_fence_or_backtick_is_text() -> None:
    assert named("```\n[[A]]\n`[[B]]") == [Target("A"), Target("B")]


def test_what_names_nothing_is_no_link() -> None:
    assert named("[[]] [[ ]] [[#]] {{#Ort}} [[a\nb]] [a](b) [[a|b|c") == []


def test_things_are_looked_up_once() -> None:
    source = "[[Linde]] [[linde#Alter]] [[LINDE|x]] {{Linde}} [[Projekt:linde]] [[#hier]]"

    assert list(targets_of(source, ROOMS)) == [Target("Linde"), Target("linde", room="projekt")]


def test_titles_are_compared_as_readers_do() -> None:
    assert is_same_page("Alte  Linde", "alte_linde")
    assert is_same_page("Straße", "STRASSE")
    assert not is_same_page("Bäcker", "Backer")


def test_a_renamed_page_keeps_its_links_and_what_they_showed() -> None:
    source = "[[linde]], [[Linde|der Baum]], [[Linde#Alter]], {{Linde}}, `[[Linde]]`, [[Lindenau]]"

    assert rename_page(source, "Linde", "Alte Linde", ROOMS) == (
        "[[Alte Linde|linde]], [[Alte Linde|der Baum]], [[Alte Linde#Alter|Linde]],"
        " {{Alte Linde}}, `[[Linde]]`, [[Lindenau]]"
    )


def test_a_link_that_showed_the_new_title_becomes_plain() -> None:
    assert rename_page("[[Linde|Eiche]]", "Linde", "Eiche") == "[[Eiche]]"


def test_a_project_of_the_same_name_is_left_alone() -> None:
    assert rename_page("[[Projekt:Linde]]", "Linde", "Eiche", ROOMS) == "[[Projekt:Linde]]"


PIECES = st.sampled_from(
    ["[[", "]]", "{{", "}}", "|", "#", "Linde", "Projekt:", " ", "\n", "`", "```\n", "\\", "a"]
)
sources = st.lists(PIECES, max_size=40).map("".join)


@given(sources)
def test_renaming_there_and_back_leads_to_the_same_pages(source: str) -> None:
    there = rename_page(source, "Linde", "Ganz neu", ROOMS)
    back = rename_page(there, "Ganz neu", "Linde", ROOMS)

    assert [(t.room, t.folded, t.anchor) for t in named(back)] == [
        (t.room, t.folded, t.anchor) for t in named(source)
    ]
    assert Target("Linde") not in [Target(t.name) for t in named(there) if not t.room]


@given(sources)
def test_prose_and_code_together_are_the_source(source: str) -> None:
    spans = list(prose_spans(source))

    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))


def test_a_page_of_brackets_takes_no_time() -> None:
    for piece in ("[[", "[[a", "{{a|", "[[a|", "```\n[[", "`", "[[a]] "):
        page = piece * (200_000 // len(piece))
        assert cpu_seconds(partial(find_links, page, ROOMS)) < 1


def test_signs_that_nobody_sees_are_no_part_of_a_name() -> None:
    assert [link.target.name for link in find_links("[[\x02Linde\x03]]")] == ["Linde"]
