"""Phases and dates on site as an iCalendar file (RFC 5545)."""

from datetime import datetime, time
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from beteiligung.project.models import Meeting, Phase, Project
from beteiligung.project.service.page import list_meetings, list_phases
from kern.calendar import to_local
from kern.clock import now


def calendar_of(project: Project, address: str) -> bytes:
    """`address` is the town's, such as "https://mitreden.lindenau.de"."""
    url = f"{address}{project.scope.path}"
    calendar = Calendar()
    calendar.add("prodid", "-//Dorflinde//Beteiligung//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", project.scope.title)
    for meeting in list_meetings(project.id):
        calendar.add_component(_meeting(project, meeting, url))
    host = urlsplit(address).hostname or "dorflinde"
    for phase in list_phases(project.id):
        if phase.opens_at is not None and phase.closes_at is not None:
            calendar.add_component(_phase(project, phase, url, host))
    return bytes(calendar.to_ical())


def _meeting(project: Project, meeting: Meeting, url: str) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("dtstamp", meeting.changed_at)
    event.add("last-modified", meeting.changed_at)
    event.add("summary", f"{project.scope.title}: {meeting.title}")
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.note:
        event.add("description", meeting.note)
    event.add("url", url)
    return event


def _phase(project: Project, phase: Phase, url: str, host: str) -> Event:
    """Whole days when both edges are midnight, so that calendars draw a bar and no hours."""
    opens, closes = to_local(phase.opens_at or now()), to_local(phase.closes_at or now())
    event = Event()
    event.add("uid", f"phase-{phase.id}@{host}")
    event.add("dtstamp", now())
    event.add("summary", f"{project.scope.title}: {phase.title}")
    is_days = _is_midnight(opens) and _is_midnight(closes)
    event.add("dtstart", opens.date() if is_days else phase.opens_at)
    event.add("dtend", closes.date() if is_days else phase.closes_at)
    event.add("transp", "TRANSPARENT")
    if phase.note:
        event.add("description", phase.note)
    event.add("url", url)
    return event


def _is_midnight(at: datetime) -> bool:
    return at.time() == time()
