"""A person of the office goes, or asks for everything they made. Surveys are the office's: they
stay, without the name. What people answered leads to nobody, so there is nothing to find."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kern.actor import SYSTEM
from kern.db import db
from umfragen.models import Survey
from umfragen.service.changes import announce
from umfragen.service.redacting import source_of


def erase_author(party_id: int, _keep: bool) -> None:
    for survey in _surveys_of(party_id):
        survey.author_id = None
        announce(SYSTEM, survey, "survey.edit")


def export(party_id: int) -> Iterator[Mapping[str, Any]]:
    for survey in _surveys_of(party_id):
        yield {
            "art": "Umfrage",
            "adresse": f"/umfragen/{survey.slug}",
            "titel": survey.title,
            "text": source_of(survey),
            "stand": str(survey.state),
            "angelegt": survey.created_at.isoformat(),
        }


def _surveys_of(party_id: int) -> list[Survey]:
    query = select(Survey).where(Survey.author_id == party_id).order_by(Survey.id)
    return list(db.session.scalars(query.options(joinedload(Survey.scope))))
