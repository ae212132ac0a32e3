"""Every engine finds what it should, counts it right, and stays quick under attack."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kern.content import FOREVER, LONG_AGO, Document, Ref
from kern.search.analysis import analyse_document
from kern.search.backend import Edge, Order, Request, SearchBackend, Status
from kern.search.compounds import has_part
from kern.search.confirming import in_batches
from kern.search.query import Prefix, parse
from kern.search.whoosh_backend.searching import _nearest_of
from tests.kern.search.building import (
    START,
    built,
    change,
    drop,
    failing_documents,
    ids_found,
    make_document,
    ranked,
)
from tests.kern.search.conftest import MakeIndex


def test_a_word_is_found_in_title_and_body_and_in_every_form(index: SearchBackend) -> None:
    built(
        index,
        [
            make_document(1, "Neue Radwege", "am Ufer"),
            make_document(2, "Ufer", "Der RADWEG ist dunkel."),
            make_document(3, "Gehweg", "auch dunkel"),
        ],
    )

    assert ids_found(index, "Radweg") == {1, 2}
    assert ids_found(index, "Radwegen dunkel") == {2}


SPELLINGS = {
    "Straße": ("Strasse", "STRASSE", "Straßen"),
    "Fuß": ("Fuss", "FUSS", "Füße", "Fuesse"),
    "Bäume": ("Baum", "Baeume", "Ba\u0308ume", "BÄUME"),
    "Bürger": ("Buerger", "Bürgerin", "Bürgerinnen", "Bürger:innen", "BürgerInnen", "Bürger*innen"),
    "Teilnehmende": ("Teilnehmer", "Teilnehmerinnen", "Teilnehmer_innen", "Teilnehmer/-innen"),
    "Radweg": ("Radwege", "Fahrradweg", "Rad\u00adweg"),
    "Spielplatz": ("Spielplätze", "Spielplaetze", "Spielplatzkonzept"),
}


@pytest.mark.parametrize("word", SPELLINGS)
def test_a_word_finds_every_spelling_form_and_compound_and_most_find_it(
    index: SearchBackend, word: str
) -> None:
    written = (word, *SPELLINGS[word])
    documents = [make_document(n, body=f"Hier steht {one}.") for n, one in enumerate(written)]
    built(index, [*documents, make_document(99, body="Hier steht etwas ganz anderes.")])

    assert ids_found(index, word) == set(range(len(written)))
    for one in written[1:]:
        found = ids_found(index, one)
        assert written.index(one) in found, one
        assert 99 not in found


def test_a_title_outweighs_a_body(index: SearchBackend) -> None:
    body = "Licht und Bank " * 5
    built(
        index,
        [
            make_document(1, "Radweg", body),
            make_document(2, "Licht", f"Bank Radweg {body}"),
            make_document(3, "Anderes", body * 3),
        ],
    )

    assert ranked(index, "Radweg") == [1, 2]


def test_newer_outranks_older_when_all_else_is_equal(index: SearchBackend) -> None:
    old = make_document(5, "Radweg", at=START - timedelta(days=3_000))
    built(index, [old, make_document(4, "Radweg")])

    assert ranked(index, "Radweg") == [4, 5]


def test_boost_and_date_change_the_order(index: SearchBackend) -> None:
    built(
        index,
        [make_document(1, "Radweg", boost=3.0), make_document(2, "Radweg"), make_document(3, "x")],
    )
    query = parse("Radweg")

    by_date = index.search(Request(query, order=Order.NEWEST)).hits

    assert ranked(index, "Radweg") == [1, 2]
    assert [hit.ref.id for hit in by_date] == [2, 1]


def test_a_phrase_needs_its_words_side_by_side(index: SearchBackend) -> None:
    built(
        index,
        [
            make_document(1, body="die rote Bank am See"),
            make_document(2, body="die Bank ist rot"),
            make_document(3, body="rote alte Bank"),
            make_document(4, "rot", "Bank"),
        ],
    )

    assert ids_found(index, '"rote Bank"') == {1}
    assert ids_found(index, '"Bank am See"') == {1}
    assert ids_found(index, 'Bank -"rote Bank"') == {2, 3, 4}


def test_a_beginning_finds_longer_words_below_the_word_itself(index: SearchBackend) -> None:
    built(
        index,
        [
            make_document(1, body="Radwegenetz im Norden der Stadt"),
            make_document(2, body="Radweg im Norden der Stadt"),
            make_document(3, body="Fahrrad"),
        ],
    )

    assert ranked(index, "Radweg") == [2, 1]
    assert ids_found(index, "radw*") == {1, 2}


def test_counts_cover_every_kind_whichever_is_shown(index: SearchBackend) -> None:
    kinds = ["beitrag"] * 3 + ["projekt"] * 2
    built(index, [make_document(n, "Park", kind=kind) for n, kind in enumerate(kinds)])

    hits = index.search(Request(parse("Park"), kinds=frozenset({"projekt"}), limit=1))

    assert (hits.total, hits.kinds, len(hits.hits)) == (2, {"beitrag": 3, "projekt": 2}, 1)


@pytest.mark.parametrize("order", Order)
def test_without_counts_the_same_is_found(index: SearchBackend, order: Order) -> None:
    kinds = ["beitrag", "projekt", "gespraech"] * 4
    built(
        index, [make_document(n, "Park " * (n % 4 + 1), kind=kind) for n, kind in enumerate(kinds)]
    )
    wanted = Request(parse("Park"), kinds=frozenset({"projekt"}), order=order, limit=3)

    counted = index.search(wanted)
    bare = index.search(replace(wanted, is_counted=False))

    assert bare.total == counted.total == kinds.count("projekt")
    assert [hit.ref for hit in bare.hits] == [hit.ref for hit in counted.hits]


@pytest.mark.parametrize("order", Order)
def test_pages_follow_without_gap_or_double_in_both_directions(
    index: SearchBackend, order: Order
) -> None:
    built(index, [make_document(n, "Park " * (n % 3 + 1)) for n in range(10)])
    whole = index.search(Request(parse("Park"), order=order, as_of=START)).hits
    request = Request(parse("Park"), order=order, limit=4, as_of=START)

    pages = [index.search(request).hits]
    while pages[-1]:
        last = pages[-1][-1]
        pages.append(index.search(replace(request, after=Edge(last.rank, last.ref))).hits)
    first = pages[2][0]
    back = index.search(replace(request, before=Edge(first.rank, first.ref))).hits

    assert [len(page) for page in pages] == [4, 4, 2, 0]
    assert [hit.ref for page in pages for hit in page] == [hit.ref for hit in whole]
    assert back == pages[1]


def test_time_and_status_narrow_down_and_are_counted(index: SearchBackend) -> None:
    """Each count says what there would be with another choice of its own filter alone."""
    at, before = datetime(2026, 5, 1, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)
    new_year = datetime(2024, 12, 31, 23, 30, tzinfo=UTC)  # 2025 in Berlin
    built(
        index,
        [
            make_document(1, "Park", at=at, ends_at=FOREVER, scope=5),
            make_document(2, "Park", at=at, ends_at=LONG_AGO, is_answered=True, scope=5),
            make_document(3, "Park", at=before, ends_at=datetime(2026, 6, 1, tzinfo=UTC)),
            make_document(4, "Park", at=new_year, is_answered=True, kind="wiki"),
        ],
    )
    request = Request(parse("Park"), as_of=datetime(2026, 5, 2, tzinfo=UTC))

    everything = index.search(request)
    running = index.search(replace(request, status=Status.RUNNING))
    later = index.search(replace(request, as_of=datetime(2026, 7, 1, tzinfo=UTC)))
    spring = index.search(replace(request, since=before, until=before + timedelta(seconds=1)))
    both = index.search(replace(request, status=Status.ANSWERED, since=at))

    assert everything.years == {2026: 2, 2024: 1, 2025: 1}
    assert everything.scopes == {5: 2}
    assert everything.statuses == {Status.RUNNING: 2, Status.ENDED: 1, Status.ANSWERED: 2}
    assert {hit.ref.id for hit in running.hits} == {1, 3}
    assert (running.statuses, running.years) == (everything.statuses, {2026: 1, 2024: 1})
    assert later.statuses == {Status.RUNNING: 1, Status.ENDED: 2, Status.ANSWERED: 2}
    assert [hit.ref.id for hit in spring.hits] == [3]
    assert spring.years == everything.years
    assert [hit.ref.id for hit in both.hits] == [2]
    assert (both.years, both.statuses[Status.RUNNING]) == ({2026: 1, 2025: 1}, 1)


def test_no_scope_at_all_finds_nothing(index: SearchBackend) -> None:
    built(index, [make_document(1, "Park", scope=5)])

    hits = index.search(Request(parse("Park"), scopes=frozenset()))

    assert (hits.total, hits.hits, hits.scopes) == (0, (), {5: 1})


def test_only_the_audience_finds_and_counts_a_document(index: SearchBackend) -> None:
    built(index, [make_document(1, "Park"), make_document(2, "Park", audience="scope:7", scope=7)])
    insider = frozenset({"public", "scope:7"})

    assert ids_found(index, "Park") == {1}
    assert index.search(Request(parse("Park"))).kinds == {"beitrag": 1}
    assert ids_found(index, "Park", audiences=insider) == {1, 2}
    assert ids_found(index, "Park", audiences=insider, scopes=frozenset({7})) == {2}
    assert ids_found(index, "Park", audiences=frozenset()) == set()


def test_what_is_masked_is_neither_found_nor_counted(index: SearchBackend) -> None:
    built(index, [make_document(1, "Park"), make_document(2, "Park", kind="projekt")])

    hits = index.search(Request(parse("Park"), masked={Ref("probe.beitrag", 2)}))

    assert (hits.total, hits.kinds) == (1, {"beitrag": 1})


def test_a_long_page_counts_once_and_shows_its_best_section(index: SearchBackend) -> None:
    built(
        index,
        [
            make_document(1, "Handbuch", "Park " + "und Wege " * 50, path="/wiki/h#eins"),
            make_document(1, "Park", "Park und Park", path="/wiki/h#zwei"),
        ],
    )

    hits = index.search(Request(parse("Park")))

    assert (hits.total, [hit.path for hit in hits.hits]) == (1, ["/wiki/h#zwei"])


def test_sections_count_once_in_whichever_order_a_room_tells_them(index: SearchBackend) -> None:
    told = [make_document(id_, "Park", path=f"/w{id_}#{n}") for n in range(3) for id_ in (1, 2)]
    room: Any = SimpleNamespace(documents=lambda _ids: told)
    built(index, in_batches(room, [1, 2]))

    assert index.search(Request(parse("Park"))).total == 2


@pytest.mark.parametrize("order", Order)
def test_who_only_wants_to_know_how_many_gets_no_hits(index: SearchBackend, order: Order) -> None:
    built(index, [make_document(n, "Park") for n in range(10)])

    hits = index.search(Request(parse("Park"), order=order, limit=0))

    assert (hits.total, hits.hits) == (10, ())
    assert list(_nearest_of([3.0, 1.0], Request(parse("Park"), limit=0))) == []


def test_a_change_replaces_every_section_and_a_deletion_removes_them(index: SearchBackend) -> None:
    built(index, [make_document(1, "Park", path=f"/w#{n}") for n in range(3)])

    change(index, make_document(1, "Teich"))
    assert ids_found(index, "Park") == set()
    assert ids_found(index, "Teich") == {1}

    drop(index, 1)
    assert index.digests() == {}


def test_a_compound_that_came_after_the_first_question_is_found(index: SearchBackend) -> None:
    built(index, [make_document(1, body="Radweg")])
    assert ids_found(index, "Radweg") == {1}

    change(index, make_document(2, body="Fahrradweg"))
    assert ids_found(index, "Radweg") == {1, 2}
    drop(index, 2)
    assert ids_found(index, "Radweg") == {1}


def test_an_empty_index_finds_nothing(index: SearchBackend) -> None:
    assert index.rebuild([]) == 0
    assert index.search(Request(parse('Park "rote Bank" schul*'))).total == 0
    assert index.is_healthy()


WORDS = ["Park", "Parks", "Parkbank", "See", "rot", "rote", "Bank", "Bänke", "die", "am"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
QUERIES = st.lists(
    st.sampled_from(
        [*WORDS, "-See", "-rot", '"rote Bank"', '"Park am See"', '-"rot Bank"', "par*"]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)


def by_hand(document: Document, text: str, vocabulary: Collection[str]) -> bool:
    """The meaning of a query, said a second time without an index."""
    query = parse(text, complete_last=False)
    terms = [(t.text, t.position) for t in analyse_document(document.title, document.body)]
    known = {term for term, _ in terms}

    def has(phrase: tuple[tuple[str, int], ...]) -> bool:
        return any(all((t, at + gap) in terms for t, gap in phrase) for _, at in terms)

    def occurs(word: str) -> bool:
        longer = (has_part(term, word, vocabulary.__contains__) for term in known)
        others = (other.text in known for other in query.others if other.term == word)
        return word in known or any(longer) or any(others)

    def begins(prefix: Prefix) -> bool:
        is_there = prefix.term in known or any(term.startswith(prefix.text) for term in known)
        return is_there or (not prefix.is_meant and occurs(prefix.term))

    begun = all(begins(prefix) for prefix in query.prefixes)
    phrases = all(has(phrase) for phrase in query.phrases)
    excluded = any(has(phrase) for phrase in query.excluded)
    words = all(occurs(word) for word in query.words)
    return not query.is_empty and words and begun and phrases and not excluded


SLOW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@SLOW
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6), st.lists(QUERIES, min_size=1, max_size=8))
def test_the_index_finds_exactly_what_the_query_means(
    make_index: MakeIndex, texts: list[tuple[str, str]], queries: list[str]
) -> None:
    documents = [make_document(n, title, body) for n, (title, body) in enumerate(texts)]
    index = built(make_index("index"), documents)

    vocabulary = {t.text for d in documents for t in analyse_document(d.title, d.body)}
    for text in queries:
        meant = {d.id for d in documents if by_hand(d, text, vocabulary)}
        assert ids_found(index, text) == meant, text


CHANGES = st.lists(
    st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), TEXTS)), min_size=1, max_size=4),
    max_size=5,
)


@SLOW
@given(CHANGES)
def test_an_index_that_followed_equals_one_built_anew(
    make_index: MakeIndex, batches: list[list[tuple[int, str | None]]]
) -> None:
    followed = built(make_index("index"), [])
    present: dict[int, Document] = {}
    for batch in batches:
        changes = {id_: text and make_document(id_, text) for id_, text in batch}
        written = [document for document in changes.values() if document]
        gone = {id_ for id_, document in changes.items() if not document}
        change(followed, *written, gone=gone)
        present |= {document.id: document for document in written}
        present = {id_: item for id_, item in present.items() if id_ not in gone}
    anew = built(make_index("anew"), present.values())

    assert followed.digests() == anew.digests()
    for word in WORDS:
        assert ids_found(followed, f"{word} ") == ids_found(anew, f"{word} ")


def test_a_rebuild_that_fails_leaves_the_old_index(index: SearchBackend) -> None:
    built(index, [make_document(7, "Park")])

    with pytest.raises(ZeroDivisionError):
        index.rebuild(failing_documents())

    assert ids_found(index, "Park") == {7}
    assert ids_found(index, "Teich") == set()
    index.verify()


def test_a_change_whose_reading_fails_leaves_the_index_writable(index: SearchBackend) -> None:
    def read(_refs: Collection[Ref]) -> Iterator[Document]:
        return failing_documents()

    built(index, [make_document(7, "Park")])
    with pytest.raises(ZeroDivisionError):
        index.apply([Ref("probe.beitrag", 7)], read)
    change(index, make_document(99, "Teich"))

    assert ids_found(index, "Park") == {7}
    assert ids_found(index, "Teich") == {99}
