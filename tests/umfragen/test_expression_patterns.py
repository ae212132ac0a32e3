import re
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.i18n import say
from umfragen.expression.patterns import (
    BadPattern,
    compile_pattern,
    search,
    source_for_browser,
)

CPU_SECONDS = 0.5


def found(pattern: str, text: str) -> bool:
    return search(compile_pattern(pattern), text)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^[0-9]{5}$", "53111", True),
        ("^[0-9]{5}$", "531112", False),
        ("/^[A-Z]{1,3}-[a-z]+$/i", "bn-XY", True),
        ("/weg/u", "Radweg", True),
        ("a.c", "a\nc", False),
        ("[^\\d\\s]", " 12 ", False),
        ("^(rad|bus)(bahn)?$", "busbahn", True),
        ("^$", "", True),
        ("^a*?b$", "aaab", True),
        ("[]a-]+", "]", True),
        ("\\w+@\\w+\\.de", "mail an x@y.de!", True),
        ("[äöü]", "Ä", False),
        ("/[äöü]/i", "Ä", True),
        ("^.{3}$", "🚲🚲🚲", True),
        ("\\/\\.", "a/.", True),
    ],
)
def test_patterns_match_as_pcre_does(pattern: str, text: str, expected: bool) -> None:
    assert found(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("(", "Im Muster fehlt eine schließende Klammer."),
        ("a)", "Im Muster steht eine Klammer zu viel."),
        ("[a", "Im Muster fehlt eine schließende eckige Klammer."),
        ("[z-a]", "Im Muster steht ein Bereich verkehrt herum."),
        ("*a", "Im Muster steht eine Wiederholung, wo nichts zu wiederholen ist."),
        ("a**", "Im Muster stehen zwei Wiederholungen hintereinander."),
        ("a{x}", "Geschweifte Klammern wiederholen: {2} oder {2,5}."),
        ("a{300}", "Das Muster wiederholt höchstens 250-mal."),
        ("(?=a)", "Vorausschau und Rückschau kennen unsere Muster nicht."),
        ("(a)\\1", "Das Zeichen \\1 kennen unsere Muster nicht."),
        ("[[:alpha:]]", "Namen für Zeichen wie [:alpha:] kennen unsere Muster nicht."),
        ("/a/x", "Diese Schalter am Ende des Musters kennen wir nicht: x"),
        ("((a{99}){99}){99}", "Dieses Muster ist zu groß."),
        ("(" * 30 + "a" + ")" * 30, "Dieses Muster ist zu tief verschachtelt."),
        ("a" * 501, "Dieses Muster ist zu lang."),
    ],
)
def test_what_we_do_not_understand_is_said(pattern: str, sentence: str) -> None:
    with pytest.raises(BadPattern) as caught:
        compile_pattern(pattern)
    assert say(caught.value) == sentence


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "(a*)*b", "^(a?){50}a{50}$"])
def test_no_pattern_hangs(pattern: str) -> None:
    started = time.process_time()
    found(pattern, "a" * 5_000 + "!")
    assert time.process_time() - started < CPU_SECONDS * 3


atoms = st.sampled_from(["a", "b", "ä", ".", "[ab]", "[^a]", "\\d", "\\w", "\\s", "1", "\\."])
patterns = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda ways: f"({'|'.join(ways)})"),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}"])),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["", "^"]),
    patterns,
    st.sampled_from(["", "$"]),
    st.text("ab1ä. \n", max_size=6),
)
def test_patterns_find_what_pythons_own_engine_finds(
    start: str, middle: str, end: str, text: str
) -> None:
    pattern = f"{start}{middle}{end}"
    reference = re.compile(f"{start}{middle}{end and chr(92) + 'Z'}", re.ASCII)

    assert found(pattern, text) is (reference.search(text) is not None)


@settings(deadline=None)
@given(st.text(alphabet="ab[]()|*+?{}1,^$.\\-d/i", max_size=20))
def test_no_text_makes_the_compiler_stumble(pattern: str) -> None:
    compiled = None
    with suppress(BadPattern):
        compiled = compile_pattern(pattern)
    if compiled is not None:
        search(compiled, "ab1")
        assert source_for_browser(compiled)[1] in {"u", "iu"}


def test_the_browser_gets_the_same_pattern_in_its_own_words() -> None:
    assert source_for_browser(compile_pattern("/^\\d{5}$/")) == ("^(?:[0-9]){5,5}$", "u")
    assert source_for_browser(compile_pattern("/a|[^.]+/i")) == (
        "(?:[a]|(?:[^\\u{2e}]){1,})",
        "iu",
    )
