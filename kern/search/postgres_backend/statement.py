"""The one statement of a search: it matches, counts, ranks and cuts the page.

Questions of one form make the same text, whatever their words are: everything that differs is a
parameter. So a connection has a form that is asked often prepared and planned already.

Of very many hits only the most promising are ranked by their terms: weighty and fresh ones, with
the words in their title. The others come after them, in that rough order.
"""

import math
from typing import Any

from kern.clock import now
from kern.content import Ref
from kern.search import analysis
from kern.search.backend import Edge, Order, Request, Status
from kern.search.expansion import Group, Wanted
from kern.search.postgres_backend.querying import any_of, matching
from kern.search.postgres_backend.schema import SCHEMA, quoted
from kern.search.postgres_backend.vocabulary import Rarity
from kern.search.weights import FRESH_BONUS, HALF_LIFE, LENGTH_MATTERS, SATURATION

RANKED = 600  # entries of which terms are read
_ADDED = 12  # terms of a group that count in the order, beside the one that was typed
_ABOVE = 1_000  # what the rank of these is raised by; no other reaches it
_TITLE_HELPS = 2.0  # how much a word in the title makes an entry more promising

# Counted are facets, of which there are few, and not entries: for each filter what there is with
# the others applied. Several entries of one thing count once, where the newest of them stands.
_MATCHING = """
WITH visible AS MATERIALIZED (
  SELECT id AS facet, kind, scope, year, standing FROM {schema}.facet
  WHERE audience = ANY({audiences}) AND {wanted}
), matching AS MATERIALIZED (
  SELECT id, facet, at, family{more} FROM {schema}.slim
  WHERE {matches} AND (facet IN (SELECT facet FROM visible)) IS TRUE {unmasked} LIMIT {most}
), facets AS (
  SELECT facet, at FROM matching WHERE family IS NULL
  UNION ALL (
    SELECT DISTINCT ON (family) facet, at FROM matching WHERE family IS NOT NULL
    ORDER BY family, at DESC
  )
), tally AS MATERIALIZED (
  SELECT visible.*, hits, hits_in_time FROM visible JOIN (
    SELECT facet, count(*) AS hits, count(*) FILTER (WHERE {in_time}) AS hits_in_time
    FROM facets GROUP BY facet) AS one USING (facet)
), counted AS MATERIALIZED (
  SELECT
    (SELECT sum(hits_in_time) FROM tally WHERE {all}) AS total,
    (SELECT json_object_agg(kind, hits) FROM (
      SELECT kind, sum(hits_in_time) AS hits FROM tally WHERE {but_kinds} GROUP BY kind
    ) AS one) AS kinds,
    (SELECT json_object_agg(scope, hits) FROM (
      SELECT scope, sum(hits_in_time) AS hits FROM tally
      WHERE {but_scopes} AND scope IS NOT NULL GROUP BY scope) AS one) AS scopes,
    (SELECT json_object_agg(year, hits) FROM (
      SELECT year, sum(hits) AS hits FROM tally WHERE {all} GROUP BY year) AS one) AS years,
    (SELECT json_build_object({statuses}) FROM tally WHERE {but_status}) AS statuses
)
"""
# Of a long text, which PostgreSQL keeps elsewhere, the terms are fetched once and not by each rank.
_RANKED = """
, ranked AS (
  SELECT id, ref, {weight} * ({score}) AS score
  FROM candidates CROSS JOIN LATERAL (
    SELECT at, boost, length, ref,
      CASE WHEN pg_column_size(terms) > 1900 THEN terms || '' ELSE terms END AS terms
    FROM {schema}.entry WHERE entry.id = candidates.id OFFSET 0
  ) AS read_once
)
"""
_BY_RELEVANCE = """
, candidates AS MATERIALIZED (
  SELECT id FROM matching WHERE {shown} ORDER BY promise DESC, id DESC LIMIT {ranked_most}
){ranked}, every AS (
  SELECT id, ref, score, score + {above} AS rank FROM ranked {others}
), best AS (
  SELECT DISTINCT ON (ref) * FROM every ORDER BY ref, rank DESC
), page AS (
  SELECT * FROM best WHERE {edge} ORDER BY {order} LIMIT {limit}
)
"""
_OTHERS = """
  UNION ALL SELECT id, ref, CAST(0 AS double precision), promise FROM matching WHERE {shown}
    AND NOT EXISTS (SELECT FROM candidates WHERE candidates.id = matching.id)
"""
_BY_DATE = """
, dated AS (
  SELECT ref, at FROM matching WHERE {shown} AND family IS NULL
  UNION ALL
  SELECT ref, max(at) FROM matching WHERE {shown} AND family IS NOT NULL GROUP BY ref
), newest AS MATERIALIZED (
  SELECT ref, CAST(at AS double precision) AS rank FROM dated WHERE {edge_of_date}
  ORDER BY {order} LIMIT {limit}
), candidates AS MATERIALIZED (
  SELECT matching.id FROM matching JOIN newest USING (ref)
){ranked}, page AS (
  SELECT DISTINCT ON (ref) id, ref, score, rank FROM ranked JOIN newest USING (ref)
  ORDER BY ref, score DESC
)
"""
_RESULT = """
SELECT counted.*, (
  SELECT json_agg(json_build_array(page.ref, kind, path, score, rank)
    ORDER BY rank DESC, page.ref DESC)
  FROM page JOIN {schema}.entry ON entry.id = page.id JOIN {schema}.facet ON facet.id = entry.facet
) AS hits FROM counted
"""

_STATUS = {
    Status.RUNNING: "standing >> 1 > {now}",
    Status.ENDED: "(standing >= 0 AND standing >> 1 <= {now})",
    Status.ANSWERED: "standing & 1 = 1",
}


def _share(weight: float) -> float:
    """What a word that counts as often as this scores in a text of usual length, of what BM25
    gives at most."""
    return weight / (weight + SATURATION)


_TITLE = _share(analysis.TITLE_WEIGHT)


def _relative(weight: float) -> float:
    """What one occurrence scores, as a share of one in a title: the weights of `ts_rank`."""
    return round(_share(weight) / _TITLE, 3)


_LETTERS = (_relative(1.0), _relative(analysis.LENT_WEIGHT), 0, 1)  # of D, C, B and A
_SINGLE = 6 / math.pi**2  # `ts_rank` of a single occurrence of weight 1; of very many it is 1
_WHOLE = _TITLE / _SINGLE
_LEAST, _MOST = 1e-6, 0.95  # of a share: many words in a title would be more than everything
_WEIGHTS = f"'{{{','.join(map(str, _LETTERS))}}}'"


def _real(number: float) -> str:
    """A literal; without its type PostgreSQL would count with decimals, ten times as slowly."""
    return f"CAST('{number!r}' AS double precision)"


def statement_of(
    request: Request, wanted: Wanted, rarity: Rarity, most: int | None
) -> tuple[str, dict[str, Any]]:
    """With `most` no more entries than that are looked at, whichever they are."""
    return _Statement(request, wanted, rarity).made(most)


class _Statement:
    def __init__(self, request: Request, wanted: Wanted, rarity: Rarity) -> None:
        self._request = request
        self._wanted = wanted
        self._rarity = rarity
        self._values: dict[str, Any] = {}
        self._now = self._value(int((request.as_of or now()).timestamp()), "bigint")
        self._filters = self._filters_set()
        self._in_time = self._time()
        self._length = self._relative_length()

    def made(self, most: int | None) -> tuple[str, dict[str, Any]]:
        by_date = self._request.order == Order.NEWEST
        order = self._by_date() if by_date else self._by_relevance()
        return self._matching(most) + order + _RESULT.format(schema=SCHEMA), self._values

    def _value(self, value: object, type_: str) -> str:
        """Its place in the statement, under a name of its own."""
        name = f"v{len(self._values)}"
        self._values[name] = value
        return f"CAST(%({name})s AS {type_})"

    def _number(self, number: float) -> str:
        """One that another question has in the same place: both are the same statement then."""
        return self._value(number, "double precision")

    def _matching(self, most: int | None) -> str:
        tests = {status: test.format(now=self._now) for status, test in _STATUS.items()}
        counted = (
            f"'{status.value}', coalesce(sum(hits_in_time) FILTER (WHERE {test}), 0)"
            for status, test in tests.items()
        )
        return _MATCHING.format(
            schema=SCHEMA,
            audiences=self._value(list(self._request.audiences), "text[]"),
            wanted="true" if self._request.is_counted else self._filtered(),
            more=self._more(),
            matches=self._matches(),
            unmasked=self._unmasked(),
            most="ALL" if most is None else most,
            in_time=self._in_time,
            statuses=", ".join(counted),
            all=self._filtered(),
            but_kinds=self._filtered("kinds"),
            but_scopes=self._filtered("scopes"),
            but_status=self._filtered("status"),
        )

    def _more(self) -> str:
        """What of each entry the order looks at: as little as will do, as there may be many."""
        by_date = self._request.order == Order.NEWEST
        promise = "" if by_date else f", {self._promise()} AS promise"
        is_first = self._request.after is None and self._request.before is None
        return promise if is_first and not by_date else f"{promise}, ref"

    def _by_relevance(self) -> str:
        edge, shown = self._edge(), self._shown()
        return _BY_RELEVANCE.format(
            shown=shown,
            ranked_most=max(RANKED, self._request.limit),
            ranked=self._ranked(),
            above=_ABOVE,
            others="" if edge == "true" else _OTHERS.format(shown=shown),
            edge=edge,
            order=self._order(),
            limit=self._request.limit,
        )

    def _by_date(self) -> str:
        return _BY_DATE.format(
            shown=self._shown(),
            edge_of_date=self._edge("CAST(at AS double precision)"),
            order=self._order(),
            ranked=self._ranked(),
            limit=self._request.limit,
        )

    def _matches(self) -> str:
        """By the index alone, which knows no distances; then by the texts themselves."""
        found = matching(self._wanted)
        loose = f"{SCHEMA}.terms_of(id) @@ {self._value(found.loose, 'tsquery')}"
        if not found.has and not found.lacks:
            return loose
        patterns = [f"sequence ~ {self._value(pattern, 'text')}" for pattern in found.has]
        patterns += [f"sequence !~ {self._value(pattern, 'text')}" for pattern in found.lacks]
        exact = f"terms @@ {self._value(found.exact, 'tsquery')}"
        long = " AND ".join(patterns)
        return f"""{loose} AND (
            SELECT CASE WHEN sequence IS NULL THEN {exact} ELSE {long} END
            FROM {SCHEMA}.entry WHERE entry.id = slim.id
        )"""

    def _unmasked(self) -> str:
        if not self._request.masked:
            return ""
        masked = [str(Ref(*ref)) for ref in self._request.masked]
        return f"AND ref <> ALL({self._value(masked, 'text[]')})"

    def _filters_set(self) -> dict[str, str]:
        """By what a facet says."""
        request = self._request
        filters = {}
        if request.kinds:
            filters["kinds"] = f"kind = ANY({self._value(list(request.kinds), 'text[]')})"
        if request.scopes is not None:
            filters["scopes"] = (
                f"coalesce(scope = ANY({self._value(list(request.scopes), 'bigint[]')}), false)"
            )
        if request.status is not None:
            filters["status"] = _STATUS[request.status].format(now=self._now)
        return filters

    def _time(self) -> str:
        request = self._request
        if request.since is None and request.until is None:
            return "true"
        since = int(request.since.timestamp()) if request.since else -(2**62)
        until = int(request.until.timestamp()) if request.until else 2**62
        bounds = self._value(since, "bigint"), self._value(until, "bigint")
        return "at >= {} AND at < {}".format(*bounds)

    def _filtered(self, but: str = "") -> str:
        tests = [test for name, test in self._filters.items() if name != but]
        return " AND ".join(tests) or "true"

    def _shown(self) -> str:
        """The same for an entry, with the time."""
        if not self._filters:
            return self._in_time
        facets = f"facet IN (SELECT facet FROM visible WHERE {self._filtered()})"
        return f"{facets} AND {self._in_time}"

    def _edge(self, rank: str = "rank") -> str:
        edge, sign = self._turned()
        if edge is None:
            return "true"
        at = self._value(edge.rank, "double precision"), self._value(str(edge.ref), "text")
        return f"({rank}, ref) {sign} ({at[0]}, {at[1]})"

    def _order(self) -> str:
        _, sign = self._turned()
        return "rank, ref" if sign == ">" else "rank DESC, ref DESC"

    def _turned(self) -> tuple[Edge | None, str]:
        if self._request.before is not None:
            return self._request.before, ">"
        return self._request.after, "<"

    def _typed(self) -> list[str]:
        """The words as they were typed, without what the town's vocabulary added."""
        words = [next(iter(group)) for group in self._wanted.groups]
        return words + [term for phrase in self._wanted.phrases for term, _ in phrase]

    def _weight(self) -> str:
        age = f"greatest({self._now} - at, 0)"
        return f"boost * (1 + {_real(FRESH_BONUS * HALF_LIFE)} / ({_real(HALF_LIFE)} + {age}))"

    def _promise(self) -> str:
        in_title = (
            f"CAST(title @@ {self._value(quoted(term), 'tsquery')} AS integer)"
            for term in self._typed()
        )
        return f"{self._weight()} * (1 + {_real(_TITLE_HELPS)} * ({' + '.join(in_title)}))"

    def _ranked(self) -> str:
        """BM25 as far as PostgreSQL can be brought to it: `ts_rank` of one term already grows ever
        slower with each occurrence, and tells title from body. We bring in how long the text is,
        as much as BM25 does for so many occurrences, and multiply by how rare the term is."""
        parts = [part for group in self._wanted.groups for part in self._group(group)]
        terms = [term for phrase in self._wanted.phrases for term, _ in phrase]
        parts += [self._rank([term], self._rarity.of(term)) for term in terms]
        return _RANKED.format(
            schema=SCHEMA,
            weight=self._weight(),
            score=" + ".join(parts),
        )

    def _relative_length(self) -> str:
        """How long a text is beside a usual one, as far as that matters."""
        per_word = self._number(LENGTH_MATTERS / self._rarity.usual_length)
        return f"({_real(1 - LENGTH_MATTERS)} + {per_word} * length)"

    def _group(self, group: Group) -> list[str]:
        """All say as much as the most frequent of them: a rare compound is no better a hit."""
        says = min(map(self._rarity.of, group))
        typed, *others = group
        weighty = sorted(others, key=lambda term: -group[term])[:_ADDED]
        boosts = dict.fromkeys(group[term] for term in weighty)
        parts = [self._rank([typed], says * group[typed])]
        for boost in boosts:
            alike = [term for term in weighty if group[term] == boost]
            parts.append(self._rank(alike, says * boost))
        return parts

    def _rank(self, terms: list[str], says: float) -> str:
        """`ts_rank` divides by the number of terms; this makes a sum of it again.

        What BM25 gives a text of usual length, as a share of what it gives at most, is
        r = f / (f + k1) for f occurrences; for one that is L times as long f / (f + k1 L), which
        is 1 / (1 + L (1 / r - 1)).
        """
        query = self._value(any_of(terms), "tsquery")
        whole = self._number(_WHOLE * len(terms))
        share = f"{whole} * ts_rank({_WEIGHTS}, terms, {query})"
        bounded = f"greatest({_real(_LEAST)}, least({_real(_MOST)}, {share}))"
        worth = self._number(says * (1 + SATURATION))
        return f"{worth} / (1 + {self._length} * (1 / {bounded} - 1))"
