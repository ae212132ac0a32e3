"""What followers of a project are told: news, a phase that begins, what came of it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from beteiligung.project.models import News, Phase, Project
from beteiligung.project.service.changes import ref_of
from kern import notify
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.notify import NoticeKind
from kern.notify.telling import UNDO
from kern.scope import Scope, ScopeState

NEWS = "beteiligung.neuigkeit"
PHASE = "beteiligung.phase"
CLOSED = "beteiligung.abgeschlossen"
RELEASED = "beteiligung.projekt_freigegeben"
MISTAKES = timedelta(minutes=10)  # the office may still correct what it has just written
SHORTEST = timedelta(minutes=5)


def tell_news(actor: Actor, project: Project, news: News) -> None:
    """Once, also when it is corrected later; not of what an import dates back."""
    if news.at < now() - SHORTEST:
        return
    notify.announce(
        ref_of(project),
        NEWS,
        by=actor.party_id,
        event=f"{ref_of(project)}:news:{news.id}",
        not_before=max(now(), news.at) + MISTAKES,
        news=news.id,
    )


def tell_closed(actor: Actor, project: Project) -> None:
    event = f"{ref_of(project)}:closed:{now():%Y%m%d}"
    final = now() + MISTAKES
    notify.announce(ref_of(project), CLOSED, by=actor.party_id, event=event, not_before=final)


def tell_released(project: Project) -> None:
    """Whoever handed it in; who refuses or hides it writes a statement of reasons."""
    if project.author_id is not None:
        notify.tell(
            project.author_id,
            NoticeKind.FATE,
            ref_of(project),
            _release_event(project),
            what=RELEASED,
            not_before=now() + UNDO,
        )


def take_back_release(project: Project) -> None:
    notify.take_back(_release_event(project))


def _release_event(project: Project) -> str:
    return f"{ref_of(project)}:{project.revision}:released"


def tell_phases(since: datetime, until: datetime) -> bool:
    """Phases that have begun: run by the worker's tick."""
    query = (
        select(Phase, Project)
        .join(Project, Project.id == Phase.project_id)
        .join(Scope, Scope.id == Project.scope_id)
        .where(Phase.opens_at > since, Phase.opens_at <= until, Scope.state == ScopeState.PUBLISHED)
        .options(contains_eager(Project.scope))
    )
    found = db.session.execute(query).all()
    for phase, project in found:
        event = f"{ref_of(project)}:phase:{phase.id}:{phase.opens_at:%Y%m%d%H%M}"
        notify.announce(ref_of(project), PHASE, event=event, not_before=until, phase=phase.id)
    return bool(found)
