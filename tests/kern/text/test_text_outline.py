import pytest

from kern.text import outline, render


@pytest.mark.parametrize(
    ("source", "top", "expected"),
    [
        ("# A\n\n## B\n\n# C", 3, ["h3", "h4", "h3"]),
        ("## A\n\n### B", 2, ["h2", "h3"]),
        ("## A\n\n#### B\n\n### C", 3, ["h3", "h5", "h4"]),
        ("Kein Titel.", 2, []),
    ],
)
def test_headings_begin_where_the_page_wants_them(
    source: str, top: int, expected: list[str]
) -> None:
    html = outline(render(source, headings=True).html, top)

    opened = [part[:2] for part in html.split("<")[1:] if part[0] == "h"]
    assert opened == expected
    assert [part[1:3] for part in html.split("<")[1:] if part.startswith("/h")] == expected


def test_no_heading_is_deeper_than_the_sixth() -> None:
    html = outline("".join(f"<h{level}>x</h{level}>" for level in (3, 4, 5, 6)), 5)

    assert html == "<h5>x</h5><h6>x</h6><h6>x</h6><h6>x</h6>"


def test_words_that_look_like_headings_stay_words() -> None:
    html = render("`<h4>` und &lt;h4&gt;", headings=True).html

    assert outline(html, 2) == html
