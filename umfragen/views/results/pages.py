"""What pages of results are handed, made of the address and the figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from kern.actor import Actor
from kern.i18n import _, _l, _n, language
from umfragen import rules
from umfragen.engine import Plan
from umfragen.models import Survey
from umfragen.results import publication
from umfragen.results.gathering import Cells, Selection, margins_of, weights_of
from umfragen.results.precision import Precision, honest_sentence, precision_of
from umfragen.results.report import Axis, Comparison, Cross, axes
from umfragen.results.selecting import Filter, read_filter
from umfragen.results.shown import ShownFigure
from umfragen.results.wording import Wording
from umfragen.service import get_survey_for
from umfragen.statistics.association import Association
from umfragen.store.plans import plan_of

SECTIONS = {
    "": _l("Alle Fragen"),
    "kreuz": _l("Kreuztabelle"),
    "texte": _l("Freitexte"),
    "verlauf": _l("Verlauf und Qualität"),
    "gewichte": _l("Gewichte"),
    "dateien": _l("Dateien"),
    "veroeffentlichen": _l("Veröffentlichen"),
}
STRONG, MIDDLING = 0.5, 0.3  # of Cramér's V: Cohen, Statistical Power Analysis, 7.2
SURE = 0.05


@dataclass(frozen=True, slots=True)
class Office:
    """Who reads, which survey, in which words."""

    actor: Actor
    survey: Survey
    plan: Plan
    wording: Wording

    @property
    def path(self) -> str:
        return f"/umfragen/{self.survey.slug}/auswertung"


def office_for(actor: Actor, slug: str) -> Office:
    """The gate of all pages of the office."""
    survey = get_survey_for(actor, slug)
    rules.require_may_see_results(actor, survey)
    plan = plan_of(survey)
    return Office(actor, survey, plan, Wording(plan.definition, language()))


def office_page(office: Office, template: str, section: str, **values: object) -> str:
    return render_template(
        f"umfragen/auswertung/{template}",
        survey=office.survey,
        section=section,
        sections=SECTIONS,
        state_label=rules.STATE_LABELS[office.survey.state],
        has_public=publication.is_public(office.survey),
        **values,
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address asks for."""

    selection: Selection
    words: Sequence[str]
    labels: Sequence[tuple[str, str]]
    is_weighted: bool
    is_without_marks: bool


def chosen_by(office: Office, asked: MultiDict[str, str]) -> Chosen:
    wanted = read_filter(asked.getlist("f"), office.plan.items)
    without = asked.get("auffaellige") == "ohne"
    cells = weights_of(office.survey, office.plan) if asked.get("gewichtet") else None
    selection = Selection(office.survey, office.plan, wanted, cells, without)
    labels = list(_labels(office, wanted, asked))
    if without:
        labels.append((_("unauffällig"), _without(office.path, asked, "auffaellige", "ohne")))
    return Chosen(selection, wanted.words(), labels, cells is not None, without)


def _labels(
    office: Office, wanted: Filter, asked: MultiDict[str, str]
) -> Iterable[tuple[str, str]]:
    known = {
        (axis.item, code): f"{axis.label}: {label}"
        for axis in axes(office.plan, office.wording, office.survey.languages)
        for code, label in axis.options
    }
    for word in wanted.words():
        item, _dot, code = word.partition(".")
        label = known.get((int(item), int(code)), word)
        yield label, _without(office.path, asked, "f", word)


def _without(path: str, asked: MultiDict[str, str], name: str, value: str) -> str:
    kept = [pair for pair in asked.items(multi=True) if pair != (name, value) and pair[1]]
    return f"{path}?{urlencode(kept)}" if kept else path


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    part: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class OverviewPage:
    path: str
    total: int
    waiting: int
    n: str
    sentence: str
    axes: Sequence[Axis]
    words: Sequence[str]
    chosen: Sequence[tuple[str, str]]
    kept: Sequence[tuple[str, str]]
    figures: Sequence[ShownFigure] = ()
    comparisons: Sequence[Table] = ()
    group: int | None = None
    can_weigh: bool = False
    is_weighted: bool = False
    weight_note: str = ""
    weight_warns: bool = False
    groups_offered: bool = True


@dataclass(frozen=True, slots=True)
class CrossPage:
    axes: Sequence[Axis]
    words: Sequence[str]
    down: int | None
    across: int | None
    can_weigh: bool
    is_weighted: bool
    cross: Cross | None = None
    base: str = ""
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]] = ()
    verdict: str = ""
    facts: Sequence[tuple[str, str]] = ()
    warning: str = ""


def can_weigh(survey: Survey) -> bool:
    return bool(margins_of(survey))


def sentence_for(office: Office, n: float, effect: float = 1.0) -> tuple[str, Precision | None]:
    precision = precision_of(office.survey, effect)
    return honest_sentence(office.survey, n, precision), precision


def weight_words(wording: Wording, cells: Cells | None) -> tuple[str, bool]:
    """A note on how the weights act, and whether it is a warning."""
    if cells is None:
        return "", False
    weighting = cells.weighting
    words = _(
        "%(n)s Antworten sagen gewichtet so viel wie %(effective)s ungewichtete.",
        n=weighting.n,
        effective=round(weighting.n_effective),
    )
    if weighting.trimmed:
        words += " " + _n(
            "%(num)s Gewicht ist auf 0,3 bis 3 begrenzt, damit niemand für zu viele spricht.",
            "%(num)s Gewichte sind auf 0,3 bis 3 begrenzt, damit niemand für zu viele spricht.",
            weighting.trimmed,
        )
    if weighting.unreached:
        words += " " + _n(
            "Aus %(num)s Gruppe hat niemand geantwortet; sie fehlt auch gewichtet.",
            "Aus %(num)s Gruppen hat niemand geantwortet; sie fehlen auch gewichtet.",
            len(weighting.unreached),
        )
    if not weighting.is_close:
        words += " " + _(
            "Die Anteile treffen die der Bevölkerung nicht ganz: bis zu %(points)s Prozentpunkte"
            " daneben.",
            points=wording.number(100 * weighting.worst, 1),
        )
    return words, bool(weighting.unreached) or not weighting.is_close


def comparison_table(wording: Wording, one: Comparison) -> Table:
    def said(value: float | None, *, is_share: bool) -> str:
        if value is None:
            return "–"
        return f"{round(100 * value)} %" if is_share else wording.number(value, 2)

    means = {_("Mittelwert")}
    return Table(
        one.title,
        one.part,
        [_("Antwort"), *(f"{column.label} (n = {round(column.n)})" for column in one.columns)],
        [
            [label, *(said(v, is_share=one.is_share and label not in means) for v in values)]
            for label, values in one.lines
        ],
    )


@dataclass(frozen=True, slots=True)
class CrossWords:
    """A cross table said in three tables and one sentence."""

    wording: Wording
    cross: Cross
    is_weighted: bool = False

    def tables(self) -> Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
        cross = self.cross
        if not cross.cells:
            return ()
        names = [label for _code, label in cross.across.options]
        lines = [label for _code, label in cross.down.options]
        together, corner = _("zusammen"), cross.down.label
        counted = [
            [label, *map(self._count, row), self._count(total)]
            for label, row, total in zip(lines, cross.cells, cross.line_sums, strict=True)
        ]
        counted.append([together, *map(self._count, cross.column_sums), self._count(self._all())])
        of_lines = [
            [label, *(_percent(cell, total) for cell in row), _percent(total, total)]
            for label, row, total in zip(lines, cross.cells, cross.line_sums, strict=True)
        ]
        of_columns = [
            [label, *(_percent(cell, total)
                      for cell, total in zip(row, cross.column_sums, strict=True))]
            for label, row in zip(lines, cross.cells, strict=True)
        ]  # fmt: skip
        return [
            (_("Anzahl"), [corner, *names, together], counted),
            (_("Prozent der Zeile"), [corner, *names, together], of_lines),
            (_("Prozent der Spalte"), [corner, *names], of_columns),
        ]

    def _all(self) -> float:
        return sum(self.cross.line_sums)

    def _count(self, n: float) -> str:
        return self.wording.number(n, 1) if self.is_weighted and n % 1 else str(round(n))

    def verdict(self) -> str:
        if self.cross.is_plural:
            return _(
                "Bei Fragen mit mehreren Antworten lässt sich das so nicht prüfen: Wer mehreres"
                " ankreuzt, steht in mehreren Feldern."
            )
        found = self.cross.association
        if found is None:
            return _("Dafür müssten bei beiden Fragen mindestens zwei Antworten vorkommen.")
        if found.p >= SURE:
            return _("Einen Zusammenhang zeigen diese Antworten nicht; die Unterschiede können"
                     " Zufall sein.")  # fmt: skip
        if found.v >= STRONG:
            return _("Beides hängt stark zusammen.")
        if found.v >= MIDDLING:
            return _("Beides hängt deutlich zusammen.")
        return _("Beides hängt zusammen, aber nur schwach.")

    def facts(self) -> list[tuple[str, str]]:
        found = self.cross.association
        if found is None:
            return []
        p = "< 0,001" if found.p < 0.001 else self.wording.number(found.p, 3)  # noqa: PLR2004
        return [
            (
                _("Chi-Quadrat"),
                f"{self.wording.number(found.chi_squared, 2)} (df = {found.degrees})",
            ),
            (_("Wahrscheinlichkeit für Zufall (p)"), p),
            (_("Stärke (Cramérs V, 0 bis 1)"), self.wording.number(found.v, 2)),
        ]

    def warning(self) -> str:
        found: Association | None = self.cross.association
        if found is None:
            return ""
        words = []
        if found.unsure:
            words.append(_("In manchen Feldern wären weniger als fünf Antworten zu erwarten; der"
                           " Test ist dann ungenau."))  # fmt: skip
        if self.is_weighted:
            words.append(_("Der Test rechnet mit gewichteten Antworten und hält sie für sicherer,"
                           " als sie sind."))  # fmt: skip
        return " ".join(words)


def _percent(part: float, whole: float) -> str:
    return f"{round(100 * part / whole)} %" if whole else "–"


def asked_item(name: str) -> int | None:
    """An item key from the address; None where there is none."""
    value = request.args.get(name, "")
    plain = value.removeprefix("-")
    is_number = plain.isascii() and plain.isdigit() and len(plain) < 8  # noqa: PLR2004 - digits
    return int(value) if is_number else None
