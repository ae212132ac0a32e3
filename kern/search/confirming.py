"""What the database shows of hits right now: no page shows what an index alone says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from kern.content import Card, ContentType, Document, Ref, cards_of, registry
from kern.search.backend import Hit, Request

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Confirmed:
    documents: dict[Ref, Document] = field(default_factory=dict)
    cards: dict[Ref, Card] = field(default_factory=dict)  # of kinds that give both at once

    def cards_of(self, refs: Iterable[Ref]) -> Mapping[Ref, Card]:
        """The others are asked for here. What is not public has none."""
        types = registry()
        missing = [one for one in refs if one not in self.cards and types[one.key].found is None]
        return self.cards | cards_of(missing) if missing else self.cards


def confirm(hits: Sequence[Hit], request: Request) -> Confirmed:
    """One call per kind of content. Of a thing with several documents the one that was hit."""
    paths = {hit.ref: hit.path for hit in hits}
    confirmed = Confirmed()
    for document in _found(paths, confirmed.cards):
        ref = Ref(document.key, document.id)
        is_better = ref not in confirmed.documents or document.path == paths[ref]
        if is_better and may_show(document, request):
            confirmed.documents[ref] = document
    return confirmed


def may_show(document: Document, request: Request) -> bool:
    """Of what people pick only the kind and the place: a text can change both."""
    return (
        document.audience in request.audiences
        and (not request.kinds or document.kind in request.kinds)
        and (request.scopes is None or document.scope in request.scopes)
    )


def documents_of(refs: Iterable[Ref]) -> Iterator[Document]:
    """The present documents of refs of any kind; of what is not released there is none."""
    for type_, ids in _batches(refs):
        yield from _together(type_, ids)


def in_batches(type_: ContentType, ids: Sequence[int]) -> Iterator[Document]:
    """Each id is there once."""
    for some in _parts(ids):
        yield from _together(type_, some)


def _together(type_: ContentType, ids: Sequence[int]) -> Iterable[Document]:
    """The documents of one thing one after another, as an index wants them."""
    return sorted(type_.documents(ids), key=attrgetter("id"))


def _found(refs: Iterable[Ref], cards: dict[Ref, Card]) -> Iterator[Document]:
    for type_, ids in _batches(refs):
        if type_.found is None:
            yield from type_.documents(ids)
            continue
        documents, its_cards = type_.found(ids)
        cards.update((Ref(type_.key, id_), card) for id_, card in its_cards.items())
        yield from documents


def _batches(refs: Iterable[Ref]) -> Iterator[tuple[ContentType, Sequence[int]]]:
    wanted: dict[str, list[int]] = {}
    for ref in refs:
        wanted.setdefault(ref.key, []).append(ref.id)
    for key, ids in wanted.items():
        if key in registry():
            yield from ((registry()[key], some) for some in _parts(ids))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
