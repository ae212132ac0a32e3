"""What Germans write in several ways is one search: streets, nouns of verbs, gendered people."""

import pytest

from kern.search.asking import ask
from kern.search.backend import Order, Request, SearchBackend
from kern.search.query import parse
from tests.kern.search.building import built, ids_found, make_document


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Kölner Straße", "in der Kölnerstr. ist"),
        ("Kölnerstraße", "auf der Kölner Strasse"),
        ("Kölner Str.", "auf der Kölner Straße"),
        ("Hafenstr.", "in der Hafenstraße"),
        ("Bad Godesberg", "nach BadGodesberg"),
        ("besteuern", "eine Besteuerung des Fluges"),
        ("Beleuchtung", "wir beleuchten das"),
        ("städtisch", "das macht die Stadt"),
        ("Jugendliche", "für die Jugend"),
        ("Bürger", "alle Bürgerinnen"),
        ("Bürgerin", "alle Bürger*innen"),
        ("Bürger:innen", "für BürgerInnen"),
        ("Bürger_innen", "ein Bürger"),
        ("Schüler", "die Schülerinnen"),
        ("Mieter", "MieterInnen zahlen"),
        ("Verkehr", "des Verkehrs"),
    ],
)
def test_other_ways_to_write_it_are_found(index: SearchBackend, typed: str, written: str) -> None:
    built(index, [make_document(1, body=written), make_document(2, body="etwas anderes")])
    assert ids_found(index, typed) == {1}


@pytest.mark.parametrize(
    ("typed", "written"),
    [("Zeit", "die Zeitung"), ("Satz", "eine Satzung"), ("Schüler", "eine Schule")],
)
def test_what_only_looks_alike_is_not(index: SearchBackend, typed: str, written: str) -> None:
    built(index, [make_document(1, body=written)])
    assert ids_found(index, typed) == set()


def test_a_star_means_what_begins_so_and_no_compound(index: SearchBackend) -> None:
    built(
        index, [make_document(1, body="Schulbus, Schule"), make_document(2, body="Busspur, Spur")]
    )
    assert ids_found(index, "Bus") == {1, 2}
    assert ids_found(index, "Bus*") == {2}


def test_where_hardly_anything_has_all_words_others_follow_that_have_most(
    index: SearchBackend,
) -> None:
    built(
        index,
        [
            make_document(1, body="Kerosin wird teurer"),
            make_document(2, body="Kerosin besteuern wir"),
            make_document(3, body="Bänke im Park"),
        ],
    )
    asked = ask(index, Request(parse("Kerosin besteuern")))
    assert [hit.ref.id for hit in asked.hits.hits] == [2, 1]
    assert (asked.hits.total, asked.exact) == (2, 1)
    assert ask(index, Request(parse("Kerosin besteuern"), order=Order.NEWEST)).hits.total == 1
    assert ask(index, Request(parse("Kerosin -besteuern Park"))).exact == 0


def test_enough_hits_with_all_words_stay_as_they_are(index: SearchBackend) -> None:
    many = [make_document(n, body="Park und See") for n in range(1, 11)]
    built(index, [*many, make_document(11, body="nur ein Park")])
    asked = ask(index, Request(parse("Park See")))
    assert (asked.hits.total, asked.exact) == (10, None)
