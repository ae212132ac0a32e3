"""What is published of a survey, and for whom: the gate of every page about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kern.db import db
from kern.errors import NotFound
from kern.i18n import _, language
from kern.web import current_actor, depends_on
from umfragen.engine import Plan
from umfragen.models import Snapshot, Survey
from umfragen.results import publication
from umfragen.results.figures import Figure
from umfragen.results.precision import Precision, honest_sentence, precision_of
from umfragen.results.publication import ShownNow
from umfragen.results.publishing import OTHERS
from umfragen.results.wording import Wording
from umfragen.service import get_survey_for
from umfragen.store.plans import plan_of

GONE = "Ein Ergebnis dieser Umfrage ist noch nicht veröffentlicht."


@dataclass(frozen=True, slots=True)
class Released:
    """What a page says without the figures. `view`: empty, or `<item>.<code>`; `rows` by question:
    what `publication.shown_now` tells; `snapshot_id` is the figures' number."""

    survey: Survey
    rows: dict[int, ShownNow]
    view: str
    snapshot_id: int
    taken_at: datetime
    total: int

    @property
    def path(self) -> str:
        return f"/umfragen/{self.survey.slug}/ergebnis"

    @property
    def precision(self) -> Precision | None:
        return precision_of(self.survey) if not self.view else None

    def sentence(self) -> str:
        return honest_sentence(self.survey, self.total, self.precision)

    def protection(self) -> str:
        return _(
            "Zum Schutz aller, die geantwortet haben, sind Gruppen unter %(k)s Menschen"
            " zusammengefasst oder nicht gezeigt, und jede Zahl ist um höchstens 2 verändert oder"
            " gerundet. Summen können deshalb leicht abweichen.",
            k=self.survey.k_min,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """The same with its figures, in the reader's language. `n`: answers in this view."""

    released: Released
    plan: Plan
    snapshot: Snapshot
    wording: Wording
    n: int
    figures: Sequence[Figure]

    @property
    def survey(self) -> Survey:
        return self.released.survey

    @property
    def group(self) -> str:
        """In words; empty for all answers."""
        item, _dot, code = self.released.view.partition(".")
        return self.label_of(int(item), int(code)) if item else ""

    def label_of(self, item: int, code: int) -> str:
        if code == OTHERS:
            return _("alle anderen")
        return self.wording.label(self.plan.questions[item], code)


def released_for(slug: str, view: str = "") -> Released:
    """The gate: NotFound while nothing is published."""
    survey = get_survey_for(current_actor(), slug)
    depends_on(survey.scope_id)
    rows = publication.shown_now(survey.id)
    if not publication.is_public(survey) or not rows:
        raise NotFound(GONE)
    newest = rows[0]
    by_question = {row.question_key: row for row in rows}
    return Released(survey, by_question, view, newest.id, newest.taken_at, newest.total)


def result_for(slug: str, view: str = "") -> Result:
    return result_of(released_for(slug, view))


def result_of(found: Released) -> Result:
    """Raises NotFound for a view that there is not."""
    snapshot = db.session.get_one(Snapshot, found.snapshot_id)
    told = publication.figures_in(snapshot, found.view)
    if told is None:
        raise NotFound("Diese Gruppe gibt es hier nicht.")
    plan = plan_of(found.survey, snapshot.data["version"])
    figures = [one for one in told[1] if one.key in found.rows and one.key in plan.questions]
    wording = Wording(plan.definition, language())
    return Result(found, plan, snapshot, wording, told[0], figures)
