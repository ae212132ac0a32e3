"""Text without markup: snippets, mails, the index."""

from kern.text import excerpt, plain_text, render


def test_paragraphs_lists_and_tables_stay_readable() -> None:
    source = (
        "Eins\nzwei\n\n- a\n- b\n    1. c\n    2. d\n\n> Zitat\n\nx | y\n--|--\n1 | 2\n\n---\nEnde"
    )
    assert plain_text(render(source).html) == (
        "Eins\nzwei\n\n- a\n- b\n\n1. c\n2. d\n\nZitat\n\nx y\n1 2\n\nEnde"
    )


def test_what_was_typed_as_html_is_words() -> None:
    assert render("<b>&amp;</b> & &lt;i&gt;").plain == "<b>&</b> & <i>"


def test_a_link_is_its_words() -> None:
    assert render("[Plan](https://a.example) https://b.example").plain == "Plan https://b.example"


def test_an_excerpt_ends_behind_a_word() -> None:
    text = "Der Marktplatz braucht\n\nmehr Bäume, mehr Bänke und weniger Autos."
    assert excerpt(text, 200) == text.replace("\n\n", " ")
    assert excerpt(text, 30) == "Der Marktplatz braucht mehr…"
    assert excerpt(text, 36) == "Der Marktplatz braucht mehr Bäume…"
    assert len(excerpt(text, 36)) <= 36


def test_an_excerpt_of_one_endless_word_is_not_empty() -> None:
    assert excerpt("Donaudampfschifffahrt", 10) == "Donaudamp…"
    assert excerpt("a b", 0) == ""
    assert excerpt("abc", 1) == "…"
