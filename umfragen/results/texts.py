"""Free texts as the office works with them: read, search, sort by tags, hand on to release."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select, union_all

from kern import audit, text
from kern.actor import Actor
from kern.content import Ref
from kern.db import Quick, db
from kern.errors import Conflict, Invalid, NotFound
from umfragen import rules
from umfragen.models import (
    FREE_TEXT_KEY,
    FreeText,
    FreeTextState,
    Survey,
    Tagged,
    TextTag,
)
from umfragen.models.results import MAX_TAG
from umfragen.store.texts import open_release

PER_PAGE = 50
MAX_TAGS = 100
MAX_WORDS = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts; `after` is the id of the last one on the page before."""

    item: int | None = None
    words: str = ""
    tag: int | None = None
    state: FreeTextState | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    texts: Sequence[FreeText]
    tags: Mapping[int, Sequence[TextTag]]
    following: int | None


def list_texts(survey: Survey, wanted: Wanted) -> Page:
    """In the order of their ids, which are random: no order of coming is told."""
    query = _chosen(select(FreeText), survey, wanted).where(FreeText.id > wanted.after)
    found = db.session.scalars(query.order_by(FreeText.id).limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    more = shown[-1].id if len(found) > PER_PAGE else None
    return Page(shown, _tags_of([one.id for one in shown]), more)


def count_texts(survey: Survey, wanted: Wanted) -> int:
    query = _chosen(select(func.count()).select_from(FreeText), survey, wanted)
    return db.session.scalar(query) or 0


def _chosen(query: Select[Any], survey: Survey, wanted: Wanted) -> Select[Any]:
    query = query.where(FreeText.survey_id == survey.id)
    if wanted.item is not None:
        query = query.where(FreeText.item_key == wanted.item)
    if wanted.state is not None:
        query = query.where(FreeText.state == wanted.state)
    if wanted.tag is not None:
        tagged = select(Tagged.text_id).where(Tagged.tag_id == wanted.tag)
        query = query.where(FreeText.id.in_(tagged))
    for word in wanted.words[:MAX_WORDS].split():
        query = query.where(FreeText.text.icontains(word, autoescape=True))
    return query


def list_public(survey_id: int, item: int, limit: int, after: int = 0) -> Sequence[FreeText]:
    """Released ones of one item."""
    query = select(FreeText).where(
        FreeText.survey_id == survey_id,
        FreeText.item_key == item,
        FreeText.state == FreeTextState.PUBLIC,
        FreeText.id > after,
    )
    return db.session.scalars(query.order_by(FreeText.id).limit(limit)).all()


def first_public(survey_id: int, items: Collection[int], limit: int) -> Mapping[int, Sequence[str]]:
    """The first released ones of each item, as `list_public` has them; one query."""
    if not items:
        return {}
    query = select(FreeText.item_key, FreeText.text).where(
        FreeText.survey_id == survey_id, FreeText.state == FreeTextState.PUBLIC
    )
    parts = [
        query.where(FreeText.item_key == item).order_by(FreeText.id).limit(limit).subquery()
        for item in items
    ]
    found: dict[int, list[str]] = {}
    for item, words in db.session.execute(union_all(*(select(part) for part in parts))):
        found.setdefault(item, []).append(words)
    return found


_COUNTING = Quick(
    select(FreeText.item_key, func.count().label("texts"))
    .where(FreeText.survey_id == bindparam("survey"), FreeText.state == FreeTextState.PUBLIC)
    .group_by(FreeText.item_key)
)


def count_public(survey_id: int) -> Mapping[int, int]:
    return dict(_COUNTING.named({"survey": survey_id}))


# Tags


def list_tags(survey: Survey) -> list[tuple[TextTag, int]]:
    """With how many texts each has, by name."""
    query = (
        select(TextTag, func.count(Tagged.text_id))
        .outerjoin(Tagged, Tagged.tag_id == TextTag.id)
        .where(TextTag.survey_id == survey.id)
        .group_by(TextTag.id)
        .order_by(TextTag.name)
    )
    return [(tag, n) for tag, n in db.session.execute(query)]


def add_tag(actor: Actor, survey: Survey, text_ids: Sequence[int], name: str) -> TextTag:
    """A tag for these texts; one that is new is made."""
    rules.require_may_see_results(actor, survey)
    cleaned = text.clean_line(name, MAX_TAG)
    if not cleaned:
        raise Invalid("Bitte geben Sie ein Schlagwort ein.", field="name")
    found = _own(survey, text_ids)
    if not found:
        raise Invalid("Bitte kreuzen Sie mindestens einen Text an.", field="name")
    tag = _tag(survey, cleaned)
    known = set(db.session.scalars(select(Tagged.text_id).where(Tagged.tag_id == tag.id)))
    db.session.add_all(Tagged(text_id=id_, tag_id=tag.id) for id_ in found if id_ not in known)
    db.session.flush()
    return tag


def remove_tag(actor: Actor, survey: Survey, text_id: int, tag_id: int) -> None:
    """Off one text; a tag without texts goes."""
    rules.require_may_see_results(actor, survey)
    tag = db.session.get(TextTag, tag_id)
    if tag is None or tag.survey_id != survey.id:
        raise NotFound("Dieses Schlagwort gibt es nicht.")
    db.session.execute(delete(Tagged).where(Tagged.text_id == text_id, Tagged.tag_id == tag_id))
    left = select(func.count()).select_from(Tagged).where(Tagged.tag_id == tag_id)
    if not db.session.scalar(left):
        db.session.delete(tag)
    db.session.flush()


def ask_for_release(actor: Actor, survey: Survey, text_ids: Sequence[int]) -> int:
    """Hand texts that only the office reads to moderation, to be published once released."""
    rules.require_may_see_results(actor, survey)
    ids = _own(survey, text_ids)
    query = select(FreeText).where(FreeText.id.in_(ids), FreeText.state == FreeTextState.KEPT)
    found = db.session.scalars(query).all()
    if not found:
        raise Conflict("Diese Texte liegen der Moderation schon vor.")
    for one in found:
        one.state = FreeTextState.PENDING
        open_release(survey, one.id, one.revision, one.day)
        audit.record(actor, "survey.text.ask", str(Ref(FREE_TEXT_KEY, one.id)))
    db.session.flush()
    return len(found)


def _own(survey: Survey, text_ids: Sequence[int]) -> list[int]:
    query = select(FreeText.id).where(
        FreeText.survey_id == survey.id, FreeText.id.in_(list(text_ids)[: PER_PAGE * 2])
    )
    return list(db.session.scalars(query))


def _tag(survey: Survey, name: str) -> TextTag:
    query = select(TextTag).where(TextTag.survey_id == survey.id)
    tags = db.session.scalars(query).all()
    for tag in tags:
        if tag.name.casefold() == name.casefold():
            return tag
    if len(tags) >= MAX_TAGS:
        raise Conflict(
            "Mehr als 100 Schlagwörter überblickt niemand. Bitte nutzen Sie eines davon."
        )
    tag = TextTag(survey_id=survey.id, name=name)
    db.session.add(tag)
    db.session.flush()
    return tag


def _tags_of(ids: Sequence[int]) -> dict[int, list[TextTag]]:
    query = (
        select(Tagged.text_id, TextTag)
        .join(TextTag, TextTag.id == Tagged.tag_id)
        .where(Tagged.text_id.in_(ids))
        .order_by(TextTag.name)
    )
    found: dict[int, list[TextTag]] = {}
    for text_id, tag in db.session.execute(query):
        found.setdefault(text_id, []).append(tag)
    return found
