"""What the office reads: the overview, groups side by side, two questions against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kern.calendar import format_day
from kern.i18n import LANGUAGES, _, _l
from umfragen.definition.items import Holds
from umfragen.definition.questions import AnyQuestion, Matrix, When
from umfragen.engine import Plan
from umfragen.models import Source
from umfragen.results.counts import Counts
from umfragen.results.figures import Block, Figure, Shape, codes_of, figures_of
from umfragen.results.gathering import Selection
from umfragen.results.selecting import can_choose_by
from umfragen.results.wording import Wording
from umfragen.statistics.association import Association, associate
from umfragen.store.cells import ANSWERED, DAY, LANGUAGE, MISSING, SOURCE, SOURCES

MOST_GROUPS = 12
SOURCE_LABELS = {
    Source.WEB: _l("im Netz"),
    Source.PAPER: _l("auf Papier"),
    Source.PHONE: _l("am Telefon"),
    Source.COUNTER: _l("am Schalter"),
    Source.IMPORT: _l("übernommen"),
}


@dataclass(frozen=True, slots=True)
class Axis:
    """Something answers can be chosen or grouped by."""

    item: int
    label: str
    options: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One group beside others, with how many answered."""

    label: str
    n: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Lines of one question: a label, then a share (or a mean) for each group."""

    key: int
    title: str
    part: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[str, tuple[float | None, ...]], ...]
    is_share: bool


@dataclass(frozen=True, slots=True)
class Cross:
    """A table of two questions. `cells` by line and column; percent are of lines and of columns."""

    down: Axis
    across: Axis
    cells: tuple[tuple[float, ...], ...]
    line_sums: tuple[float, ...]
    column_sums: tuple[float, ...]
    base: float
    association: Association | None
    is_plural: bool  # who gave several answers stands in several cells


def axes(plan: Plan, wording: Wording, languages: Sequence[str]) -> list[Axis]:
    """Every question whose answers are codes, rows of matrices one by one; source and language."""
    found = []
    for question in plan.questions.values():
        for item in plan.items_of[question.key]:
            if can_choose_by(item):
                part = wording.part(question, item.key)
                title = wording.title(question)
                label = f"{title} – {part}" if part else title
                options = tuple(
                    (code, wording.label(question, code)) for code in codes_of(question)
                )
                found.append(Axis(item.key, label, options))
    sources = tuple((at, str(SOURCE_LABELS[source])) for at, source in enumerate(SOURCES))
    found.append(Axis(SOURCE, _("Wie geantwortet wurde"), sources))
    if len(languages) > 1:
        spoken = tuple((at, LANGUAGES.get(tag, tag)) for at, tag in enumerate(languages))
        found.append(Axis(LANGUAGE, _("Sprache"), spoken))
    return found


def compare(plan: Plan, wording: Wording, selection: Selection, axis: Axis) -> list[Comparison]:
    """Every question by the groups of one axis, those that somebody belongs to."""
    groups = selection.by(axis.item)
    shown = [(code, label) for code, label in axis.options if code in groups][:MOST_GROUPS]
    figures = [
        {figure.key: figure for figure in figures_of(plan.definition, groups[code])}
        for code, _label in shown
    ]
    found = []
    for question in plan.questions.values():
        mine = [by_key.get(question.key) for by_key in figures]
        first = next((figure for figure in mine if figure), None)
        for at in range(len(first.blocks) if first else 0):
            blocks = [figure.blocks[at] if figure and at < len(figure.blocks) else None
                      for figure in mine]  # fmt: skip
            one = _comparison(question, wording, first, blocks, [label for _code, label in shown])
            if one:
                found.append(one)
    return found


def _comparison(
    question: AnyQuestion,
    wording: Wording,
    figure: Figure | None,
    blocks: Sequence[Block | None],
    labels: Sequence[str],
) -> Comparison | None:
    if figure is None or figure.shape in {Shape.TEXTS, Shape.FILES, Shape.PLACES, Shape.RANKING}:
        return None
    if isinstance(question, When):
        return None
    known = next(block for block in blocks if block)
    is_share = figure.shape is not Shape.NUMBERS
    lines: list[tuple[str, tuple[float | None, ...]]] = []
    if is_share:
        for code in codes_of(question):
            shares = tuple(_share(block, code) for block in blocks)
            lines.append((wording.label(question, code), shares))
    if not is_share or figure.shape is Shape.SCALE:
        means = tuple(block.middle.mean if block and block.middle else None for block in blocks)
        lines.append((_("Mittelwert"), means))
    return Comparison(
        question.key,
        wording.title(question),
        wording.part(question, known.item, known.part),
        tuple(
            Column(label, block.base if block else 0)
            for label, block in zip(labels, blocks, strict=True)
        ),
        tuple(lines),
        is_share,
    )


def _share(block: Block | None, code: int) -> float | None:
    if block is None or not block.base:
        return None
    return block.share(next((n for one, n in block.lines if one == code), 0))


def make_cross(plan: Plan, selection: Selection, down: Axis, across: Axis) -> Cross:
    """Options nobody gave are left out."""
    found, base = selection.cross(down.item, across.item)
    lines = [one for one in down.options if any(code == one[0] for code, _to in found)]
    columns = [one for one in across.options if any(code == one[0] for _from, code in found)]
    cells = tuple(
        tuple(found.get((line, column), 0.0) for column, _label in columns)
        for line, _label in lines
    )
    is_plural = any(_is_plural(plan, axis.item) for axis in (down, across))
    return Cross(
        Axis(down.item, down.label, tuple(lines)),
        Axis(across.item, across.label, tuple(columns)),
        cells,
        tuple(sum(row) for row in cells),
        tuple(sum(column) for column in zip(*cells, strict=True)),
        base,
        None if is_plural or not cells else associate(cells),
        is_plural,
    )


def _is_plural(plan: Plan, item: int) -> bool:
    return item in plan.items and plan.items[item].holds is Holds.CODES


def days(counts: Counts) -> list[tuple[str, int]]:
    """Answers by day, the first one first."""
    found = sorted(counts.of(DAY).items())
    return [(format_day(date.fromordinal(day)), round(n)) for day, n in found if n]


def sources(counts: Counts) -> list[tuple[str, int]]:
    found = counts.of(SOURCE)
    return [
        (str(SOURCE_LABELS[source]), round(found[at]))
        for at, source in enumerate(SOURCES)
        if found.get(at)
    ]


def spoken(counts: Counts, languages: Sequence[str]) -> list[tuple[str, int]]:
    found = counts.of(LANGUAGE)
    return [
        (LANGUAGES.get(tag, tag), round(found[at]))
        for at, tag in enumerate(languages)
        if found.get(at)
    ]


def answered(plan: Plan, counts: Counts) -> list[tuple[int, str, float, float]]:
    """By page: its key and title, how many answered anything there, out of how many shown it.
    Where the second falls, people were led elsewhere; where the first does, they skipped."""
    found = []
    for page in plan.definition.pages:
        items = [
            item.key
            for question in page.questions
            for item in plan.items_of[question.key]
            if not isinstance(question, Matrix) or item.key != question.key
        ]
        given = max((counts.of(item).get(ANSWERED, 0) for item in items), default=0)
        shown = max((_shown(counts.of(item)) for item in items), default=0)
        title = page.title.say(plan.definition.language)
        found.append((page.key, title, given, shown))
    return found


def _shown(codes: Mapping[int, float]) -> float:
    return codes.get(ANSWERED, 0) + codes.get(MISSING, 0)
