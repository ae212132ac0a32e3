"""A person goes, or asks for everything they wrote."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, Post, Status, Thread, Vote
from beteiligung.discussion.service import counting, decisions, texts
from beteiligung.discussion.service.addresses import post_path
from beteiligung.discussion.service.texts import Thing, key_of
from kern.accounts.keeping import Keeper, Person
from kern.content import Ref
from kern.db import db
from kern.files import service as files
from kern.moderation.cases import withdraw_cases
from kern.moderation.models import CaseKind
from kern.outbox import Fact


def erase_author(kind: type[Post] | type[Thread], party_id: int, keep: bool) -> None:
    """The person goes. Kept: released wordings without a name. Else nothing of the text remains."""
    for thing in _things_of(kind, party_id):
        if keep and thing.status in {Status.PUBLIC, Status.HIDDEN}:
            _forget_unreleased(thing)
        else:
            _erase(thing)
        thing.entered_by = None
        decisions.note(thing, Fact.HIDDEN)
    if kind is Post:
        _forget_votes(party_id)
    db.session.flush()


def _forget_unreleased(thing: Thing) -> None:
    for revision in texts.list_revisions(thing):
        if revision.number != thing.released:
            db.session.delete(revision)
        revision.editor_id = None
    withdraw_cases(Ref(key_of(thing), thing.id), (CaseKind.RELEASE, CaseKind.REVIEW))


def _erase(thing: Thing) -> None:
    was_public = thing.status == Status.PUBLIC
    thing.status = Status.ERASED
    for revision in texts.list_revisions(thing):
        db.session.delete(revision)
    if isinstance(thing, Post):
        files.remove_all(Ref(POST_KEY, thing.id))
        thing.picture_id = None
    else:
        thing.title = ""
    db.session.flush()
    if was_public:
        decisions.left(thing)
    texts.unshow(thing)
    thing.author_id = None
    withdraw_cases(Ref(key_of(thing), thing.id))


def _forget_votes(party_id: int) -> None:
    posts = db.session.scalars(select(Vote.post_id).where(Vote.party_id == party_id)).all()
    for vote in db.session.scalars(select(Vote).where(Vote.party_id == party_id)).all():
        db.session.delete(vote)
    db.session.flush()
    for post_id in posts:
        counting.recount_votes(post_id)


def export(kind: type[Post] | type[Thread], party_id: int) -> Iterator[Mapping[str, Any]]:
    """Everything this person wrote, in every wording, for their own data export."""
    for thing in _things_of(kind, party_id):
        for revision in texts.list_revisions(thing):
            yield {
                "art": "Gespräch" if kind is Thread else "Beitrag",
                "nummer": thing.receipt,
                "fassung": revision.number,
                "titel": revision.title,
                "text": revision.source,
                "stand": str(thing.status),
                "geschrieben": revision.written_at.isoformat(),
            }


def _things_of(kind: type[Post] | type[Thread], party_id: int) -> list[Thing]:
    if kind is Thread:
        return list(db.session.scalars(select(Thread).where(Thread.author_id == party_id)))
    return list(db.session.scalars(select(Post).where(Post.author_id == party_id)))


def _votes(person: Person) -> list[Mapping[str, Any]]:
    query = select(Vote).where(Vote.party_id.in_(person.parties)).order_by(Vote.id)
    return [
        {
            "beitrag": post_path(vote.post_id),
            "stimme": "dafür" if vote.value == 1 else "dagegen",
            "am": vote.voted_at.isoformat(),
        }
        for vote in db.session.scalars(query)
    ]


VOTES = Keeper("stimmen", _votes)
"""They go with `erase_author`, which counts anew."""
