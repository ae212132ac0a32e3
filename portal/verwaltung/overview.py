"""What waits for somebody in the administration, and what a new town still lacks."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from kern.config import Settings
from kern.db import db
from kern.i18n import _
from kern.moderation.models import Case, CaseState
from kern.scope import Scope
from kern.settings import TownSettings
from kern.worker import Figures, figures
from portal.processes import Status, read_state


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list for a new town."""

    label: str
    hint: str
    href: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Overview:
    cases: int
    oldest_case: datetime | None
    outbox: Figures
    has_mail_server: bool
    stopped: tuple[str, ...]  # names of processes that crashed and wait to be started again
    steps: tuple[Step, ...]

    @property
    def steps_done(self) -> int:
        return sum(step.is_done for step in self.steps)


def look_around(settings: Settings, town: TownSettings) -> Overview:
    waiting = select(func.count(), func.min(Case.opened_at)).where(Case.state == CaseState.OPEN)
    cases, oldest = db.session.execute(waiting).one()
    return Overview(
        cases=cases,
        oldest_case=oldest,
        outbox=figures(),
        has_mail_server=bool(settings.smtp_host),
        stopped=_stopped(settings.own),
        steps=_steps(settings, town),
    )


def _stopped(data: Path) -> tuple[str, ...]:
    return tuple(found.name for found in read_state(data) if found.status == Status.WAITING)


def _steps(settings: Settings, town: TownSettings) -> tuple[Step, ...]:
    groups = "/verwaltung/einstellungen"
    has_project = select(Scope.id).where(Scope.kind == "project").limit(1)
    return (
        Step(
            _("Dem Ort einen Namen geben"),
            _("Er steht auf jeder Seite oben."),
            f"{groups}/ort",
            town.revision > 0 and town.name != "Unsere Stadt",
        ),
        Step(
            _("Sagen, wer zuständig ist"),
            _("Anschrift, Telefon und E-Mail für Fragen."),
            f"{groups}/kontakt",
            bool(town.office and town.email),
        ),
        Step(
            _("Impressum schreiben"),
            _("Das Gesetz verlangt es, bevor die Seite öffentlich wird."),
            f"{groups}/texte",
            bool(town.imprint),
        ),
        Step(
            _("Datenschutz beschreiben"),
            _("Wer welche Daten wozu verarbeitet."),
            f"{groups}/texte",
            bool(town.privacy),
        ),
        Step(
            _("Mails verschicken"),
            _("Der Betrieb trägt den Mailserver in die Datei dorflinde.toml ein (smtp_host)."),
            "/verwaltung/mails/",
            bool(settings.smtp_host),
        ),
        Step(
            _("Das erste Projekt anlegen"),
            _("Worüber sollen die Menschen mitreden?"),
            "/beteiligung/",
            db.session.scalar(has_project) is not None,
        ),
    )
