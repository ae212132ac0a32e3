"""Free texts of answers: found and shown once released, and never with anybody's name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time

from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from kern import text
from kern.actor import GUEST
from kern.content import (
    Card,
    ContentType,
    DeskItem,
    Document,
    Entry,
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
from umfragen.models import FREE_TEXT_KEY, SURVEY_KEY, FreeText, FreeTextState, Survey
from umfragen.service import free_texts
from umfragen.store.plans import plan_of

SHORT = 200
BATCH = 500  # ids of one statement
STATE_LABELS = {
    FreeTextState.KEPT: _l("nur für die Auswertung"),
    FreeTextState.PENDING: _l("wartet"),
    FreeTextState.PUBLIC: _l("freigegeben"),
    FreeTextState.REJECTED: _l("abgelehnt"),
    FreeTextState.HIDDEN: _l("ausgeblendet"),
}
UNDECIDED = frozenset({FreeTextState.PENDING, FreeTextState.PUBLIC})


class _Surveys:
    """Those of a set of texts: read once each, with what of them is shown."""

    def __init__(self, ids: Iterable[int], *, is_public: bool) -> None:
        query = select(Survey).join(Scope, Scope.id == Survey.scope_id)
        query = query.where(Survey.id.in_(set(ids))).options(contains_eager(Survey.scope))
        if is_public:
            query = query.where(shown(), Survey.state.not_in(rules.UNSHOWN))
        self.by_id = {survey.id: survey for survey in db.session.scalars(query)}
        self._items: dict[int, frozenset[int]] = {}

    def shows(self, one: FreeText) -> bool:
        survey = self.by_id.get(one.survey_id)
        if survey is None or one.state != FreeTextState.PUBLIC:
            return False
        if survey.id not in self._items:
            self._items[survey.id] = free_texts.shown_items(survey)
        return one.item_key in self._items[survey.id]


def path_of(survey: Survey, one: FreeText) -> str:
    """The page of texts, beginning with this one."""
    return f"/umfragen/{survey.slug}/ergebnis/texte/{one.item_key}?ab={one.id - 1}"


def moment_of(one: FreeText) -> datetime:
    """There is only a day."""
    return datetime.combine(one.day, time(), UTC)


def question_of(survey: Survey, one: FreeText) -> str:
    plan = plan_of(survey)
    if one.item_key not in plan.items:
        return ""
    default = plan.definition.language
    return plan.question_of(one.item_key).text.say(one.language, default)


def _public(ids: Sequence[int]) -> Iterator[tuple[FreeText, Survey]]:
    if not ids:
        return
    query = select(FreeText).where(FreeText.id.in_(ids), FreeText.state == FreeTextState.PUBLIC)
    found = db.session.scalars(query).all()
    surveys = _Surveys((one.survey_id for one in found), is_public=True)
    yield from ((one, surveys.by_id[one.survey_id]) for one in found if surveys.shows(one))


def _cards(ids: Sequence[int]) -> Mapping[int, Card]:
    return {
        one.id: Card(
            ref=Ref(FREE_TEXT_KEY, one.id),
            label=_("Antwort auf eine Umfrage"),
            title=survey.title,
            text=text.excerpt(one.text, SHORT),
            path=path_of(survey, one),
            at=moment_of(one),
            scope_id=survey.scope_id,
        )
        for one, survey in _public(ids)
        if survey.scope.visibility == Visibility.PUBLIC
    }


def _documents(ids: Sequence[int]) -> Sequence[Document]:
    return [
        Document(
            key=FREE_TEXT_KEY,
            id=one.id,
            title=survey.title,
            body=one.text,
            kind="freitext",
            scope=survey.scope_id,
            audience=audience(survey.scope),
            path=path_of(survey, one),
            at=moment_of(one),
            language=one.language.partition("-")[0],
            has_own_title=False,
        )
        for one, survey in _public(ids)
    ]


def _public_ids() -> Iterator[int]:
    query = select(FreeText.id).where(FreeText.state == FreeTextState.PUBLIC).order_by(FreeText.id)
    ids = db.session.scalars(query).all()
    for start in range(0, len(ids), BATCH):
        yield from (one.id for one, _survey in _public(ids[start : start + BATCH]))


def _desk_items(ids: Sequence[int]) -> Mapping[int, DeskItem]:
    found = db.session.scalars(select(FreeText).where(FreeText.id.in_(ids))).all()
    surveys = _Surveys((one.survey_id for one in found), is_public=False).by_id
    return {one.id: _desk_item(one, surveys[one.survey_id]) for one in found}


def _desk_item(one: FreeText, survey: Survey) -> DeskItem:
    question = question_of(survey, one)
    return DeskItem(
        ref=Ref(FREE_TEXT_KEY, one.id),
        revision=one.revision,
        label=_("Antwort auf eine Umfrage"),
        title=survey.title,
        html=_paragraphs(one.text),
        plain=one.text,
        author="",
        author_party=None,
        written_at=moment_of(one),
        path=path_of(survey, one),
        context=question,
        context_html=_paragraphs(question),
        scope_id=survey.scope_id,
        scope_title=survey.scope.title,
        status=str(STATE_LABELS[one.state]),
        source=one.text,
    )


def _paragraphs(words: str) -> str:
    parts = (part.strip() for part in words.split("\n\n"))
    return "\n".join(Markup("<p>{}</p>").format(part) for part in parts if part)


def _mentions(words: Sequence[str], limit: int) -> Sequence[Mention]:
    """In whatever state; the answers of one survey are near each other."""
    parts = [FreeText.text.icontains(word, autoescape=True) for word in words]
    if not parts:
        return []
    query = select(FreeText).where(or_(*parts)).order_by(FreeText.id)
    return [
        Mention(
            Ref(FREE_TEXT_KEY, one.id),
            one.text,
            Ref(SURVEY_KEY, one.survey_id),
            is_decidable=one.state in UNDECIDED,
        )
        for one in db.session.scalars(query.limit(limit))
    ]


def _newest(within: Within, limit: int) -> Sequence[Entry]:
    if within.answers or within.host is not None:
        return ()
    query = (
        select(FreeText)
        .join(Survey, Survey.id == FreeText.survey_id)
        .join(Scope, Scope.id == Survey.scope_id)
        .where(FreeText.state == FreeTextState.PUBLIC, readable(GUEST))
        .order_by(FreeText.day.desc(), FreeText.id)
    )
    if within.scope_id is not None:
        query = query.where(Scope.id == within.scope_id)
    ids = [one.id for one in db.session.scalars(query.limit(limit))]
    return [
        Entry(
            ref=Ref(FREE_TEXT_KEY, one.id),
            title=survey.title,
            html=_paragraphs(one.text),
            author=_("Antwort auf eine Umfrage"),
            path=path_of(survey, one),
            at=moment_of(one),
            changed_at=moment_of(one),
        )
        for one, survey in _public(ids)
    ]


FREE_TEXTS = ContentType(
    key=FREE_TEXT_KEY,
    label=_l("Antwort auf eine Umfrage"),
    plural=_l("Antworten auf Umfragen"),
    cards=_cards,
    documents=_documents,
    public_ids=_public_ids,
    found_as=(
        FoundAs(
            "freitext",
            _l("Antwort auf eine Umfrage"),
            _l("Antworten auf Umfragen"),
            "speech",
            has_titles=False,
        ),
    ),
    desk_items=_desk_items,
    decide=lambda id_, revision, actor, verdict: free_texts.decide(
        free_texts.get_text(id_), revision, actor, verdict
    ),
    reopen=lambda id_, rev, actor: free_texts.reopen(free_texts.get_text(id_), rev, actor),
    hide=lambda id_, actor, rule: free_texts.hide(free_texts.get_text(id_), actor, rule),
    restore=lambda id_, actor: free_texts.restore(free_texts.get_text(id_), actor),
    redact=lambda id_, actor, left: free_texts.redact(free_texts.get_text(id_), actor, left),
    erase_author=free_texts.erase_author,
    export=free_texts.export,
    mentions=_mentions,
    strike=lambda mention, take_out: free_texts.strike(
        free_texts.get_text(mention.ref.id), take_out
    ),
    newest=_newest,
)
