"""What a person types, and what a reader then sees."""

import pytest

from kern.errors import Invalid
from kern.text import MAX_SOURCE, RENDERER_VERSION, TextTooLong, render
from kern.text.sanitise import sanitise
from tests.kern.text.allow_list import faults

REL = 'rel="nofollow ugc noopener"'


def test_a_text_becomes_paragraphs_with_the_breaks_that_were_typed() -> None:
    text = render("Guten Tag,\nich bin **dafür**.\n\nGruß *Anna*")
    assert text.html == (
        "<p>Guten Tag,<br>\nich bin <strong>dafür</strong>.</p>\n<p>Gruß <em>Anna</em></p>"
    )
    assert text.plain == "Guten Tag,\nich bin dafür.\n\nGruß Anna"
    assert text.version == RENDERER_VERSION


def test_a_list_may_begin_right_below_a_sentence() -> None:
    html = render("Wir brauchen:\n- Bänke\n- Bäume\n\n1. eins\n2. zwei").html
    assert "<p>Wir brauchen:</p>\n<ul>\n<li>Bänke</li>\n<li>Bäume</li>\n</ul>" in html
    assert "<ol>\n<li>eins</li>\n<li>zwei</li>\n</ol>" in html


def test_a_date_at_the_start_of_a_line_keeps_its_day() -> None:
    assert render("Das Fest ist am\n24. Mai.").html == "<p>Das Fest ist am<br>\n24. Mai.</p>"
    text = render("24. Mai ist zu spät.")
    assert '<ol start="24">' in text.html
    assert text.plain == "24. Mai ist zu spät."


def test_html_is_shown_as_the_text_it_is() -> None:
    html = render("<b>fett</b> <script>alert(1)</script> <!-- x --> 1 < 2 & 3 > 2").html
    assert html == (
        "<p>&lt;b&gt;fett&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt; "
        "&lt;!-- x --&gt; 1 &lt; 2 &amp; 3 &gt; 2</p>"
    )


def test_code_keeps_its_signs_and_its_addresses_are_no_links() -> None:
    html = render(
        "`a<b` und ``c`d`` https://a.example\n\n```\nx < 3 & *y* https://b.example\n```"
    ).html
    assert "<code>a&lt;b</code> und <code>c`d</code>" in html
    assert "<pre><code>x &lt; 3 &amp; *y* https://b.example\n</code></pre>" in html
    assert html.count("<a ") == 1


def test_a_fence_that_is_never_closed_is_text() -> None:
    assert render("```\nWo ist *das*?").html == "<p>```<br>\nWo ist <em>das</em>?</p>"


def test_a_table_names_its_columns_and_carries_no_style() -> None:
    html = render("Ort | Zahl\n:-- | --:\nMarkt | 3").html
    assert '<th scope="col">Ort</th>' in html
    assert "<td>Markt</td>" in html
    assert faults(html) == []


def test_headings_are_text_unless_the_place_has_them() -> None:
    source = "# Ziel\nText\n###### Klein\n#1 bleibt\n\nUnten\n====="
    assert "<h" not in render(source).html
    html = render(source, headings=True).html
    assert "<h3>Ziel</h3>\n<p>Text</p>\n<h6>Klein</h6>\n<p>#1 bleibt</p>" in html
    assert html.count("<h") == 2


def test_headings_inside_code_stay_code() -> None:
    assert "<h3>" not in render("```\n# kein Titel\n```", headings=True).html


@pytest.mark.parametrize(
    ("typed", "href", "shown"),
    [
        ("https://a.example/x_y_z", "https://a.example/x_y_z", "https://a.example/x_y_z"),
        ("www.a.example/_b_/*c*", "https://www.a.example/_b_/*c", "www.a.example/_b_/*c"),
        ("HTTP://A.example", "HTTP://A.example", "HTTP://A.example"),
        ("https://a.example/?a=1&b=2#c", "https://a.example/?a=1&amp;b=2#c", None),
        ("https://münchen.example/straße", "https://münchen.example/straße", None),
        ("<https://a.example/b>", "https://a.example/b", "https://a.example/b"),
        ("[hier](https://a.example/b_(c))", "https://a.example/b_(c)", "hier"),
        ('[hier](<https://a.example/b> "Titel")', "https://a.example/b", "hier"),
        ("[a\\]b](https://a.example/c\\_d)", "https://a.example/c_d", "a]b"),
        ("[**fett**](https://a.example)", "https://a.example", "<strong>fett</strong>"),
        ("[](https://a.example)", "https://a.example", "https://a.example"),
        ("[Post](mailto:rathaus@a.example)", "mailto:rathaus@a.example", "Post"),
        ("![Plan](https://a.example/p.png)", "https://a.example/p.png", "Plan"),
    ],
)
def test_an_address_becomes_a_link(typed: str, href: str, shown: str | None) -> None:
    assert f'<a href="{href}" {REL}>{shown or href}</a>' in render(typed).html


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("Siehe https://a.example.", "."),
        ("Siehe https://a.example/b, dann", ", dann"),
        ("(siehe https://a.example/b)", ")"),
        ("„https://a.example/b“", "“"),
        ("**https://a.example/b**", "</strong>"),
        ("https://a.example/b!?", "!?"),
        ("https://a.example/b& c", "&amp; c"),
        ("https://a.example/<b>", "&lt;b&gt;"),
        ('https://a.example/b"c', '"c'),
        ("https://a.example/b'", "'"),
    ],
)
def test_a_sentence_keeps_its_signs_behind_a_link(typed: str, html: str) -> None:
    assert f"</a>{html}" in render(typed).html


@pytest.mark.parametrize(
    "typed",
    [
        "morgen.Dann a.de rathaus@a.example",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](vbscript:x)",
        "[x](//a.example)",
        "[x](/\\a.example)",
        "[x](\\\\a.example)",
        "[x](/konto/)",
        "[x](https:a.example)",
        "[x](https:///a.example)",
        "[x](https://bank.example@böse.example)",
        "[x](https://a.example:x)",
        "[x](https://[::1]/)",
        "[x](mailto:a@b.example?bcc=c@d.example)",
        "[x](ftp://a.example)",
        "<javascript:alert(1)>",
        "http://localhost/ www. http://",
        "xhttps://a.example",
        "[a][1]\n\n[1]: https:",
    ],
)
def test_what_is_no_plain_web_address_is_no_link(typed: str) -> None:
    html = render(typed).html
    assert "<a" not in html
    assert faults(html) == []


def test_a_refused_address_stays_readable() -> None:
    assert render("[klick](javascript:x)").html == "<p>klick (javascript:x)</p>"


def test_without_links_addresses_are_words() -> None:
    source = "https://a.example/b_c_d [hier](https://b.example) ![Bild](//c.example/x.png) <www.x>"
    html = render(source, links=False).html
    assert html == (
        "<p>https://a.example/b_c_d hier (https://b.example) Bild (//c.example/x.png) "
        "&lt;www.x&gt;</p>"
    )
    assert render("[a@b.example](mailto:a@b.example)", links=False).html == "<p>a@b.example</p>"


def test_a_link_inside_a_link_is_one_link() -> None:
    html = render("[https://a.example](https://b.example) und https://c.example").html
    assert html.count("<a ") == html.count("</a>") == 2
    assert f'<a href="https://b.example" {REL}>https://a.example</a>' in html


def test_an_endless_address_is_no_link() -> None:
    assert "<a" not in render("https://a.example/" + "b" * 3000).html


def test_a_text_beyond_the_cap_is_refused_with_the_number() -> None:
    assert render("a" * 10, max_length=10).plain == "a" * 10
    with pytest.raises(TextTooLong) as error:
        render("a" * 11, max_length=10)
    assert isinstance(error.value, Invalid)
    assert "10" in str(error.value)
    with pytest.raises(TextTooLong):
        render("a" * (MAX_SOURCE + 1))


@pytest.mark.parametrize(
    "source",
    [
        "> " * 3000 + "tief",
        "- " * 3000 + "tief",
        "1. " * 3000 + "tief",
        "> - " * 1500 + "tief",
        "\n".join("    " * level + "- tief" for level in range(200)),
        "*a **b " * 3000 + "tief" + " c** d*" * 3000,
        "_a *b " * 40 + "tief" + " c* d_" * 40,
        "|" * 5000 + "\n" + "-|" * 5000 + "\ntief",
    ],
)
def test_text_that_nests_too_deep_is_shown_and_not_lost(source: str) -> None:
    text = render(source)
    assert "tief" in text.plain
    assert faults(text.html) == []


def test_too_deep_text_keeps_its_paragraphs_and_its_links() -> None:
    html = render("> " * 100 + "a\n\n\n<b>\nhttps://a.example\n").html
    assert html.startswith("<p>&gt; &gt; ")
    assert html.count("<p>") == 2
    assert f'<p>&lt;b&gt;<br>\n<a href="https://a.example" {REL}>' in html


def test_the_levels_that_people_write_are_formatted() -> None:
    html = render("> > > Antwort auf Antwort\n\n- a\n    - b\n        - c").html
    assert html.count("<blockquote>") == 3
    assert html.count("<ul>") == 3


def test_a_line_of_dashes_is_a_rule_however_long() -> None:
    assert render("oben\n\n" + "- " * 400 + "\n\nunten").html == "<p>oben</p>\n<hr>\n<p>unten</p>"


def test_a_line_to_write_on_is_no_emphasis() -> None:
    assert render("Name: ______ und ****").html == "<p>Name: ______ und ****</p>"


def test_nothing_typed_gives_nothing() -> None:
    assert render(" \n\t\u200b\n").html == ""
    assert render("").plain == ""


def test_the_placeholders_of_the_library_cannot_be_forged() -> None:
    source = "\x02wzxhzdk:0\x03 \x02klzzwxh:0001\x03 \x0242\x03 `a` \ue000"
    text = render(source)
    assert text.plain == "wzxhzdk:0 klzzwxh:0001 42 a"


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x onerror=alert(1)>",
        "<p class=a style=color:red id=x onclick=x>a</p>",
        '<a href="javascript:x">a</a><a href="//a.example">b</a><a href="/a">c</a>',
        '<ol start="1e9"><li>a</li></ol>',
        "<svg><style><img src=x></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x'>",
        "<form><input formaction=x></form><iframe srcdoc=x></iframe>",
        "<!-- x --><?php x ?><![CDATA[x]]>",
    ],
)
def test_the_last_step_trusts_none_before_it(html: str) -> None:
    assert [x for x in faults(sanitise(html)) if x != "a link without address"] == []
    assert "href" not in sanitise(html)
