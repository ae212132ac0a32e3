"""How these pages appear in the search. Nobody's name stands on them and nobody decides about them:
what an administrator saves is what everybody reads."""

from collections.abc import Iterator, Mapping, Sequence

from kern import text
from kern.content import LONG_AGO, Card, ContentType, Document, FoundAs, Ref
from kern.i18n import SOURCE, _, _l, speaking
from kern.search.backend import PUBLIC
from portal.seiten.pages import ALL, Page

PAGE_KEY = "portal.seite"
SHORT = 200
OWN, OURS = 1.5, 0.8  # a town's own words say more about it than ours, which every town has


def _written(ids: Sequence[int]) -> Iterator[tuple[Page, str]]:
    for id_ in ids:
        page = ALL.get(id_)
        words = page.words() if page is not None else ""
        if page is not None and words:
            yield page, words


def _cards(ids: Sequence[int]) -> Mapping[int, Card]:
    return {
        page.id: Card(
            ref=Ref(PAGE_KEY, page.id),
            label=_("Information"),
            title=str(page.title),
            text=text.excerpt(words, SHORT),
            path=page.path,
            at=LONG_AGO,
        )
        for page, words in _written(ids)
    }


def _documents(ids: Sequence[int]) -> Sequence[Document]:
    with speaking(SOURCE):
        return [
            Document(
                key=PAGE_KEY,
                id=page.id,
                title=str(page.title),
                body=words,
                kind="seite",
                scope=None,
                audience=PUBLIC,
                path=page.path,
                at=LONG_AGO,
                boost=OWN if page.made_of else OURS,
            )
            for page, words in _written(ids)
        ]


def _public_ids() -> Iterator[int]:
    yield from (page.id for page, _words in _written(list(ALL)))


PAGES = ContentType(
    key=PAGE_KEY,
    label=_l("Information"),
    plural=_l("Informationen"),
    cards=_cards,
    documents=_documents,
    public_ids=_public_ids,
    found_as=(FoundAs("seite", _l("Information"), _l("Informationen"), "info"),),
    desk_items=lambda _ids: {},
    made_of_settings=lambda keys: [
        page.id for page in ALL.values() if not page.made_of.isdisjoint(keys)
    ],
)
