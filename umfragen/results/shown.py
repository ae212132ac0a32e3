"""Figures in words and lengths of bars: what the templates of results are handed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kern.i18n import _, _n
from umfragen.definition.questions import AnyQuestion, Look, Matrix, Scale
from umfragen.results.diverging import MOST, Leaning, has_middle, in_three, lean, shades
from umfragen.results.figures import Block, Figure, Middle, Shape, codes_of
from umfragen.results.precision import Precision
from umfragen.results.wording import Wording
from umfragen.statistics.describing import leaning, net_promoter_score, top_box

STACKED = 5  # colours of a legend


@dataclass(frozen=True, slots=True)
class Bar:
    """`width`: of 100, one digit. `range`: the interval in words."""

    label: str
    n: str
    percent: str
    width: float
    range: str = ""


@dataclass(frozen=True, slots=True)
class ShownBlock:
    title: str
    base: str
    bars: tuple[Bar, ...]
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """One row of a bar of several parts: where each part begins and how wide it is."""

    label: str
    counts: tuple[str, ...]
    parts: tuple[tuple[float, float], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """Bars to both sides of a line at `axis` percent. `legend`: shade and words."""

    axis: float
    legend: tuple[tuple[int, str], ...]
    rows: tuple[tuple[str, Leaning], ...]


@dataclass(frozen=True, slots=True)
class ShownFigure:
    key: int
    number: int
    title: str
    shape: Shape
    base: str
    blocks: tuple[ShownBlock, ...]
    legend: tuple[str, ...] = ()
    stacks: tuple[Stack, ...] = ()
    sides: Sides | None = None
    ranks: tuple[tuple[str, str, str, str, float], ...] = ()
    texts: tuple[tuple[int, str, str], ...] = ()
    has_ranges: bool = False
    is_retired: bool = False
    note: str = ""

    @property
    def note_only(self) -> bool:
        """The note says it for all blocks."""
        return bool(self.note) and self.base == "0"

    @property
    def anchor(self) -> str:
        return f"frage-{self.key}"


@dataclass(frozen=True, slots=True)
class Show:
    """Turns figures into words of one language. `weighted`: counts are no whole people."""

    wording: Wording
    precision: Precision | None = None
    weighted: bool = False
    k: int = 0  # of public figures

    def figures(
        self, questions: Mapping[int, AnyQuestion], figures: Sequence[Figure]
    ) -> list[ShownFigure]:
        return [
            self.figure(questions[figure.key], figure, number)
            for number, figure in enumerate(figures, 1)
        ]

    def figure(self, question: AnyQuestion, figure: Figure, number: int) -> ShownFigure:
        stacks = tuple(self._stacks(question, figure))
        return ShownFigure(
            key=figure.key,
            number=number,
            title=self.wording.title(question),
            shape=figure.shape,
            base=self.count(figure.base),
            blocks=() if stacks else tuple(self._blocks(question, figure)),
            legend=self._legend(question) if stacks else (),
            stacks=stacks,
            sides=self._sides(question, figure),
            ranks=tuple(self._ranks(question, figure)),
            texts=tuple(
                (item, self.wording.item(question, item), self.count(n)) for item, n in figure.texts
            ),
            has_ranges=self.precision is not None,
            is_retired=question.retired,
            note=self._note(figure),
        )

    def count(self, n: float) -> str:
        return self.wording.number(n, 1) if self.weighted and n % 1 else str(round(n))

    def _note(self, figure: Figure) -> str:
        if figure.shape in {Shape.TEXTS, Shape.FILES}:
            return ""
        if figure.blocks and all(block.is_withheld for block in figure.blocks):
            return _("Hier haben zu wenige Menschen geantwortet, um etwas zu zeigen.")
        if figure.shape is Shape.PICKS:
            return _("Mehrere Antworten waren möglich; zusammen sind es mehr als 100 %.")
        return ""

    def _blocks(self, question: AnyQuestion, figure: Figure) -> Iterator[ShownBlock]:
        if figure.shape in {Shape.TEXTS, Shape.PLACES, Shape.FILES, Shape.RANKING}:
            return
        for block in figure.blocks:
            yield ShownBlock(
                title=self.wording.part(question, block.item, block.part),
                base=self._base(block),
                bars=tuple(self._bars(question, block)),
                facts=tuple(self._facts(question, figure, block)),
                note=self._hidden(question, block),
            )

    def _base(self, block: Block) -> str:
        if block.is_withheld:
            return ""
        said = _n("%(num)s Antwort", "%(num)s Antworten", round(block.base))
        if block.missing:
            said += ", " + _n("%(num)s ohne Antwort", "%(num)s ohne Antwort", round(block.missing))
        return said

    def _bars(self, question: AnyQuestion, block: Block) -> Iterator[Bar]:
        for line in block.lines:
            label = (
                self.wording.span_of(question, block.spans[line.code])
                if block.spans
                else self.wording.label(question, line.code)
            )
            yield self._bar(label, line.n, block)
        if block.merged and block.rest is not None:
            yield self._bar(_("weitere Antworten zusammen"), block.rest, block)

    def _bar(self, label: str, n: float, block: Block) -> Bar:
        share = block.share(n)
        said = ""
        if self.precision and block.base:
            low, high = self.precision.range(share, block.base)
            said = _("%(low)s bis %(high)s %%", low=round(100 * low), high=round(100 * high))
        return Bar(label, self.count(n), f"{round(100 * share)} %", round(100 * share, 1), said)

    def _hidden(self, question: AnyQuestion, block: Block) -> str:
        if block.is_withheld:
            return _("Zu wenige Antworten.")
        if block.merged and block.rest is not None:
            names = [self.wording.label(question, code) for code in sorted(block.merged)]
            return _("Zusammengefasst, weil es wenige sind: %(names)s.", names=", ".join(names))
        if block.hidden:
            names = [self.wording.label(question, code) for code in sorted(block.hidden)]
            return _("Nicht gezeigt, weil es (fast) niemand oder fast alle sind: %(names)s.",
                     names=", ".join(names))  # fmt: skip
        return ""

    def _facts(
        self, question: AnyQuestion, figure: Figure, block: Block
    ) -> Iterator[tuple[str, str]]:
        if block.middle:
            yield from self._middles(question, block.middle)
        if isinstance(question, Scale) and block.lines and not block.merged:
            yield from self._scale(question, block)

    def _middles(self, question: AnyQuestion, middle: Middle) -> Iterator[tuple[str, str]]:
        unit = self.wording.unit(question)

        def said(value: float) -> str:
            return f"{self.wording.number(value, 2)} {unit}".strip()

        if middle.mean is not None:
            yield _("Mittelwert"), said(middle.mean)
        yield _("Median"), said(middle.median)
        yield (
            _("mittlere Hälfte"),
            _("%(low)s bis %(high)s", low=said(middle.lower), high=said(middle.upper)),
        )
        if middle.deviation is not None:
            yield _("Standardabweichung"), self.wording.number(middle.deviation, 2)

    def _scale(self, question: Scale, block: Block) -> Iterator[tuple[str, str]]:
        counts = dict(block.lines)
        if question.look is Look.NPS:
            score = net_promoter_score(counts)
            if score is not None:
                yield _("Weiterempfehlung (NPS)"), self.wording.number(score, 0)
            return
        top = top_box(counts, question.high)
        if top is not None:
            yield _("die beiden höchsten Stufen"), f"{round(100 * top)} %"
        lean = leaning(counts, question.low, question.high)
        if lean:
            said = _(
                "%(against)s %% unter der Mitte, %(middle)s %% in der Mitte, %(above)s %% darüber",
                against=round(100 * lean.against),
                middle=round(100 * lean.middle),
                above=round(100 * lean.in_favour),
            )
            yield _("Richtung"), said

    # A matrix of few columns: one bar for each row

    def _legend(self, question: AnyQuestion) -> tuple[str, ...]:
        if not isinstance(question, Matrix):
            return ()
        return tuple(self.wording.label(question, column.code) for column in question.columns)

    def _stacks(self, question: AnyQuestion, figure: Figure) -> Iterator[Stack]:
        is_matrix = isinstance(question, Matrix) and figure.shape is Shape.CHOICE
        legend = self._legend(question)
        if not is_matrix or (len(legend) > STACKED and not has_middle(legend)):
            return
        if any(block.merged or block.is_withheld for block in figure.blocks):
            return
        for block in figure.blocks:
            label = self.wording.part(question, block.item)
            yield self._stack(question, label, block)

    def _stack(self, question: AnyQuestion, label: str, block: Block) -> Stack:
        found = dict(block.lines)
        columns = question.columns if isinstance(question, Matrix) else ()
        whole = sum(found.values())
        at, parts = 0.0, []
        for column in columns:
            width = 100 * found.get(column.code, 0) / whole if whole else 0
            parts.append((round(at, 1), round(width, 1)))
            at += width
        counts = tuple(
            f"{self.count(found.get(column.code, 0))} ({round(width)} %)"
            for column, (_at, width) in zip(columns, parts, strict=True)
        )
        return Stack(label, counts, tuple(parts), self._base(block))

    # Where there is a middle: bars to both sides of it

    def _sides(self, question: AnyQuestion, figure: Figure) -> Sides | None:
        if any(block.merged or block.is_withheld for block in figure.blocks):
            return None
        if isinstance(question, Scale):
            return self._scale_sides(question, figure)
        legend = self._legend(question)
        if figure.shape is not Shape.CHOICE or not has_middle(legend):
            return None
        rows = [[block_n(block, code) for code in codes_of(question)] for block in figure.blocks]
        labels = [self.wording.part(question, block.item) for block in figure.blocks]
        return _sides_of(rows, labels, tuple(zip(shades(len(legend)), legend, strict=True)))

    def _scale_sides(self, question: Scale, figure: Figure) -> Sides | None:
        codes = codes_of(question)
        if len(codes) % 2 == 0 or question.look is Look.NPS:
            return None
        counts = [block_n(figure.blocks[0], code) for code in codes]
        if len(codes) > MOST:
            three = (_("unter der Mitte"), _("in der Mitte"), _("darüber"))
            return _sides_of([in_three(counts)], [""], tuple(zip(shades(3), three, strict=True)))
        legend = tuple(self.wording.label(question, code) for code in codes)
        return _sides_of([counts], [""], tuple(zip(shades(len(codes)), legend, strict=True)))

    def _ranks(
        self, question: AnyQuestion, figure: Figure
    ) -> Iterator[tuple[str, str, str, str, float]]:
        """Label, points, mean place, first places, and the length of the bar: points of the most
        that is possible."""
        most = max(1, len(figure.ranks) - 1)
        for one in figure.ranks:
            mean = "–" if one.mean is None else self.wording.number(one.mean, 1)
            first = "–" if one.first is None else self.count(one.first)
            points = self.wording.number(one.points, 2)
            width = round(min(100.0, 100 * one.points / most), 1)
            yield self.wording.label(question, one.code), points, mean, first, width


def block_n(block: Block, code: int) -> float:
    return next((n for one, n in block.lines if one == code), 0)


def _sides_of(
    rows: Sequence[Sequence[float]], labels: Sequence[str], legend: tuple[tuple[int, str], ...]
) -> Sides | None:
    axis, leanings = lean(rows)
    shown = tuple(
        (label, leaning) for label, leaning in zip(labels, leanings, strict=True) if leaning
    )
    return Sides(round(axis, 2), legend, shown) if shown else None
