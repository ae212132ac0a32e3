"""What may be said about how sure a result is: nothing, unless chance chose who was asked."""

from dataclasses import dataclass

from kern.i18n import _
from umfragen.models import Sampling, Survey
from umfragen.statistics.intervals import margin, wilson


@dataclass(frozen=True, slots=True)
class Precision:
    """`effect`: how many real answers count as one, above 1 for weighted ones (Kish)."""

    population: int
    effect: float = 1.0

    def range(self, share: float, base: float) -> tuple[float, float]:
        found = wilson(share, self._size(base), self._people(base))
        return found.low, found.high

    def margin(self, base: float) -> float:
        return margin(0.5, self._size(base), self._people(base)) if base else 0.0

    def _size(self, base: float) -> float:
        return max(1.0, base / self.effect)

    def _people(self, base: float) -> int:
        """More answers than people were declared: then they are at least so many."""
        return max(self.population, round(base), 1)


def precision_of(survey: Survey, effect: float = 1.0) -> Precision | None:
    if survey.sampling == Sampling.SELF or not survey.population_n:
        return None
    return Precision(survey.population_n, effect)


def honest_sentence(survey: Survey, n: float, precision: Precision | None) -> str:
    """Stands above every result and in every export."""
    if precision is None:
        return _(
            "Die Teilnehmenden haben sich selbst ausgewählt; die Ergebnisse sind nicht"
            " repräsentativ, eine Fehlerspanne wird nicht berechnet."
        )
    points = str(round(100 * precision.margin(n), 1)).replace(".", ",")
    if survey.sampling == Sampling.FULL:
        return _(
            "Gefragt wurden alle %(population)s Menschen, um die es geht; %(n)s haben geantwortet."
            " Hätten sie zufällig geantwortet, lägen die Anteile höchstens ± %(points)s"
            " Prozentpunkte neben denen aller.",
            population=precision.population, n=round(n), points=points,
        )  # fmt: skip
    return _(
        "Von %(population)s Menschen wurde zufällig ausgewählt, wer gefragt wird; %(n)s haben"
        " geantwortet. Mit 95 %% Sicherheit liegen die Anteile höchstens ± %(points)s Prozentpunkte"
        " neben denen aller. Wer nicht geantwortet hat, kann anders denken.",
        population=precision.population, n=round(n), points=points,
    )  # fmt: skip
