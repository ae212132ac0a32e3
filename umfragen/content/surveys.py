"""How surveys appear in search, notices, feeds, calendars and at the desk."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from kern import text
from kern.actor import GUEST
from kern.clock import now
from kern.content import (
    FOREVER,
    LONG_AGO,
    Card,
    ContentType,
    DeskItem,
    Document,
    Entry,
    Event,
    FoundAs,
    Mention,
    Ref,
    Within,
)
from kern.db import db
from kern.i18n import _, _l
from kern.scope import Scope, Visibility
from kern.scope.rules import audience, readable, shown
from umfragen import rules
from umfragen.content import outcomes
from umfragen.content.outcomes import path_of
from umfragen.models import SURVEY_KEY, State, Survey
from umfragen.service import erasure, moderating, redacting
from umfragen.service.surveys import get_survey_by_id, settings_of
from umfragen.store.wording import words_of

SHORT = 200


def _released() -> Select[Survey]:
    """What anybody but the office reads; who may find it is said by the audience."""
    query = select(Survey).join(Scope, Scope.id == Survey.scope_id)
    query = query.where(shown(), Survey.state.not_in(rules.UNSHOWN))
    return query.options(contains_eager(Survey.scope))


def _cards(ids: Sequence[int]) -> Mapping[int, Card]:
    query = _released().where(Survey.id.in_(ids), Scope.visibility == Visibility.PUBLIC)
    surveys = db.session.scalars(query).all()
    told = redacting.published_documents([survey.id for survey in surveys])
    return {survey.id: _card(survey, told.get(survey.id, {})) for survey in surveys}


def _card(survey: Survey, document: Mapping[str, Any]) -> Card:
    standing = rules.standing(survey, now())
    return Card(
        ref=Ref(SURVEY_KEY, survey.id),
        label=_("Umfrage"),
        title=survey.title,
        text=text.excerpt(_welcome(document), SHORT),
        path=path_of(survey),
        at=survey.opened_at or survey.created_at,
        author=settings_of(survey).office,
        scope_id=survey.scope_id,
        facts=(str(rules.STATE_LABELS[standing]), *_result_fact(survey)),
    )


def _result_fact(survey: Survey) -> Iterator[str]:
    if survey.results_at is not None:
        yield _("Ergebnis veröffentlicht")


def _welcome(document: Mapping[str, Any]) -> str:
    welcome = document.get("welcome", "")
    if isinstance(welcome, dict):
        return str(next(iter(welcome.values()), ""))
    return str(welcome)


def _documents(ids: Sequence[int]) -> Sequence[Document]:
    surveys = db.session.scalars(_released().where(Survey.id.in_(ids))).all()
    ids = [survey.id for survey in surveys]
    told, documents = outcomes.words_by_survey(ids), redacting.published_documents(ids)
    return [
        _document(survey, documents.get(survey.id, {}), told.get(survey.id, []))
        for survey in surveys
    ]


def _document(survey: Survey, document: Mapping[str, Any], told: Sequence[str]) -> Document:
    """All its words, and what the office says about published results."""
    settings = settings_of(survey)
    parts = [*words_of(document), *told, settings.office]
    return Document(
        key=SURVEY_KEY,
        id=survey.id,
        title=survey.title,
        body="\n".join(part for part in parts if part),
        kind="umfrage",
        scope=survey.scope_id,
        audience=audience(survey.scope),
        path=path_of(survey),
        at=survey.opened_at or survey.created_at,
        boost=1.5,
        ends_at=_end_of(survey),
        is_answered=survey.results_at is not None,
        language=(survey.languages or ["de"])[0].partition("-")[0],
    )


def _end_of(survey: Survey) -> datetime:
    if survey.state in {State.SCHEDULED, State.OPEN, State.PAUSED}:
        return survey.closes_at or FOREVER
    return LONG_AGO


def _public_ids() -> Iterator[int]:
    query = select(Survey.id).join(Scope, Scope.id == Survey.scope_id)
    query = query.where(shown(), Survey.state.not_in(rules.UNSHOWN))
    yield from db.session.scalars(query.order_by(Survey.id))


def _desk_items(ids: Sequence[int]) -> Mapping[int, DeskItem]:
    query = select(Survey).where(Survey.id.in_(ids))
    query = query.options(joinedload(Survey.scope), joinedload(Survey.author))
    return {survey.id: _desk_item(survey) for survey in db.session.scalars(query)}


def _desk_item(survey: Survey) -> DeskItem:
    source = redacting.source_of(survey)
    html = _paragraphs(words_of(redacting.document_of(survey)))
    author = survey.author.name if survey.author is not None else ""
    office = settings_of(survey).office
    return DeskItem(
        ref=Ref(SURVEY_KEY, survey.id),
        revision=survey.revision,
        label=_("Umfrage"),
        title=survey.title,
        html=html,
        plain=text.plain_text(html),
        author=", ".join(part for part in (author, office) if part),
        author_party=survey.author_id,
        written_at=survey.opened_at or survey.created_at,
        path=path_of(survey),
        scope_id=survey.scope_id,
        scope_title=survey.scope.title,
        status=str(rules.STATE_LABELS[rules.standing(survey, now())]),
        source=source,
    )


def _paragraphs(parts: Iterator[str]) -> str:
    return "\n".join(Markup("<p>{}</p>").format(escape(part)) for part in parts)


def _own_paths(ids: Sequence[int]) -> Mapping[int, str]:
    """Where it is worked on; that needs a login."""
    rows = db.session.execute(select(Survey.id, Survey.slug).where(Survey.id.in_(ids)))
    return {row.id: f"/umfragen/{row.slug}/bearbeiten" for row in rows}


def _mentions(words: Sequence[str], limit: int) -> Sequence[Mention]:
    """Of the newest surveys, drafts as well; there are few, so each is read whole."""
    query = select(Survey).order_by(Survey.id.desc()).limit(limit)
    sought = [word.casefold() for word in words]
    found: list[Mention] = []
    for survey in db.session.scalars(query):
        plain, ref = redacting.source_of(survey), Ref(SURVEY_KEY, survey.id)
        if any(word in plain.casefold() for word in sought):
            is_decidable = survey.state not in {State.DRAFT, State.HIDDEN}
            found.append(Mention(ref, plain, ref, is_decidable=is_decidable))
    return found


def _find_titles(words: str, limit: int) -> Sequence[int]:
    query = select(Survey.id).join(Scope, Scope.id == Survey.scope_id)
    query = query.where(shown(), Survey.state.not_in(rules.UNSHOWN))
    parts = [Survey.title.icontains(word, autoescape=True) for word in words.split()[:6]]
    return db.session.scalars(
        query.where(or_(*parts)).order_by(Survey.id.desc()).limit(limit)
    ).all()


def _newest(within: Within, limit: int) -> Sequence[Entry]:
    """What has begun, and what came out; the newest first."""
    if within.answers or within.host is not None:
        return ()
    begun = _newest_by(Survey.opened_at, within, limit)
    told = redacting.published_documents([survey.id for survey in begun])
    found = [_entry(survey, told.get(survey.id, {})) for survey in begun]
    found += outcomes.entries(_newest_by(Survey.results_at, within, limit))
    return sorted(found, key=lambda entry: (entry.at, entry.ref), reverse=True)[:limit]


def _newest_by(
    moment: InstrumentedAttribute[datetime | None], within: Within, limit: int
) -> Sequence[Survey]:
    query = _released().where(readable(GUEST), moment <= now())
    if within.scope_id is not None:
        query = query.where(Scope.id == within.scope_id)
    return db.session.scalars(query.order_by(moment.desc(), Survey.id.desc()).limit(limit)).all()


def _entry(survey: Survey, document: Mapping[str, Any]) -> Entry:
    at = survey.opened_at or survey.created_at
    return Entry(
        ref=Ref(SURVEY_KEY, survey.id),
        title=_("Neue Umfrage: %(title)s", title=survey.title),
        html=_paragraphs(iter([_welcome(document)])),
        author=settings_of(survey).office,
        path=f"/umfragen/{survey.slug}",
        at=at,
        changed_at=max(at, survey.closed_at or at),
    )


def _events(scope_id: int | None) -> Sequence[Event]:
    query = _released().where(Survey.opens_at.is_not(None), Survey.closes_at.is_not(None))
    query = query.where(readable(GUEST) if scope_id is None else Scope.id == scope_id)
    return [_event(survey) for survey in db.session.scalars(query.order_by(Survey.opens_at))]


def _event(survey: Survey) -> Event:
    begins = survey.opens_at or survey.created_at
    return Event(
        uid=f"umfrage-{survey.id}",
        title=_("Umfrage: %(title)s", title=survey.title),
        starts_at=begins,
        ends_at=survey.closes_at or begins,
        path=path_of(survey),
        fills_time=False,
    )


SURVEYS = ContentType(
    key=SURVEY_KEY,
    label=_l("Umfrage"),
    plural=_l("Umfragen"),
    cards=_cards,
    documents=_documents,
    public_ids=_public_ids,
    found_as=(FoundAs("umfrage", _l("Umfrage"), _l("Umfragen"), "list"),),
    desk_items=_desk_items,
    decide=lambda id_, revision, actor, verdict: moderating.decide(
        get_survey_by_id(id_), revision, actor, verdict
    ),
    reopen=lambda id_, rev, actor: moderating.reopen(get_survey_by_id(id_), rev, actor),
    hide=lambda id_, actor, rule: moderating.hide(get_survey_by_id(id_), actor, rule),
    restore=lambda id_, actor: moderating.restore(get_survey_by_id(id_), actor),
    redact=lambda id_, actor, left: redacting.redact(get_survey_by_id(id_), actor, left),
    erase_author=erasure.erase_author,
    export=erasure.export,
    mentions=_mentions,
    strike=lambda mention, take_out: redacting.strike(get_survey_by_id(mention.ref.id), take_out),
    own_paths=_own_paths,
    find_titles=_find_titles,
    followed=True,
    newest=_newest,
    events=_events,
)
