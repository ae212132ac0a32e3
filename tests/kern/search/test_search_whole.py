"""Columns that are read whole say what the library says of each entry."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kern.content import Document, Ref
from kern.search.generations import Generations
from kern.search.whoosh_backend import WhooshBackend, whole
from kern.search.whoosh_backend.opening import POOL
from kern.search.whoosh_backend.searching import column, leaves_of
from tests.kern.search.building import START, generated, make_document


def with_many_values() -> list[Document]:
    """More of them than one byte can count."""
    return [
        make_document(id_, kind=f"art {id_ % 300}", audience=f"scope:{id_ % 700}", scope=id_)
        for id_ in range(1, 901)
    ]


def with_usual_ends() -> list[Document]:
    """What is as usual is written down only where something else comes after it."""
    first = make_document(1, "Rad", "Weg " * 700, scope=2**40, boost=2.5, at=START)
    last = [
        make_document(id_, scope=None, boost=1.0, at=START - timedelta(days=99_999), kind="")
        for id_ in range(2, 9)
    ]
    return [first, *last]


@contextmanager
def segments(folder: Path) -> Iterator[list[Any]]:
    opened = POOL.take(Generations(folder).current())
    yield [leaf.reader() for leaf, _ in leaves_of(opened.searcher)]
    opened.close()


@pytest.mark.parametrize(
    "documents",
    [generated(300), with_many_values(), with_usual_ends(), [make_document()]],
    ids=["usual", "many values", "usual ends", "one"],
)
def test_each_entry_is_what_it_is_one_by_one(tmp_path: Path, documents: list[Document]) -> None:
    index = WhooshBackend(tmp_path)
    index.rebuild(documents[1:])
    index.apply([Ref(documents[0].key, documents[0].id)], lambda _refs: documents[:1])
    with segments(tmp_path) as readers:
        for reader in readers:
            everybody = range(reader.doc_count_all())
            for name, code in (("at", "q"), ("boost", "d"), ("scope", "q"), ("standing", "q")):
                assert list(whole.numbers(reader, name, code)) == [
                    column(reader, name)[number] for number in everybody
                ]
            for name in ("kind", "audience"):
                of_each, values = whole.words(reader, name)
                assert [bytes(values[number]) for number in of_each] == [
                    bytes(column(reader, name)[number]) for number in everybody
                ]
            assert list(whole.lengths(reader, "text")) == [
                reader.doc_field_length(number, "text", 0) or 0 for number in everybody
            ]
        assert sum(reader.doc_count_all() for reader in readers) == len(documents)
