"""What a document is in the index: two fields of terms, and columns read while searching."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from whoosh import columns, fields, formats

from kern.content import Document, Ref
from kern.search import analysis, compounds
from kern.search.backend import digest_of, standing_of
from kern.search.sequences import sequence_of

VERSION = 100 * analysis.VERSION + 2  # of the terms, and of the fields below


class _TermsField(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """A field that takes our terms as they are; the library analyses nothing."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None, scorable=True)

    def index(self, value: Sequence[analysis.Term], **_: Any) -> Iterator[tuple[Any, ...]]:
        counts: Counter[str] = Counter(term.text for term in value)
        weights: defaultdict[str, float] = defaultdict(float)
        for term in value:
            weights[term.text] += term.weight
        for text, count in counts.items():
            yield text.encode(), count, weights[text], b""


class _EndsField(fields.FieldType):  # type: ignore[misc]  # as above
    """Long terms backwards: who looks for `radweg` finds all that end so side by side."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None, scorable=False)

    def index(self, value: Sequence[analysis.Term], **_: Any) -> Iterator[tuple[Any, ...]]:
        longest = {term.text for term in value if len(term.text) >= compounds.SHORTEST_COMPOUND}
        for text in longest:
            yield text[::-1].encode(), 1, 1.0, b""


def schema() -> fields.Schema:
    return fields.Schema(
        text=_TermsField(),
        ends=_EndsField(),
        ref=fields.ID(sortable=_text_column()),
        path=fields.COLUMN(_text_column()),
        kind=fields.COLUMN(columns.RefBytesColumn()),
        scope=fields.COLUMN(columns.NumericColumn("q", default=-1)),
        sequence=fields.COLUMN(_text_column()),
        audience=fields.COLUMN(columns.RefBytesColumn()),
        at=fields.COLUMN(columns.NumericColumn("q", default=0)),
        boost=fields.COLUMN(columns.NumericColumn("d", default=1.0)),
        standing=fields.COLUMN(columns.NumericColumn("q", default=-2)),
        digest=fields.COLUMN(columns.NumericColumn("q", default=0)),
    )


def _text_column() -> columns.VarBytesColumn:
    """With the places written down, which every search would otherwise add up anew."""
    return columns.VarBytesColumn(write_offsets_cutoff=0)


def fields_of(document: Document) -> dict[str, Any]:
    terms = list(_terms(document))
    return {
        "text": terms,
        "ends": terms,
        "ref": str(Ref(document.key, document.id)),
        "path": document.path.encode(),
        "sequence": sequence_of(terms).encode(),
        "kind": document.kind.encode(),
        "scope": -1 if document.scope is None else document.scope,
        "audience": document.audience.encode(),
        "at": int(document.at.timestamp()),
        "boost": document.boost,
        "standing": standing_of(document),
        "digest": digest_of([document]),
    }


def _terms(document: Document) -> Iterator[analysis.Term]:
    own = document.has_own_title
    return analysis.analyse_document(document.title, document.body, has_own_title=own)
