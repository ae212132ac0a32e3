"""What was uploaded by a person, for their own data. Files go with the things they belong to."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kern.accounts.keeping import Keeper, Person
from kern.db import db
from kern.files.models import File


def _files(person: Person) -> list[Mapping[str, Any]]:
    query = select(File).where(File.uploaded_by.in_(person.parties)).order_by(File.id)
    return [
        {
            "art": file.kind,
            "beschreibung": file.title,
            "dateiname": file.filename,
            "bytes": file.size,
            "am": file.uploaded_at.isoformat(),
        }
        for file in db.session.scalars(query)
    ]


KEEPERS = (Keeper("dateien", _files),)
