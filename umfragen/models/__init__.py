"""Tables of surveys. What people answered never stands beside who they are, nor beside a time."""

from umfragen.models.access import InviteCode, Participation, SubmitKey
from umfragen.models.answers import (
    AnswerDraft,
    FreeText,
    FreeTextState,
    Inbox,
    Response,
    ResponseStatus,
    Source,
)
from umfragen.models.counts import Block, ColumnBlock, NumberTally, QuotaCount, Tally
from umfragen.models.published import PublishedQuestion, Snapshot
from umfragen.models.results import Margin, Tagged, TextTag
from umfragen.models.survey import (
    FREE_TEXT_KEY,
    SHOWN,
    SURVEY_KEY,
    DraftStep,
    Level,
    Sampling,
    State,
    Survey,
    SurveyVersion,
)

__all__ = [
    "FREE_TEXT_KEY",
    "SHOWN",
    "SURVEY_KEY",
    "AnswerDraft",
    "Block",
    "ColumnBlock",
    "DraftStep",
    "FreeText",
    "FreeTextState",
    "Inbox",
    "InviteCode",
    "Level",
    "Margin",
    "NumberTally",
    "Participation",
    "PublishedQuestion",
    "QuotaCount",
    "Response",
    "ResponseStatus",
    "Sampling",
    "Snapshot",
    "Source",
    "State",
    "SubmitKey",
    "Survey",
    "SurveyVersion",
    "Tagged",
    "Tally",
    "TextTag",
]
