"""What a thread hangs on: a project, or anything else that the panel stands on."""

from dataclasses import dataclass

from beteiligung.discussion.models import Thread
from beteiligung.discussion.rules import HOSTS
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service.reading import get_project_for
from kern.actor import Actor
from kern.content import Card, Ref, cards_of
from kern.db import db
from kern.errors import NotFound
from kern.scope import Scope
from kern.scope.rules import may_read


@dataclass(frozen=True, slots=True)
class Host:
    ref: Ref
    scope: Scope
    title: str
    path: str


def project_host(actor: Actor, slug: str) -> Host:
    """The gate: raises NotFound."""
    project = get_project_for(actor, slug)
    ref = Ref(PROJECT_KEY, project.id)
    return Host(ref, project.scope, project.scope.title, project.scope.path)


def host_for(actor: Actor, key: str, host_id: int) -> Host:
    """The gate: what is public and this actor may read, else NotFound."""
    ref = Ref(key, host_id)
    card = cards_of([ref]).get(ref) if key in HOSTS else None
    scope = db.session.get(Scope, card.scope_id) if card is not None else None
    if card is None or scope is None or not may_read(actor, scope):
        raise NotFound("Diese Seite gibt es nicht.")
    return Host(ref, scope, card.title, card.path)


def card_of_host(thread: Thread) -> Card | None:
    """None for projects, whose scope says it all, and for what is not public any more."""
    ref = Ref(thread.host_key, thread.host_id)
    return None if ref.key == PROJECT_KEY else cards_of([ref]).get(ref)
