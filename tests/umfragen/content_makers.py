"""Surveys and free texts in every state, for the tests that hold all kinds to the same promises."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import SYSTEM, Actor
from kern.clock import now
from kern.content import Ref, Verdict
from kern.db import db
from kern.moderation.cases import withdraw_cases
from kern.scope import town_scope
from tests.builders import make_actor
from tests.content_states import State
from tests.umfragen.made import FULL, answer, empty_inbox, key, make_open_survey
from tests.umfragen.surveys import make_survey, question
from umfragen import service
from umfragen.models import FREE_TEXT_KEY, SURVEY_KEY, FreeText, Survey
from umfragen.results import publication
from umfragen.service import erasure, free_texts, moderating, receipts

PEOPLE = 3  # of the smallest survey that may be published


def make_survey_in(state: State, words: str, author: Actor) -> Ref:
    """`author` prepares it; somebody else approves."""
    editor = replace(author, permissions=author.permissions | BY_ROLE[Role.EDITOR])
    definition = make_survey([question("yes_no", "ja")], title="Neues Ufer", welcome=words)
    survey = service.create_survey(editor, town_scope(), "Neues Ufer", definition=definition)
    service.save_settings(editor, survey, FULL)
    service.save_dates(editor, survey, None, now() + timedelta(days=9))
    service.publish_version(editor, survey)
    service.ask_for_opening(editor, survey)
    _bring_survey(survey, state, editor)
    db.session.flush()
    return Ref(SURVEY_KEY, survey.id)


def _bring_survey(survey: Survey, state: State, editor: Actor) -> None:
    moderator = make_actor(Role.MODERATOR)
    if state is not State.WAITING:
        withdraw_cases(Ref(SURVEY_KEY, survey.id))  # decided below, past the desk
    if state in {State.PUBLIC, State.HIDDEN, State.ERASED}:
        moderating.decide(survey, survey.revision, moderator, Verdict.RELEASE)
    if state is State.REJECTED:
        moderating.decide(survey, survey.revision, moderator, Verdict.REJECT)
    if state is State.HIDDEN:
        moderating.hide(survey, moderator, 3)
    if state is State.WITHDRAWN:
        service.take_back_asking(editor, survey)
    if state is State.ERASED:
        erasure.erase_author(editor.party_id or 0, False)  # noqa: FBT003 - the registry's own order


def make_free_text_in(state: State, words: str, _author: Actor) -> Ref:
    """One of three answers, to a question whose results are published."""
    survey = make_open_survey([question("long_text", "wunsch")])
    wish = key(survey, "wunsch")
    service.save_settings(SYSTEM, survey, replace(FULL, public_texts=(wish,)))
    service.save_thresholds(SYSTEM, survey, PEOPLE, PEOPLE)
    receipt = answer(survey, wunsch=words)
    for _ in range(PEOPLE - 1):
        answer(survey)
    empty_inbox(survey)
    publication.take_snapshot(SYSTEM, survey, ())
    publication.publish(SYSTEM, survey, publication.Choice(frozenset({wish}), {}))
    one = db.session.scalars(select(FreeText).where(FreeText.survey_id == survey.id)).one()
    ref = Ref(FREE_TEXT_KEY, one.id)
    _bring_text(one, state)
    if state is State.WITHDRAWN:
        receipts.withdraw(survey, receipt.code)
    db.session.flush()
    return ref


def _bring_text(one: FreeText, state: State) -> None:
    moderator = make_actor(Role.MODERATOR)
    if state is not State.WAITING:
        withdraw_cases(Ref(FREE_TEXT_KEY, one.id))
    if state in {State.PUBLIC, State.HIDDEN, State.ERASED}:
        free_texts.decide(one, one.revision, moderator, Verdict.RELEASE)
    if state is State.REJECTED:
        free_texts.decide(one, one.revision, moderator, Verdict.REJECT)
    if state is State.HIDDEN:
        free_texts.hide(one, moderator, 3)


def survey_page(ref: Ref) -> str:
    slug = db.session.scalars(select(Survey.slug).where(Survey.id == ref.id)).one()
    return f"/umfragen/{slug}"


def texts_page(ref: Ref) -> str:
    """Of the survey whose texts are public; empty when the text is gone with its answer."""
    query = select(Survey.slug).join(FreeText, FreeText.survey_id == Survey.id)
    slug = db.session.scalar(query.where(FreeText.id == ref.id))
    return f"/umfragen/{slug}/ergebnis" if slug else "/umfragen/"
