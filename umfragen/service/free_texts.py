"""Free text of answers at the desk: released, rejected, hidden, restored, passages taken out.

Nobody stands behind such a text: there is no author to tell, and nothing here names an answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from kern import audit, outbox
from kern.actor import SYSTEM, Actor
from kern.clock import now
from kern.content import Redaction, Ref, Verdict
from kern.db import db
from kern.errors import Conflict, Invalid, NotFound
from kern.moderation import quotes, traces
from kern.moderation.redaction import Cut, cut
from kern.outbox import Fact
from umfragen import rules
from umfragen.models import (
    FREE_TEXT_KEY,
    FreeText,
    FreeTextState,
    PublishedQuestion,
    Response,
    Snapshot,
    Survey,
)
from umfragen.service.moderating import MOVED_ON
from umfragen.service.surveys import get_survey_by_id
from umfragen.store import texts
from umfragen.store.plans import plan_of

POSSIBLE = frozenset(FreeTextState) - {FreeTextState.KEPT}


def get_text(text_id: int) -> FreeText:
    found = db.session.get(FreeText, text_id)
    if found is None:
        raise NotFound("Diesen Text gibt es nicht.")
    return found


def decide(one: FreeText, revision: int, actor: Actor, verdict: Verdict) -> None:
    """Raises Conflict when it reads otherwise by now."""
    rules.require_may_decide(actor, get_survey_by_id(one.survey_id))
    if one.state not in {FreeTextState.PENDING, FreeTextState.REJECTED} or revision != one.revision:
        raise Conflict(MOVED_ON)
    is_rejected = verdict is Verdict.REJECT
    one.state = FreeTextState.REJECTED if is_rejected else FreeTextState.PUBLIC
    _note(one, actor, f"text.{verdict}")


def reopen(one: FreeText, revision: int, actor: Actor) -> None:
    """Take the decision back: it waits again."""
    rules.require_may_decide(actor, get_survey_by_id(one.survey_id))
    if revision != one.revision or one.state not in {FreeTextState.PUBLIC, FreeTextState.REJECTED}:
        raise Conflict(MOVED_ON)
    one.state = FreeTextState.PENDING
    _note(one, actor, "text.undecide", Fact.HIDDEN)


def hide(one: FreeText, actor: Actor, rule: int | None) -> None:
    rules.require_may_hide(actor, get_survey_by_id(one.survey_id))
    if one.state != FreeTextState.PUBLIC:
        raise Conflict("Das ist nicht öffentlich.")
    one.state, one.hidden_at, one.hidden_rule = FreeTextState.HIDDEN, now(), rule
    _note(one, actor, "text.hide", Fact.HIDDEN)


def restore(one: FreeText, actor: Actor) -> None:
    rules.require_may_hide(actor, get_survey_by_id(one.survey_id))
    if one.state != FreeTextState.HIDDEN:
        raise Conflict("Das ist nicht ausgeblendet.")
    one.state, one.hidden_at, one.hidden_rule = FreeTextState.PUBLIC, None, None
    _note(one, actor, "text.restore")


def redact(one: FreeText, actor: Actor, left: Redaction) -> None:
    """Passages go from the text and from the answer it came with. What waits is released so."""
    rules.require_may_hide(actor, get_survey_by_id(one.survey_id))
    if one.state not in POSSIBLE:
        raise Conflict("Davon ist nichts mehr da.")
    taken = _cut(one.text, left.text)
    _rewrite(one, taken.text)
    if one.state == FreeTextState.PENDING:
        one.state = FreeTextState.PUBLIC
    ref = Ref(FREE_TEXT_KEY, one.id)
    traces.take_out(ref, taken)
    _note(one, actor, "text.redact", Fact.HIDDEN)
    quotes.pursue(ref, ref, taken.passages)


def strike(one: FreeText, take_out: Callable[[str], str]) -> None:
    """Of what nobody decides about: passages go at once."""
    _rewrite(one, take_out(one.text))
    _note(one, SYSTEM, "text.redact")


def erase_author(_party_id: int, _keep: bool) -> None:
    """Nobody can tell whose it is: there is nothing to erase."""


def export(_party_id: int) -> Iterator[Mapping[str, Any]]:
    """Nor to hand out."""
    return iter(())


def publish_texts_of(actor: Actor, survey: Survey, items: Iterable[int]) -> None:
    """Texts of these items are meant for the public: those that are there go to the desk."""
    wanted = set(items)
    kept = select(FreeText).where(
        FreeText.survey_id == survey.id,
        FreeText.item_key.in_(wanted),
        FreeText.state == FreeTextState.KEPT,
    )
    for one in db.session.scalars(kept).all():
        one.state = FreeTextState.PENDING
        texts.open_release(survey, one.id, one.revision, one.day)
    audit.record(actor, "survey.texts", f"{survey.id}", str(len(wanted)))
    db.session.flush()


def shown_items(survey: Survey) -> frozenset[int]:
    """Items whose released texts stand on the public page: their questions are published."""
    query = select(PublishedQuestion.question_key).where(PublishedQuestion.survey_id == survey.id)
    questions = set(db.session.scalars(query))
    snapshot = select(Snapshot.id).where(Snapshot.survey_id == survey.id).limit(1)
    if not questions or db.session.scalar(snapshot) is None:
        return frozenset()
    items = plan_of(survey).items
    return frozenset(key for key, item in items.items() if item.question in questions)


def note_public(survey: Survey) -> None:
    """Whether released texts are shown has changed: whatever holds a copy looks again."""
    query = select(FreeText.id).where(
        FreeText.survey_id == survey.id, FreeText.state == FreeTextState.PUBLIC
    )
    outbox.note_all(FREE_TEXT_KEY, db.session.scalars(query).all(), Fact.CHANGED)


def _rewrite(one: FreeText, words: str) -> None:
    one.text = words
    response = db.session.get_one(Response, one.response_id)
    response.answers = {**response.answers, str(one.item_key): words}


def _cut(old: str, left: str) -> Cut:
    if not left.strip():
        raise Invalid(
            "Dann bliebe nichts übrig. Lehnen Sie den Text ab, oder blenden Sie ihn aus.",
            field="text",
        )
    taken = cut(old, left)
    if not taken.passages:
        raise Invalid("Bitte löschen Sie die Stellen, die wegmüssen.", field="text")
    return taken


def _note(one: FreeText, actor: Actor, act: str, fact: Fact = Fact.CHANGED) -> None:
    db.session.flush()
    audit.record(actor, act, f"{FREE_TEXT_KEY}:{one.id}")
    outbox.note(FREE_TEXT_KEY, one.id, fact)
