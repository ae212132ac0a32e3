"""What holds for every text there is."""

from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from kern.text import clean_line, excerpt, fold_name, name_skeleton, plain_text, render
from kern.text.normalise import normalise
from kern.text.sanitise import sanitise
from tests.kern.text.allow_list import faults

_TOKENS = (
    *("[", "](", ")", "![", "(", "*", "**", "_", "__", "`", "``", "```\n", "~~~\n", "<", ">", "&"),
    *(
        "\\",
        "\n",
        "\n\n",
        "    ",
        "- ",
        "1. ",
        "> ",
        "# ",
        "|",
        "-|-\n",
        "a",
        "ä",
        "\u0301",
        "\u200d",
    ),
    *("https://a.example", "www.a.example/_b_", "mailto:a@b.example", "javascript:", "//", "\x02"),
    *("\x03", "wzxhzdk:0", "klzzwxh:0000", "<script>", "<img src=x onerror=x>", "&lt;", "&#106;"),
    *("\U0001f468\u200d\U0001f469", '"', "'", "\ue000", "\ud800", "\u202e", "\xad", "<!--", "]]>"),
)
markdown = st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join)
anything = st.one_of(markdown, st.text(st.characters(), max_size=200))


@settings(max_examples=300, deadline=None)
@given(anything, st.booleans(), st.booleans())
def test_every_text_renders_to_allowed_markup(source: str, links: bool, headings: bool) -> None:
    text = render(source, links=links, headings=headings)
    assert faults(text.html) == []
    assert sanitise(text.html) == text.html
    assert links or "<a" not in text.html
    assert headings or "<h3" not in text.html
    text.html.encode("utf-8")


@settings(max_examples=150, deadline=None)
@given(anything, anything)
def test_nothing_of_one_text_gets_into_the_next(before: str, source: str) -> None:
    alone = render(source)
    render(before)
    render(f"{before}\n```\nCode von vorher\n```\n")
    render("*" * 3_000 + before)
    assert render(source) == alone


@settings(max_examples=150, deadline=None)
@given(anything)
def test_rendering_what_was_rendered_is_as_safe(source: str) -> None:
    assert faults(render(render(source).html).html) == []


@settings(max_examples=150, deadline=None)
@given(anything)
def test_the_plain_text_holds_no_tag_that_nobody_typed(source: str) -> None:
    text = render(source)
    typed = unescape(unescape(normalise(source)))
    assert text.plain.count("<") <= typed.count("<")
    assert plain_text(text.html) == text.plain


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(categories=["L", "Nd", "Zs", "P"]), max_size=200))
def test_letters_and_digits_all_arrive(source: str) -> None:
    def signs(text: str) -> list[str]:
        return sorted(char for char in text if char.isalpha())

    assert signs(render(source, links=False).plain) == signs(normalise(source))


@settings(max_examples=300, deadline=None)
@given(anything)
def test_normalising_twice_changes_nothing(source: str) -> None:
    assert normalise(normalise(source)) == normalise(source)


@settings(max_examples=150, deadline=None)
@given(anything, st.integers(min_value=0, max_value=60))
def test_a_line_is_one_line_and_keeps_to_its_length(source: str, length: int) -> None:
    line = clean_line(source, length)
    assert len(line) <= length
    assert line == line.strip()
    assert "\n" not in line
    assert clean_line(line, length) == line
    assert len(excerpt(line, length)) <= length


@settings(max_examples=300, deadline=None)
@given(anything)
def test_a_folded_name_is_folded_for_good(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)
    assert name_skeleton(fold_name(name)) == name_skeleton(name)
    assert name_skeleton(name.upper().lower()) == name_skeleton(name.lower())
