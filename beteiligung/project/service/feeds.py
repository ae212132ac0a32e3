"""Projects and their news as feeds tell of them; phases and dates on site for calendars."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from beteiligung.project.models import Meeting, News, Phase, Project
from beteiligung.project.rules import KIND, PROJECT_KEY
from kern.actor import GUEST
from kern.content import Entry, Event, Ref, Within
from kern.db import db
from kern.i18n import _
from kern.scope import Scope
from kern.scope.rules import readable
from kern.town import current_town


def newest(within: Within, limit: int) -> Sequence[Entry]:
    if within.answers or within.host is not None:
        return ()
    found = [*_begun(within, limit), *_news(within, limit)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def dates(scope_id: int | None) -> Sequence[Event]:
    """Phases with both edges, and meetings; two queries."""
    phases = select(Phase, Scope).join(Project, Project.id == Phase.project_id)
    phases = phases.where(Phase.opens_at.is_not(None), Phase.closes_at.is_not(None))
    meetings = select(Meeting, Scope).join(Project, Project.id == Meeting.project_id)
    joined = Scope.id == Project.scope_id
    asked = readable(GUEST) if scope_id is None else Scope.id == scope_id
    found = [
        *(_meeting(*row) for row in db.session.execute(meetings.join(Scope, joined).where(asked))),
        *(_phase(*row) for row in db.session.execute(phases.join(Scope, joined).where(asked))),
    ]
    return sorted(found, key=lambda event: (event.starts_at, event.uid))


def _public(within: Within) -> ColumnElement[bool]:
    shown = readable(GUEST) & (Scope.kind == KIND)
    return shown if within.scope_id is None else shown & (Scope.id == within.scope_id)


def _begun(within: Within, limit: int) -> list[Entry]:
    query = select(Project).join(Scope, Scope.id == Project.scope_id).where(_public(within))
    query = query.where(Project.published_at.is_not(None)).options(contains_eager(Project.scope))
    query = query.order_by(Project.published_at.desc()).limit(limit)
    return [_project_entry(project) for project in db.session.scalars(query)]


def _project_entry(project: Project) -> Entry:
    at = project.published_at or project.scope.created_at
    return Entry(
        ref=Ref(PROJECT_KEY, project.id),
        title=_("Neues Projekt: %(title)s", title=project.scope.title),
        html=project.html,
        author=project.office,
        path=project.scope.path,
        at=at,
        changed_at=max(at, project.closed_at or at),
    )


def _news(within: Within, limit: int) -> list[Entry]:
    query = select(News, Project).join(Project, Project.id == News.project_id)
    query = query.join(Scope, Scope.id == Project.scope_id).where(_public(within))
    query = query.options(contains_eager(Project.scope))
    query = query.order_by(News.at.desc(), News.id.desc()).limit(limit)
    return [_news_entry(*row) for row in db.session.execute(query)]


def _news_entry(news: News, project: Project) -> Entry:
    return Entry(
        ref=Ref(PROJECT_KEY, project.id),
        title=f"{project.scope.title}: {news.title}",
        html=news.html,
        author=project.office,
        path=f"{project.scope.path}#neuigkeit-{news.id}",
        at=news.at,
        changed_at=news.at,
        part=f"news:{news.id}",
    )


def _meeting(meeting: Meeting, scope: Scope) -> Event:
    return Event(
        uid=meeting.uid,
        title=f"{scope.title}: {meeting.title}",
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        path=scope.path,
        changed_at=meeting.changed_at,
        place=meeting.place,
        note=meeting.note,
    )


def _phase(phase: Phase, scope: Scope) -> Event:
    opens, closes = phase.opens_at or scope.created_at, phase.closes_at or scope.created_at
    return Event(
        uid=f"phase-{phase.id}@{current_town().host}",
        title=f"{scope.title}: {phase.title}",
        starts_at=opens,
        ends_at=closes,
        path=scope.path,
        note=phase.note,
        fills_time=False,
    )
