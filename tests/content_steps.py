"""What the contract test asks of any kind of content, and does to it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import and_, func, or_, select

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Thread
from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from kern import mail, worker
from kern.actor import GUEST, Actor
from kern.config import Settings
from kern.content import Document, Redaction, Ref, registry
from kern.db import db
from kern.moderation import decisions, netiquette, reports
from kern.moderation.decisions import Decision
from kern.moderation.models import Case, CaseState, CaseVerdict
from kern.moderation.queue import items_of
from kern.moderation.reports import Allegation
from kern.moderation.words import removed_words
from kern.outbox import OutboxEntry
from kern.scope import Scope
from tests.content_makers import MAKERS, Maker
from tests.content_states import State
from umfragen.models import FREE_TEXT_KEY, SURVEY_KEY, FreeText, Survey
from wiki.models import PAGE_KEY, Page

BIRDS: Mapping[State, str] = {
    State.PUBLIC: "Zwergdommel",
    State.WAITING: "Blaukehlchen",
    State.REJECTED: "Wasserralle",
    State.HIDDEN: "Haubentaucher",
    State.WITHDRAWN: "Beutelmeise",
    State.ERASED: "Kampfläufer",
}  # a word for each state, where one town has things in several
WORD = BIRDS[State.PUBLIC]
MODELS: Mapping[str, type[Any]] = {
    PROJECT_KEY: Project,
    THREAD_KEY: Thread,
    POST_KEY: Post,
    SURVEY_KEY: Survey,
    FREE_TEXT_KEY: FreeText,
    PAGE_KEY: Page,
}


def maker(key: str) -> Maker:
    assert key in MAKERS, f"tests/content_makers.py has no maker for {key}"
    return MAKERS[key]


def made(key: str, state: State, author: Actor, words: str = f"Eine {WORD}!") -> Ref:
    return maker(key).make(state, words, author)


def made_in(
    states: Iterable[State], key: str, author: Actor, words: str = "Eine {}!"
) -> dict[State, Ref]:
    return {state: made(key, state, author, words.format(BIRDS[state])) for state in states}


def drain(settings: Settings) -> None:
    db.session.commit()
    worker.drain(settings)


def appeared(ref: Ref) -> Ref:
    """Where the public reads it, else where it waits."""
    return maker(ref.key).appears(ref) or ref


def both(ref: Ref) -> list[Ref]:
    """The thing as it waits and as it appears: one, for most kinds."""
    return list(dict.fromkeys([ref, appeared(ref)]))


def keys_of(key: str) -> list[str]:
    return [key, *filter(None, [maker(key).appears_as])]


def step(name: str, ref: Ref) -> Any:
    """The verb of its kind, as the public reads it or, where that kind has none, as it waits."""
    for one in (appeared(ref), ref):
        verb = getattr(registry()[one.key], name)
        if verb is not None:
            return partial(verb, one.id)
    pytest.fail(f"{ref.key} has no {name}")


def documents(ref: Ref) -> Sequence[Document]:
    shown = appeared(ref)
    return registry()[shown.key].documents([shown.id])


def is_public(ref: Ref) -> bool:
    """By everything that a type says about it, which must agree."""
    shown = appeared(ref)
    assert shown == ref or ref.id not in registry()[ref.key].cards([ref.id])
    type_ = registry()[shown.key]
    found = {
        "public_ids": shown.id in set(type_.public_ids()),
        "cards": shown.id in type_.cards([shown.id]),
        "documents": bool(documents(ref)),
    }
    assert len(set(found.values())) == 1, found
    if type_.found is not None:
        both_at_once = list(documents(ref)), type_.cards([shown.id])
        assert type_.found([shown.id]) == both_at_once
    return found["cards"]


def words_of_items(ref: Ref) -> str:
    return " ".join(_words_of_item(one) for one in both(ref))


def _words_of_item(ref: Ref) -> str:
    item = registry()[ref.key].desk_items([ref.id]).get(ref.id)
    if item is None:
        return ""
    shown = f"{item.title} {item.html} {item.plain} {item.public_html}"
    return f"{shown} {item.source} {item.author}"


def source_of(ref: Ref) -> str:
    ref = appeared(ref)
    return registry()[ref.key].desk_items([ref.id])[ref.id].source


def exported(ref: Ref, person: Actor) -> str:
    found: list[Any] = []
    for key in keys_of(ref.key):
        export = registry()[key].export
        assert export is not None
        assert person.party_id is not None
        found += export(person.party_id)
    return json.dumps(found, ensure_ascii=False, default=str)


def mails(to: Actor | None = None) -> str:
    """Everything the outbox would send now, to everybody or to one person."""
    query = select(OutboxEntry).where(OutboxEntry.kind == "mail")
    built = [
        mail.kinds()[entry.name].build(entry.payload)
        for entry in db.session.scalars(query)
        if to is None or entry.payload["recipient"] == f"party:{to.party_id}"
    ]
    return " ".join(f"{one.subject} {one.text} {one.html}" for one in built if one is not None)


def counters() -> int:
    total = Scope.posts_count + Scope.people_count + Scope.answers_count
    return db.session.scalar(select(func.sum(total))) or 0


def open_case(ref: Ref) -> Case:
    about = [and_(Case.content_key == one.key, Case.content_id == one.id) for one in both(ref)]
    query = select(Case).where(or_(*about), Case.state == CaseState.OPEN)
    return db.session.scalars(query.order_by(Case.id.desc())).first() or pytest.fail("no case")


def decide(actor: Actor, case: Case, verdict: CaseVerdict, left: Redaction | None = None) -> Case:
    (item,) = items_of([case]).values()
    rule = next(iter(netiquette.rules())).number
    wanted = Decision(verdict, item.revision, rule, "Bitte nicht.", wording=left)
    return decisions.decide(actor, case.id, wanted)


def tombstone_of(ref: Ref) -> str:
    """What its own table says about when it was taken away, in words; empty when it was not."""
    ref = appeared(ref)
    row: Any = db.session.get_one(MODELS[ref.key], ref.id, populate_existing=True)
    return removed_words(row.hidden_rule, row.hidden_at) if row.hidden_at else ""


def reported(ref: Ref) -> Case:
    reports.report(GUEST, appeared(ref), Allegation(rule=reports.OTHER, text="Das stört mich."))
    return open_case(ref)
