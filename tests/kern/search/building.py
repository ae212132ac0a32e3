"""Documents for the search tests, and two thousand generated German ones."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from kern.content import Document, Ref
from kern.search.backend import Request, SearchBackend
from kern.search.query import parse

START = datetime(2026, 1, 1, tzinfo=UTC)
_PARTS = """
Rad Spiel Park Bus Schul Markt Wasser Bürger Straßen Wohn See Hafen Licht Grün
weg platz haltestelle baum plan bänke lampe amt fläche turm steg verkehr ufer
der die das und ist im am ein nicht für mit auf zu von wir
"""
_BEGINS, _ENDS, _SMALL = (line.split() for line in _PARTS.strip().splitlines())


def make_document(id_: int = 1, title: str = "", body: str = "", **changes: object) -> Document:
    values: dict[str, object] = {
        "key": "probe.beitrag",
        "id": id_,
        "title": title,
        "body": body,
        "kind": "beitrag",
        "scope": None,
        "audience": "public",
        "path": f"/probe/{id_}",
        "at": START + timedelta(hours=id_),
    }
    return Document(**(values | changes))  # type: ignore[arg-type]


def generated(count: int = 2_000) -> list[Document]:
    """Texts with few frequent and many rare words, always the same."""
    dice = random.Random(7)  # noqa: S311 - not for secrets
    words = [a + b for a in _BEGINS for b in _ENDS] + [a + b.title() for a in _ENDS for b in _ENDS]
    words = _SMALL + words
    weights = [1 / (number + 1) for number in range(len(words))]

    def text(length: int) -> str:
        return " ".join(dice.choices(words, weights, k=length))

    return [make_document(id_, text(4), text(60), scope=id_ % 5) for id_ in range(1, count + 1)]


def ids_found(index: SearchBackend, text: str, **request: object) -> set[int]:
    """`text` as it is typed and finished; a last word that may be longer needs its `*`."""
    query = parse(text, complete_last=False)
    found = index.search(Request(query, limit=10_000, **request))  # type: ignore[arg-type]
    return {hit.ref.id for hit in found.hits}


def ranked(index: SearchBackend, text: str) -> list[int]:
    return [hit.ref.id for hit in index.search(Request(parse(text))).hits]


def built(index: SearchBackend, documents: Iterable[Document]) -> SearchBackend:
    index.rebuild(documents)
    return index


def change(index: SearchBackend, *documents: Document, gone: Iterable[int] = ()) -> None:
    refs = [Ref(document.key, document.id) for document in documents]
    refs += [Ref("probe.beitrag", id_) for id_ in gone]
    index.apply(refs, lambda _: documents)


def drop(index: SearchBackend, *ids: int) -> None:
    change(index, gone=ids)


def failing_documents() -> Iterator[Document]:
    """A town whose database goes away while it is read."""
    yield make_document(1, "Teich")
    raise ZeroDivisionError
