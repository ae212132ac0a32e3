"""Columns that are read whole say what the library says of each entry."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from whoosh.columns import EmptyColumnReader, NumericColumn

from kern.content import Document, Ref
from kern.search.backend import IndexUnavailable
from kern.search.generations import Generations
from kern.search.whoosh_backend import WhooshBackend, whole
from kern.search.whoosh_backend.files import View
from kern.search.whoosh_backend.opening import POOL
from kern.search.whoosh_backend.searching import leaves_of
from kern.search.whoosh_backend.whole import column
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


class Files:
    """A segment whose columns are what a test says."""

    def __init__(self, size: int, columns: Mapping[str, Any]) -> None:
        self._size, self.schema = size, columns
        self._perdoc = self

    def doc_count_all(self) -> int:
        return self._size

    def has_column(self, name: str) -> bool:
        return name in self.schema

    def column_reader(self, name: str, translate: bool) -> Any:
        return self.schema[name]


def test_what_no_entry_has_is_as_usual_for_all() -> None:
    reader = Files(3, {"at": EmptyColumnReader(0, 3), "audience": EmptyColumnReader(b"", 3)})

    assert list(whole.numbers(reader, "at", "q")) == [0, 0, 0]
    assert whole.words(reader, "audience") == ([0, 0, 0], [b""])
    assert list(whole.lengths(reader, "text")) == [0, 0, 0]


def test_a_column_that_was_cut_hides_all_and_not_nothing() -> None:
    cut = NumericColumn.Reader(View(memoryview(bytes(16))), 0, 24, 3, "q", 0)

    with pytest.raises(IndexUnavailable):
        whole.numbers(Files(3, {"scope": cut}), "scope", "q")


def test_a_column_of_an_older_program_is_missed() -> None:
    with pytest.raises(IndexUnavailable):
        whole.words(Files(3, {}), "audience")


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
