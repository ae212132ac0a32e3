"""`python3 los.py bench guete`: how good the answers are, beside Whoosh as it comes.

Both engines get the same texts (`bench.corpus`) and the same queries; `bench/judged/` says which
texts answer a query and how well, by the criteria that stand there. Whoosh has its own German
analyser, its own parser and BM25F over title and text.
"""

import csv
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from whoosh import fields, index
from whoosh.analysis import LanguageAnalyzer
from whoosh.qparser import MultifieldParser

from bench import corpus, metrics
from bench.corpus import Text
from kern.search.asking import ask
from kern.search.backend import Hit, Hits, Request, SearchBackend
from kern.search.correcting import Shelf, correct
from kern.search.query import Query, parse
from kern.search.synonyms import read as read_synonyms
from kern.search.whoosh_backend import WhooshBackend
from kern.settings.words import SYNONYMS

JUDGED = Path(__file__).parent / "judged"
TARGET = 0.10  # of nDCG@10, ours above plain Whoosh
ALL = "gesamt"
MEANT = read_synonyms(SYNONYMS)

Engine = Callable[[str], list[str]]
"""The names of the first hundred texts for what somebody typed, best first."""


class Judged(NamedTuple):
    class_: str
    text: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Score:
    """Of one class of queries, each engine's values query by query."""

    class_: str
    ours: Sequence[float]  # nDCG@10
    plain: Sequence[float]
    ours_found: Sequence[float]  # recall@100
    plain_found: Sequence[float]

    @property
    def gain(self) -> float:
        return metrics.mean(self.ours) - metrics.mean(self.plain)

    def as_values(self) -> dict[str, object]:
        return {
            "class": self.class_,
            "queries": len(self.ours),
            "ndcg": round(metrics.mean(self.ours), 3),
            "ndcg_plain": round(metrics.mean(self.plain), 3),
            "recall": round(metrics.mean(self.ours_found), 3),
            "recall_plain": round(metrics.mean(self.plain_found), 3),
        }


def read_queries() -> list[Judged]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows("grades.tsv"):
        grades[row["number"]][row["text"]] = int(row["grade"])
    return [
        Judged(row["class"], row["query"], grades[row["number"]]) for row in _rows("queries.tsv")
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (JUDGED / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def our_engine(texts: Sequence[Text], built: SearchBackend) -> Engine:
    built.rebuild(corpus.documents(texts))

    def texts_of(hits: Sequence[Hit]) -> Iterator[str]:
        return (f"{texts[hit.ref.id].title}\n{texts[hit.ref.id].body}" for hit in hits)

    shelf = Shelf(built, Request(Query()), texts_of, MEANT)

    def hits_of(typed: str) -> Hits:
        query = parse(typed, synonyms=MEANT)
        return ask(built, Request(query, limit=metrics.FAR)).hits

    def find(typed: str) -> list[str]:
        """As somebody does who follows „Meinten Sie“ only when nothing was found."""
        hits = hits_of(typed)
        if not hits.total:
            better = correct(typed, 0, shelf)
            hits = hits_of(better) if better else hits
        return [texts[hit.ref.id].name for hit in hits.hits]

    return find


def plain_engine(texts: Sequence[Text], folder: Path) -> Engine:
    analyser = LanguageAnalyzer("de")
    schema = fields.Schema(
        name=fields.STORED,
        title=fields.TEXT(analyzer=analyser),
        body=fields.TEXT(analyzer=analyser),
    )
    built = index.create_in(str(folder), schema)
    writer = built.writer(limitmb=128)
    for text in texts:
        writer.add_document(name=text.name, title=text.title, body=text.body)
    writer.commit(optimize=True)
    parser = MultifieldParser(["title", "body"], schema)
    searcher = built.searcher()

    def find(typed: str) -> list[str]:
        asked = parser.parse(typed.replace(" -", " NOT "))  # its parser knows no minus
        return [hit["name"] for hit in searcher.search(asked, limit=metrics.FAR)]

    return find


def compare(ours: Engine, plain: Engine, queries: Sequence[Judged]) -> list[Score]:
    """One row for each class in the order of the queries, and one for all."""
    values: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for query in queries:
        mine, other = ours(query.text), plain(query.text)
        row = (
            metrics.ndcg(mine, query.grades),
            metrics.ndcg(other, query.grades),
            metrics.recall(mine, query.grades),
            metrics.recall(other, query.grades),
        )
        values[query.class_].append(row)
    values[ALL] = [row for rows in values.values() for row in rows]
    return [Score(name, *zip(*rows, strict=True)) for name, rows in values.items()]


def scores() -> list[Score]:
    texts = corpus.read()
    with tempfile.TemporaryDirectory() as mine, tempfile.TemporaryDirectory() as other:
        ours = our_engine(texts, WhooshBackend(Path(mine)))
        plain = plain_engine(texts, Path(other))
        return compare(ours, plain, read_queries())


def measured() -> dict[str, object]:
    """Prints the table; gives what is written down."""
    if not corpus.is_there():
        print(f"Die Texte dafür liegen nicht unter {corpus.DATA}.")
        return {"search": []}
    found = scores()
    print(_table(found))
    return {"search": [score.as_values() for score in found]}


def _table(found: Sequence[Score]) -> str:
    head = f"{'Klasse':<12} {'Fragen':>6}  nDCG@10 wir/Whoosh   Recall@100 wir/Whoosh"
    lines = [
        f"{score.class_:<12} {len(score.ours):>6}"
        f"  {metrics.mean(score.ours):.3f} / {metrics.mean(score.plain):.3f}"
        f"        {metrics.mean(score.ours_found):.3f} / {metrics.mean(score.plain_found):.3f}"
        for score in found
    ]
    total = found[-1]
    low, high = metrics.interval(total.ours, total.plain)
    verdict = "erreicht" if low >= TARGET else "verfehlt"
    last = (
        f"Unterschied {total.gain:+.3f}, in 95 von 100 Ziehungen {low:+.3f} bis {high:+.3f}"
        f" (Ziel mindestens {TARGET:+.2f}: {verdict})"
    )
    return "\n".join([head, *lines, last])
