"""Figures of the population as statistics offices hand them out, read without a database."""

import pytest

from kern.errors import Invalid
from tests.umfragen.ready import ready
from tests.umfragen.surveys import Doc, option, options, question
from umfragen.engine import Plan
from umfragen.results.margins import MAX_BYTES, MAX_LINES, Read, can_weigh, read_margin
from umfragen.results.wording import Wording

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def named(*texts: str) -> list[Doc]:
    return [option(code, f"o{code}", text=text) for code, text in enumerate(texts, 1)]


AGES = ready([question("single", "alter", options=named("Bis 29", "30 bis 59", "Ab 60, Rente"))])


def read(text: str | bytes, plan: Plan = AGES) -> Read:
    data = text if isinstance(text, bytes) else text.encode()
    asked = plan.definition.pages[0].questions[0]
    return read_margin(data, asked, Wording(plan.definition, "de"))


@pytest.mark.parametrize(
    "text",
    [
        "Gruppe;Menschen\nBis 29;1200\n30 bis 59;3400\nAb 60, Rente;2500\n",
        f"{BOM}Bis 29;1200\r\n30 bis 59;3400\r\nAb 60, Rente;2500\r\n",  # Excel
        'Gruppe,Menschen\nBis 29,1200\n30 bis 59,3400\n"Ab 60, Rente",2500',
        "Gruppe\tMenschen\nBis 29\t1200\n30 bis 59\t3400\nAb 60, Rente\t2500",
        "1;1200\n2;3400\n3;2500",  # options by their numbers
        "Bis 29;1.200\n30 bis 59;3 400\nAb 60, Rente;2\N{NO-BREAK SPACE}500",
        "Bis 29;1'200\n30 bis 59;3.400,0\nAb 60, Rente;2500,00",
        "Bis 29;1.200 \n30 bis 59;3\N{NARROW NO-BREAK SPACE}400\nAb 60, Rente;2\N{THIN SPACE}500",
        '"Bis 29";"1.200"\n"30 bis 59";"3.400"\n"Ab 60, Rente";"2.500"',
        " bis  29 ; 1200\n\n;;\n30 BIS 59;3400;mit Bemerkung\nAb 60, Rente;2500\n",
    ],
)
def test_figures_are_read_however_the_office_writes_them(text: str) -> None:
    assert read(text) == Read({1: 1200.0, 2: 3400.0, 3: 2500.0}, (), ())


@pytest.mark.parametrize(
    "text",
    [
        "Bis 29;17,5 %\n30 bis 59;50\nAb 60, Rente;32,5%",
        "Gruppe;Anteil in %\nBis 29;17,5\n30 bis 59;50,0\nAb 60, Rente;32,5",
        "Bis 29;17.5\n30 bis 59;50\nAb 60, Rente;32.5",
    ],
)
def test_shares_weigh_as_people_do(text: str) -> None:
    assert read(text).people == {1: 17.5, 2: 50.0, 3: 32.5}


def test_shares_need_not_make_a_hundred() -> None:
    """Only their ratio counts: some groups of the town may not have been asked."""
    assert read("Bis 29;10 %\n30 bis 59;30 %").people == {1: 10.0, 2: 30.0}


def test_old_files_of_windows_keep_their_umlauts() -> None:
    plan = ready([question("single", "ort", options=named("Süd", "Lübeck-Ost"))])
    assert read("Süd;5\nLübeck-Ost;6".encode("cp1252"), plan).people == {1: 5.0, 2: 6.0}


def test_groups_that_nobody_was_asked_for_and_options_without_a_figure_are_named() -> None:
    found = read("Bis 29;10\n30 bis 59;20\nAb 75;5\nUnbekannt;1\nInsgesamt;36")
    assert found.unknown == ("Ab 75", "Unbekannt", "Insgesamt")
    assert found.missing == (3,)


def test_a_group_of_nobody_is_taken_when_two_others_have_people() -> None:
    assert read("1;0\n2;5\n3;6").people == {1: 0.0, 2: 5.0, 3: 6.0}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "leer"),
        (f"{BOM}\r\n ; \r\n", "leer"),
        ("Bis 29;10\n30 bis 59;viele", "Zeile 2: „viele“"),
        ("Bis 29;10\n30 bis 59;-5", "Zeile 2: „-5“"),
        ("Bis 29;10\n30 bis 59;", "Zeile 2: „“"),
        ("Bis 29;10\n30 bis 59;nan", "Zeile 2: „nan“"),
        ("Bis 29;10\n30 bis 59;inf", "Zeile 2: „inf“"),
        ("Bis 29;10\n30 bis 59;1e400", "Zeile 2: „1e400“"),
        ("Bis 29;10\n30 bis 59;1_000", "Zeile 2: „1_000“"),
        ("Bis 29;10\n30 bis 59;5%%", "Zeile 2: „5%%“"),
        ("Bis 29;10\n1;20\n30 bis 59;5", "Zeile 2: „1“ steht schon"),
        ("Bis 29;10\nallein", "Zeile 2: Erwartet sind zwei Spalten"),
        ("Jung;10\nAlt;20", "Keine zwei Gruppen"),
        ("Bis 29;10\n30 bis 59;0", "Keine zwei Gruppen"),
        ("x;2\n" * (MAX_LINES + 1), f"mehr als {MAX_LINES} Zeilen"),
        ("Bis 29,17,5\n30 bis 59,82,5", "Zeile 1: Erwartet sind zwei Spalten"),
        ("x" * (MAX_BYTES + 1), "zu groß"),
        ('"Bis 29;10\n' + "x" * 90_000 + "\n" * 600, "zwei Spalten"),
        (b"\x00\xff\xfe;\x00", "Keine zwei Gruppen"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str | bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as told:
        read(text)
    assert told.value.field == "file"
    assert sentence in str(told.value)


def test_only_groups_that_exclude_each_other_are_weighed_by() -> None:
    kinds = {
        "single": {"options": options("a", "b")},
        "scale": {},
        "yes_no": {},
        "multiple": {"options": options("a", "b")},
        "number": {},
        "short_text": {},
    }
    plan = ready(
        [question(kind, f"q{at}", **more) for at, (kind, more) in enumerate(kinds.items())]
    )
    found = {one.KIND for one in plan.questions.values() if can_weigh(one)}
    assert found == {"single", "scale", "yes_no"}
