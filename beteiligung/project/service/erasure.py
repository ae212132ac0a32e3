"""A person of the office goes, or asks for everything they wrote. Projects are the office's: they
stay, without the name."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.project.models import Project
from beteiligung.project.service.changes import announce
from beteiligung.project.service.page import list_news
from beteiligung.project.service.redacting import source_of
from kern.accounts.models import Party
from kern.accounts.parties import address_of
from kern.actor import SYSTEM
from kern.db import db
from kern.text import fold_name


def erase_author(party_id: int, _keep: bool) -> None:
    party = db.session.get(Party, party_id)
    address = address_of(party) if party is not None else None
    for project in _projects_of(party_id):
        project.author_id = None
        if party is not None and party.name and _same(party.name, project.contact_name):
            project.contact_name = ""
        if address and address == project.contact_email.casefold():
            project.contact_email = ""
        announce(SYSTEM, project, "project.edit")


def _same(name: str, other: str) -> bool:
    return fold_name(name) == fold_name(other)


def export(party_id: int) -> Iterator[Mapping[str, Any]]:
    for project in _projects_of(party_id):
        yield {
            "art": "Projekt",
            "adresse": project.scope.path,
            "titel": project.scope.title,
            "text": source_of(project, list_news(project.id)),
            "stand": str(project.scope.state),
            "angelegt": project.scope.created_at.isoformat(),
        }


def _projects_of(party_id: int) -> list[Project]:
    query = select(Project).where(Project.author_id == party_id).order_by(Project.id)
    return list(db.session.scalars(query.options(joinedload(Project.scope))))
