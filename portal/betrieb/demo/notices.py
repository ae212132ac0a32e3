"""Who follows what in the demo town, and what is new for them; nobody gets a mail."""

from datetime import timedelta

from sqlalchemy import select, update

from beteiligung.discussion.models import THREAD_KEY
from beteiligung.project.service.changes import ref_of
from kern import clock, notify
from kern.content import Ref
from kern.db import db
from kern.mail.dsn import Failure, Kind
from kern.notify import Frequency, NoticeKind, bounces
from kern.notify.models import Notice
from kern.notify.preferences import choose
from kern.notify.telling import ANNOUNCED, expand
from kern.outbox import OutboxEntry
from portal.betrieb.demo.scene import Scene, dice

FRESH = timedelta(hours=30)  # what is older has been seen
LOOKS_BACK = timedelta(days=10)
MOST_FOLLOWED = 2
DOMAIN = "post.lindenau.example"


def tell_everybody(scene: Scene) -> None:
    """After the timeline has been played."""
    _follow(scene)
    _expand(scene)
    old = update(Notice).where(Notice.at < scene.ago(FRESH))
    db.session.execute(old.values(seen_at=scene.now))
    db.session.execute(update(Notice).values(due_at=None))
    wrong = f"erika.muster@{DOMAIN}"
    bounces.note(wrong, Failure(wrong, Kind.GONE, "5.1.1"), 0)


def _follow(scene: Scene) -> None:
    """Everybody with an account follows a few things, since long ago."""
    projects = [ref_of(project) for project in scene.projects.values() if project.published_at]
    threads = [Ref(THREAD_KEY, thread.id) for thread in scene.threads.values() if thread.released]
    with clock.at(scene.ago(6 * LOOKS_BACK)):
        for key, person in scene.cast.people.items():
            if person.party_id is None:
                continue
            luck = dice(f"follows {key}")
            for ref in luck.sample(projects, MOST_FOLLOWED) + luck.sample(threads, MOST_FOLLOWED):
                notify.follow(person.party_id, ref)
            if luck.random() < 1 / 4:
                wish = {NoticeKind.FOLLOWED: Frequency.WEEKLY}
                choose(person.party_id, wish, clock.now())


def _expand(scene: Scene) -> None:
    """As the worker would have done it, each at its time."""
    query = select(OutboxEntry).where(
        OutboxEntry.kind == ANNOUNCED, OutboxEntry.not_before > scene.ago(LOOKS_BACK)
    )
    for entry in db.session.scalars(query.order_by(OutboxEntry.not_before)).all():
        ref = Ref(str(entry.content_key), int(entry.content_id or 0))
        with clock.at(entry.not_before):
            expand(ref, entry.name, dict(entry.payload))
