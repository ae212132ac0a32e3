import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.i18n import say
from tests.umfragen.expressions import expressions, resolved, values
from umfragen.expression import (
    FUNCTIONS,
    Binary,
    Call,
    Mistake,
    Name,
    Num,
    Value,
    evaluate,
    outward,
    parse,
    walk,
)

SURVEYS = Path(__file__).parents[3] / "shared" / "data" / "surveys"


def value_of(source: str, **answers: Value) -> Value:
    return outward(evaluate(resolved(source), lambda ref: answers.get(ref.id, "")))


def mistake(source: str) -> tuple[str, tuple[int, int]]:
    with pytest.raises(Mistake) as caught:
        parse(source)
    return say(caught.value), caught.value.span


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("-2 * -3", 6),
        ("2 < 3 == 1", True),
        ("1 or 0 and 0", True),
        ("!0 && 1", True),
        ("! (1 AND 1)", False),
        ("1 eq 1 ne 0", True),
        ("7 / 2, 8", 8),
        (".5 + 1.", 1.5),
        (r'"a\"b" + ' + r"'c\'d'", "a\"bc'd"),
        ("5 GE 5", True),
    ],
)
def test_signs_bind_as_in_expressionscript(source: str, expected: Value) -> None:
    assert value_of(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a == 3", True),
        ("a == '3'", True),
        ("b == 3", True),  # text that is a number
        ("leer == 0", False),  # nothing is not zero
        ("leer == ''", True),
        ("a > leer", False),  # a number beside nothing
        ("a < leer", False),
        ("0 <= leer", True),
        ("0 > leer", False),
        ("a > 'x'", False),  # a number beside a word
        ("10 > '9'", False),  # quotation marks compare letters
        ("10 > 9", True),
        ("'apfel' < 'birne'", True),
        ("a + b", 6),
        ("a + '1'", "31"),
        ("a + leer", "3"),
        ("leer - 1", ""),  # not a number goes out as nothing
        ("'x' * 2", ""),
        ("1 / 0", ""),
        ("1 / 0 > 0", False),
        ("-leer", 0),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("0.1 + 0.2 + ''", "0.3"),
        ("1000000000000 * 1000000", ""),  # no number any more
        ("(1 == 1) + ''", "1"),
        ("(1 == 2) + ''", ""),
        ("'0'", "0"),
        ("!'0'", True),
        ("!'0.0'", False),
        ("!'falsch'", False),
        ("unbekannt", ""),
    ],
)
def test_values_of_different_kind_meet_as_in_limesurvey(source: str, expected: Value) -> None:
    assert value_of(source, a=3, b="3", leer="") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if(a > 2, 'viel', 'wenig')", "viel"),
        ("if(leer, 'da')", ""),
        ("is_empty(leer)", True),
        ("is_empty(0)", False),
        ("is_empty(1/0)", True),
        ("is_numeric(' 1.5e3 ')", True),
        ("is_numeric('1,5')", False),
        ("is_int('-12')", True),
        ("is_int(1.5)", False),
        ("intval('12 Bäume')", 12),
        ("intval(-3.9)", -3),
        ("count(a, b, leer, 0)", 3),
        ("countif('rad', w, w, leer)", 2),
        ("countifop('>=', 3, a, b, leer, 2)", 2),
        ("countifop('ne', 'rad', w, 'bus', leer)", 1),
        ("sum(a, b, leer, 'x')", 6),
        ("sumifop('lt', 3, 1, 2, 3, leer)", 3),
        ("min(a, 1, leer)", 1),
        ("max(leer)", ""),
        ("abs(-3)", 3),
        ("floor(-1.5)", -2),
        ("ceil(1.2)", 2),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(1.005, 2)", 1.01),
        ("round(1234, -2)", 1200),
        ("sqrt(9)", 3),
        ("sqrt(-1)", ""),
        ("list(w, leer, 'bus')", "rad, bus"),
        ("implode('-', 'a', leer, 'b')", "a--b"),
        ("implode('-')", ""),
        ("join('a', 1, 2.50)", "a12.5"),
        ("strlen('Grüße 🚲')", 7),
        ("substr('Radweg', 0, 3)", "Rad"),
        ("substr('Radweg', -3)", "weg"),
        ("substr('Radweg', 1, -1)", "adwe"),
        ("substr('Radweg', 9, 3)", ""),
        ("strpos('Radweg', 'weg')", 3),
        ("strpos('Radweg', 'bahn') == 0", True),  # false beside zero, as in PHP
        ("strtoupper('grün')", "GRÜN"),
        ("strtolower('ÄÖ')", "äö"),
        ("trim('  x ')", "x"),
        ("unique(1, '1')", False),
        ("unique('a', leer, leer)", True),
        ("regexMatch('/^[0-9]{5}$/', '12345')", True),
        ("regexMatch('/rad/i', 'Fahrrad')", True),
        ("regexMatch('(', 'x')", False),
    ],
)
def test_functions(source: str, expected: Value) -> None:
    found = value_of(source, a=3, b="3", leer="", w="rad")
    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    ("source", "sentence", "span"),
    [
        ("", "Hier steht noch nichts.", (0, 0)),
        ("a = 3", "Ein einzelnes = vergleicht nicht. Schreiben Sie == für „ist gleich“.", (2, 3)),
        ("a == „x“", 'Text steht in geraden Anführungszeichen: "so".', (5, 6)),
        ("a == 'x", "Hier beginnt ein Text, dem das schließende Zeichen fehlt.", (5, 7)),
        ("(1 + 2", "Zu dieser Klammer fehlt die schließende.", (0, 1)),
        ("1 + 2)", "Zu dieser Klammer fehlt die öffnende.", (5, 6)),
        ("1 +", "Der Ausdruck ist hier noch nicht zu Ende.", (3, 4)),
        ("1 2", "„2“ ist an dieser Stelle nicht möglich.", (2, 3)),
        ("a && && b", "„&&“ ist an dieser Stelle nicht möglich.", (5, 7)),
        ("a ? b", "Das Zeichen ? hat in einem Ausdruck keine Bedeutung.", (2, 3)),
        ("((" * 30 + "1", "Dieser Ausdruck ist zu tief verschachtelt.", (40, 41)),
        ("-" * 50 + "1", "Dieser Ausdruck ist zu tief verschachtelt.", (40, 41)),
        (
            "1+" * 1000 + "1",
            "Dieser Ausdruck ist zu lang. Möglich sind 2000 Zeichen.",
            (2000, 2001),
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(
    source: str, sentence: str, span: tuple[int, int]
) -> None:
    found, at = mistake(source)
    assert found == sentence
    assert at[0] == pytest.approx(span[0], abs=1)
    assert at[1] >= at[0]


def test_names_keep_their_attributes_and_places() -> None:
    tree = parse("Q1_bus.NAOK == 'Y' and count(that.Q2) > 12X3X4SQ1.shown")

    names = {(node.text, node.span) for node in walk(tree) if isinstance(node, Name)}

    assert names == {
        ("Q1_bus.NAOK", (0, 11)),
        ("that.Q2", (29, 36)),
        ("12X3X4SQ1.shown", (40, 55)),
    }


@settings(deadline=None)
@given(st.text(alphabet="ab1.\"'()<>=!&|+-*/, \\{", max_size=40) | st.text(max_size=40))
def test_no_text_makes_the_parser_stumble(source: str) -> None:
    try:
        tree = parse(source)
    except Mistake as found:
        start, end = found.span
        assert 0 <= start <= end <= len(source) + 1
    else:
        for node in walk(tree):
            assert source[node.start : node.end].strip()


@settings(deadline=None, max_examples=200)
@given(expressions(), st.dictionaries(st.sampled_from("abcd"), values()))
def test_every_expression_has_a_value_of_bounded_size(
    source: str, answers: Mapping[str, Value]
) -> None:
    found = value_of(source, **answers)
    assert isinstance(found, str | int | float | bool)
    assert found == found  # noqa: PLR0124 - no NaN leaves
    assert len(str(found)) <= 2_000


@settings(deadline=None)
@given(st.text(max_size=3))
def test_doubling_a_text_again_and_again_ends(text: str) -> None:
    answers: dict[str, Value] = {"a": text}
    for _ in range(30):
        answers["a"] = value_of("a + a + 'x'", **answers)
    assert len(str(answers["a"])) <= 2_000


@pytest.mark.skipif(not SURVEYS.exists(), reason="the shared test data is not here")
def test_every_condition_of_real_limesurvey_files_is_understood() -> None:
    sources = set()
    for path in sorted(SURVEYS.glob("*.lss")):
        text = path.read_text(encoding="utf-8")
        sources |= set(re.findall(r"<g?relevance><!\[CDATA\[(.+?)\]\]>", text, re.DOTALL))

    trees = [parse(source) for source in sources]

    assert len(trees) > 40
    called = {node.name for tree in trees for node in walk(tree) if isinstance(node, Call)}
    assert called <= FUNCTIONS.keys()
    assert any(isinstance(tree, Binary) for tree in trees)
    assert any(isinstance(tree, Num) for tree in trees)
