"""What the project's pages hand to their templates: the copy of the page, put into words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.rules import ACT_LABELS, Progress, Standing
from beteiligung.project.service.page import MeetingCopy, Page, PhaseCopy, read_page
from kern import calendar
from kern.i18n import _
from kern.scope import Act

TICK = timedelta(microseconds=1)
FAR = timedelta(days=2)  # below, "endet morgen um 24 Uhr" says it all


@dataclass(frozen=True, slots=True)
class PhaseShown:
    title: str
    when: Markup
    state: str


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """`token` is that of a preview link, empty on the real page."""

    project: Project
    copy: Page
    phases: Sequence[PhaseShown]
    standing: Standing
    until: datetime | None
    opens_at: datetime | None
    upcoming: Sequence[MeetingCopy]
    past: Sequence[MeetingCopy]
    panels: Markup
    at: datetime
    token: str = ""

    @property
    def html(self) -> Markup:
        return Markup(self.project.html)  # noqa: S704 - made by kern.text

    @property
    def result_html(self) -> Markup:
        return Markup(self.project.result_html)  # noqa: S704 - made by kern.text

    @property
    def left(self) -> str:
        """ "noch 12 Tage, bis 5. Dezember"."""
        return "" if self.until is None else self._left(self.until)

    def _left(self, until: datetime) -> str:
        at = self.at
        words = calendar.time_left(at, until)
        if until - at < FAR:
            return words
        return _("%(left)s, bis %(day)s", left=words, day=_last_day(until, at))

    def news_html(self, html: str) -> Markup:
        return Markup(html)  # noqa: S704 - made by kern.text

    @property
    def picture_query(self) -> str:
        return f"?vorschau={self.token}" if self.token else ""


def project_page(
    project: Project, at: datetime, panels: Markup | None = None, token: str = ""
) -> ProjectPage:
    copy = read_page(project.page)
    is_open = project.scope.state in rules.RUNS
    return ProjectPage(
        project=project,
        copy=copy,
        phases=[_phase(phase, at) for phase in copy.phases],
        standing=rules.standing(project.scope.state, copy.phases, at),
        until=rules.open_until(copy.phases, at) if is_open else None,
        opens_at=rules.next_opening(copy.phases, at) if is_open else None,
        upcoming=[meeting for meeting in copy.meetings if meeting.ends_at > at],
        past=[meeting for meeting in copy.meetings if meeting.ends_at <= at],
        panels=panels or Markup(),
        at=at,
        token=token,
    )


def when_meeting(meeting: MeetingCopy) -> str:
    """ "Samstag, 28. November 2026, 14 Uhr bis 15:30 Uhr"."""
    start = calendar.format_minute(meeting.starts_at)
    end = calendar.format_minute(meeting.ends_at)
    return _("%(start)s bis %(end)s", start=start, end=end.rpartition(", ")[2])


def size_in_words(size: int) -> str:
    """ "1,2 MB", "840 kB"."""
    if size >= 1_000_000:  # noqa: PLR2004 - a megabyte
        return f"{size / 1_000_000:.1f} MB".replace(".", ",")
    return f"{max(1, round(size / 1000))} kB"


def _phase(phase: PhaseCopy, at: datetime) -> PhaseShown:
    state = rules.progress(phase, at)
    lines = [_when(phase, state), phase.note]
    if phase.acts and state is not Progress.DONE:
        acts = ", ".join(str(ACT_LABELS[Act(act)]) for act in phase.acts)
        lines.append(_("Möglich: %(acts)s", acts=acts))
    words = Markup("<br>").join(escape(line) for line in lines if line)
    return PhaseShown(phase.title, words, state.value)


def _when(phase: PhaseCopy, state: Progress) -> str:
    opens, closes = phase.opens_at, phase.closes_at
    if closes is None:
        return "" if opens is None else _("ab %(day)s", day=calendar.format_day(opens))
    if opens is None or state is Progress.NOW:
        return _("bis %(day)s", day=_end(closes))
    last = closes - TICK
    if calendar.to_local(opens).date() == calendar.to_local(last).date():
        return calendar.format_day(opens)
    first = calendar.format_day_of_year(opens, last)
    return _("%(start)s bis %(end)s", start=first, end=calendar.format_day(last))


def _end(closes: datetime) -> str:
    """The day, with the hour when it is not the day's end."""
    local = calendar.to_local(closes)
    if local.hour or local.minute:
        return calendar.format_deadline(closes)
    return calendar.format_day(closes - TICK)


def _last_day(until: datetime, at: datetime) -> str:
    return calendar.format_day_of_year(until - TICK, at)
