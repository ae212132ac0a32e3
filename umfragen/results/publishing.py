"""What of the counts becomes public: figures of all answers, and of the groups of a filter. Pure.

A question by a filter is a table of two directions whose sums are the figures of all answers, so
each is protected as a table: a small group's figures go together with as many others as it takes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from umfragen.definition.questions import AnyQuestion
from umfragen.results.counts import Counts, together
from umfragen.results.figures import Block, Figure, Line, Shape, figure_of
from umfragen.results.protecting import Limits, protect
from umfragen.statistics.cellkeys import KEYS, perturb
from umfragen.statistics.merging import groups_to_hide
from umfragen.statistics.suppression import Protected, Spot
from umfragen.statistics.suppression import protect as protect_table
from umfragen.store.cells import ANSWERED, MISSING, NOT_SHOWN

REST = -1
"""The group of everybody who gave no answer a filter goes by."""

OTHERS = 253
"""All groups that are not offered, as one: whoever subtracts the others gets no more than this."""


@dataclass(frozen=True, slots=True)
class Split:
    """All answers by the question a filter goes by; together the groups are all of them."""

    item: int
    groups: Mapping[int, Counts]


@dataclass(frozen=True, slots=True)
class View:
    """Figures under one filter, or of all answers."""

    n: int
    figures: tuple[Figure, ...]


Views = dict[str, View]
"""By the filter: empty for all answers, else `<item>.<code>`."""


def can_filter(question: AnyQuestion, shape: Shape) -> bool:
    """Groups must exclude each other."""
    return shape in {Shape.CHOICE, Shape.SCALE} and question.KIND != "matrix"


def public_views(
    questions: Sequence[AnyQuestion],
    whole: Counts,
    splits: Iterable[Split],
    k: int,
    k_total: int,
) -> Views:
    """Nothing at all below `k_total` answers."""
    if whole.n < k_total:
        return {}
    limits = Limits(k, k_total)
    raw = [figure for question in questions if (figure := figure_of(question, whole))]
    shown = [protect(figure, whole, limits) for figure in raw]
    views = {"": View(int(whole.n), tuple(shown))}
    for split in splits:
        views |= _filtered(questions, shown, whole, split, k)
    return views


def _filtered(
    questions: Sequence[AnyQuestion], shown: Sequence[Figure], whole: Counts, split: Split, k: int
) -> Views:
    groups = offered_groups(split, k)
    if len(groups) < 2:  # noqa: PLR2004 - one group is everybody
        return {}
    found: dict[int, list[Figure]] = {code: [] for code in groups}
    for question, all_of_it in zip(_answered(questions, whole), shown, strict=True):
        tables = [
            _Table(question, all_of_it, at, whole=whole, groups=groups, k=k)
            for at in range(len(all_of_it.blocks))
        ]
        for code, counts in groups.items():
            found[code].append(
                _of_group(question, all_of_it, tables=tables, counts=counts, code=code, k=k)
            )
    return {
        f"{split.item}.{code}": View(_size(groups[code], split.item), tuple(figures))
        for code, figures in found.items()
    }


def offered_groups(split: Split, k: int) -> dict[int, Counts]:
    """Groups one may look at; small ones and whoever did not say stand together as `OTHERS`."""
    sizes = {code: int(counts.n) for code, counts in split.groups.items()}
    hidden = groups_to_hide(sizes, k, never=[REST])
    groups = {code: counts for code, counts in split.groups.items() if code not in hidden}
    if groups and any(sizes[code] for code in hidden):
        groups[OTHERS] = together(split.groups[code] for code in sorted(hidden))
    return groups


def _size(counts: Counts, item: int) -> int:
    """The noise of a group is that of its members, by any one cell they are all in."""
    keys = counts.keys.get(item, {})
    every = sum(keys.get(code, 0) for code in (ANSWERED, MISSING, NOT_SHOWN)) % KEYS
    return perturb(int(counts.n), every)


def _answered(questions: Sequence[AnyQuestion], whole: Counts) -> Iterator[AnyQuestion]:
    return (question for question in questions if figure_of(question, whole))


def _of_group(
    question: AnyQuestion,
    all_of_it: Figure,
    *,
    tables: Sequence["_Table"],
    counts: Counts,
    code: int,
    k: int,
) -> Figure:
    raw = figure_of(question, counts)
    if raw is None or len(raw.blocks) != len(tables):
        withheld = (Block(block.item, block.part, is_withheld=True) for block in all_of_it.blocks)
        return Figure(question.key, all_of_it.shape, tuple(withheld))
    protected = protect(raw, counts, Limits(k, 2 * k, tells_zeros=False))
    blocks = tuple(
        _narrowed(raw.shape, block, exact, table.kept(code), counts)
        for block, exact, table in zip(protected.blocks, raw.blocks, tables, strict=True)
    )
    ranks = tuple(rank._replace(first=None) for rank in protected.ranks)
    return replace(protected, blocks=blocks, ranks=ranks)


def _narrowed(
    shape: Shape, block: Block, exact: Block, kept: frozenset[int] | None, counts: Counts
) -> Block:
    """The block of a group with those lines only that the table by groups may show."""
    if block.is_withheld or shape in {Shape.RANKING, Shape.TEXTS, Shape.PLACES, Shape.FILES}:
        return block
    if shape is Shape.NUMBERS:
        return replace(block, lines=(), spans=())
    if not kept:
        return Block(block.item, block.part, is_withheld=True)
    lines = tuple(
        Line(code, perturb(int(n), counts.key_of(block.item, code)))
        for code, n in exact.lines
        if code in kept
    )
    gone = frozenset(code for code, _ in exact.lines if code not in kept)
    if shape is Shape.PICKS:
        return replace(block, lines=lines, hidden=gone)
    rest = int(sum(n for code, n in exact.lines if code in gone))
    key = sum(counts.key_of(block.item, code) for code in gone) % KEYS
    return replace(
        block, lines=lines, merged=gone, rest=perturb(rest, key) if gone and rest else None
    )


class _Table:
    """One item by the groups of a split, with what of it may be shown."""

    def __init__(
        self,
        question: AnyQuestion,
        all_of_it: Figure,
        at: int,
        *,
        whole: Counts,
        groups: Mapping[int, Counts],
        k: int,
    ) -> None:
        self.block = all_of_it.blocks[at]
        self.groups = list(groups)
        self.counts = [found.of(self.block.item) for found in groups.values()]
        raw = figure_of(question, whole)
        self.codes = [code for code, _ in raw.blocks[at].lines] if raw else []
        is_shown = bool(self.codes) and not self.block.is_withheld
        self.k = k
        self.kept_by_group: dict[int, frozenset[int]] = {}
        if is_shown and all_of_it.shape is Shape.PICKS:
            self._keep_picks()
        elif is_shown and all_of_it.shape in {Shape.CHOICE, Shape.SCALE}:
            self._keep_choices()

    def kept(self, group: int) -> frozenset[int] | None:
        return self.kept_by_group.get(group)

    def _keep_choices(self) -> None:
        table = [[int(found.get(code, 0)) for code in self.codes] for found in self.counts]
        told = {line.code for line in self.block.lines}
        columns = [at for at, code in enumerate(self.codes) if code not in told]
        shown = self._protected(table, columns)
        for row, group in enumerate(self.groups):
            self.kept_by_group[group] = frozenset(
                code
                for at, code in enumerate(self.codes)
                if shown.cells[row][at] is not None and code in told
            )

    def _keep_picks(self) -> None:
        """Each option alone: who picked it and who did not."""
        kept: dict[int, set[int]] = {group: set() for group in self.groups}
        for code in self.codes:
            if code in self.block.hidden:
                continue
            table = [
                [int(found.get(code, 0)), int(found.get(ANSWERED, 0) - found.get(code, 0))]
                for found in self.counts
            ]
            shown = self._protected(table, [])
            for row, group in enumerate(self.groups):
                if shown.cells[row][0] is not None:
                    kept[group].add(code)
        self.kept_by_group = {group: frozenset(codes) for group, codes in kept.items()}

    def _protected(self, table: list[list[int]], hidden_columns: Sequence[int]) -> Protected:
        """Sums of groups and of all answers are public, but for groups and options that are not.
        A group too small to be told loses its whole row."""
        width = len(table[0])
        hidden: set[Spot] = {(len(table), column) for column in hidden_columns}
        for row in range(len(self.groups)):
            if sum(table[row]) < 2 * self.k:
                hidden |= {(row, column) for column in range(width + 1)}
            hidden |= {(row, column) for column in hidden_columns}
        return protect_table(table, self.k, hidden=hidden, sums_are_known=True)
