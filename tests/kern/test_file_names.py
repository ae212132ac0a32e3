import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.files.check import MAX_NAME_BYTES, MAX_NAME_CHARS, content_disposition, safe_filename


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Bebauungsplan Nord.pdf", "Bebauungsplan Nord.pdf"),
        ("Straßenfest Übersicht.PDF", "Straßenfest Übersicht.PDF"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Erika\\Plan.pdf", "Plan.pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u200bb\u2028c.png", "abc.png"),
        ("zeile\r\nSet-Cookie: x.png", "zeileSet-Cookie_ x.png"),
        (".htaccess", "htaccess"),
        ("-rf.png", "rf.png"),
        ("CON.txt", "_CON.txt"),
        ("🏛️.png", "🏛️.png"),
        ('"><img src=x>.png', "___img src=x_.png"),
        ("..", "datei"),
        ("", "datei"),
        ("\ud800x.png", "x.png"),
    ],
)
def test_a_download_has_a_plain_name(name: str, safe: str) -> None:
    assert safe_filename(name) == safe


def test_a_missing_extension_is_added_and_a_present_one_kept() -> None:
    assert safe_filename("Plan.PDF", ".pdf") == "Plan.PDF"
    assert safe_filename("index.php", ".pdf") == "index.php.pdf"
    assert safe_filename("/", ".pdf") == "datei.pdf"


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_filename("ä" * 300 + ".pdf") == "ä" * 116 + ".pdf"
    assert len(safe_filename("🏛" * 300 + ".pdf").encode()) <= MAX_NAME_BYTES


@given(st.text(max_size=400))
def test_any_name_is_short_and_stable(name: str) -> None:
    safe = safe_filename(name)

    assert 0 < len(safe) <= MAX_NAME_CHARS
    assert len(safe.encode()) <= MAX_NAME_BYTES
    assert safe_filename(safe) == safe


def test_the_header_names_both_spellings() -> None:
    assert content_disposition("Plan.pdf") == 'attachment; filename="Plan.pdf"'
    assert content_disposition("Maß „Süd“.pdf") == (
        'attachment; filename="Mass _Sued_.pdf"; '
        "filename*=UTF-8''Ma%C3%9F%20%E2%80%9ES%C3%BCd%E2%80%9C.pdf"
    )


@given(st.text(max_size=300))
def test_no_name_breaks_out_of_the_header(name: str) -> None:
    header = content_disposition(name)

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
