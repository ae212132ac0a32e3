"""Cases at the desk, for its tests."""

from datetime import timedelta

from sqlalchemy import select, update

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.service import threads
from kern.accounts.permissions import Role
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.moderation.decisions import Decision
from kern.moderation.decisions.joint import JOINT
from kern.moderation.models import Case, CaseKind, CaseVerdict
from kern.outbox import OutboxEntry
from kern.scope import Moderation
from kern.worker import Pace
from kern.worker.joint import drain_joint
from tests.builders import make_actor, make_post, make_scope, make_thread

WORDS = "Bitte lassen Sie die Nummer weg."


def case_of(thing: Post | Thread, kind: CaseKind = CaseKind.RELEASE) -> Case:
    key = POST_KEY if isinstance(thing, Post) else THREAD_KEY
    query = select(Case).where(Case.content_key == key, Case.content_id == thing.id)
    case = db.session.scalar(query.where(Case.kind == kind).order_by(Case.id.desc()))
    assert case is not None
    return case


def released(case: Case) -> Decision:
    return Decision(CaseVerdict.RELEASE, case.revision)


def rejected(case: Case, text: str = WORDS) -> Decision:
    return Decision(CaseVerdict.REJECT, case.revision, 3, text)


def mails() -> list[str]:
    query = select(OutboxEntry.name).where(OutboxEntry.kind == "mail").order_by(OutboxEntry.id)
    return list(db.session.scalars(query))


def carry_out() -> None:
    """What the worker does with decisions about many, once nobody can take them back."""
    due = update(OutboxEntry).where(OutboxEntry.kind == JOINT)
    db.session.execute(due.values(not_before=now() - timedelta(seconds=1)))
    db.session.commit()
    drain_joint(Pace())


def make_waiting(**values: object) -> Post:
    return make_post(status=Status.PENDING, **values)  # type: ignore[arg-type]  # builder's own


def make_waiting_thread() -> Thread:
    citizen, scope = make_actor(Role.CITIZEN), make_scope()
    host = Ref("beteiligung.project", 0)
    return threads.open_thread(citizen, scope, host, title="Mehr Bänke?", question="Wo denn?")


def make_unread() -> Post:
    """Public at once, nobody has looked at it."""
    thread = make_thread(make_scope(moderation=Moderation.AFTER))
    return make_waiting(thread=thread)
