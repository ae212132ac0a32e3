"""Lists to choose from are written as a template would write them."""

from portal.suche.options import Option, as_html, prepare

NAMES = [Option("hafen", "Hafen"), Option("hafen-2", "Hafen"), Option("markt", 'Markt & "Platz"')]


def test_a_line_shows_its_label_and_count_and_nothing_of_it_is_html() -> None:
    line = as_html([Option('a"b', "<b>Müll & Co</b>", 0, is_chosen=True)])

    assert line == (
        '<option value="a&#34;b" selected>&lt;b&gt;Müll &amp; Co&lt;/b&gt; (0)</option>'
    )


def test_only_the_chosen_line_of_many_is_marked() -> None:
    for chosen in NAMES:
        marked = [Option(one.value, one.label, is_chosen=one == chosen) for one in NAMES]
        assert prepare(NAMES).choosing(chosen) == as_html(marked)


def test_what_is_chosen_and_not_among_the_many_stands_on_top() -> None:
    point = Option("53.87,10.69", "dem gewählten Punkt")

    lines = prepare(NAMES).choosing(point)

    assert lines == as_html([Option(point.value, point.label, is_chosen=True), *NAMES])
    assert prepare(NAMES).choosing(None) == as_html(NAMES)
