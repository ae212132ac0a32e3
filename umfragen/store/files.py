"""Files among the answers, from the moment somebody sends them.

With their answers they wait beside the keys, in no backup; when those leave the inbox they become
rows and uploads, so neither says when it came, in which order, or by whom: no person, no name of
the file, no sum that could be compared, and the day of the answers.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.files import service, waiting
from kern.files.models import File
from kern.files.picture import Picture
from kern.ids import new_token
from kern.town import current_town
from umfragen.definition.items import Holds
from umfragen.engine import Plan
from umfragen.models import SURVEY_KEY, Response, ResponseStatus

SUM_BYTES = 32
SPARED = 86_400  # seconds: a form of this moment may name a file that no row names yet
_NAME = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def names_in(plan: Plan, answers: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """By key of the item, as text: the names of files in a stored row."""
    for key, item in plan.items.items():
        found = answers.get(str(key))
        if item.holds is Holds.TOKENS and isinstance(found, list):
            yield str(key), [name for name in found if isinstance(name, str)]


def all_names(plan: Plan, answers: Mapping[str, Any]) -> set[str]:
    return {name for _, names in names_in(plan, answers) for name in names}


def put_by(token: str) -> str | None:
    """Of what waits by its form: the name under which it waits with its answers."""
    name = new_token()
    return name if waiting.copy(token, _path(name)) else None


def is_put_by(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and _path(name).exists()


def find_file(survey_id: int, name: str) -> File | None:
    query = select(File).where(
        File.name == name,
        File.content_key == SURVEY_KEY,
        File.content_id == survey_id,
        File.state != "gone",
    )
    return db.session.scalar(query)


def list_of_question(survey_id: int, key: int, after: str, most: int) -> Sequence[File]:
    """Those in counted answers, in the order of their names, which tells nothing."""
    held = _held(survey_id, key)
    query = select(File).where(
        File.content_key == SURVEY_KEY,
        File.content_id == survey_id,
        File.state != "gone",
        File.name > after,
    )
    found: list[File] = []
    for file in db.session.scalars(query.order_by(File.name).execution_options(yield_per=500)):
        if file.name in held:
            found.append(file)
        if len(found) == most:
            break
    return found


def _held(survey_id: int, key: int) -> set[str]:
    query = select(Response.answers).where(
        Response.survey_id == survey_id, Response.status == ResponseStatus.OK
    )
    rows = db.session.scalars(query.execution_options(yield_per=500))
    return {name for answers in rows for name in answers.get(str(key)) or ()}


def take_in(survey_id: int, plan: Plan, answers: Mapping[str, Any], day: date) -> Mapping[str, Any]:
    """Makes uploads of the files. One that was lost is left out of the answers."""
    changed = {}
    for key, names in names_in(plan, answers):
        kept = [_taken_in(survey_id, name, day) for name in names]
        changed[key] = [name for name in kept if name] or None
    return {**answers, **changed} if changed else answers


def remove(survey_id: int, names: Iterable[str]) -> None:
    """Nothing is left of them, not even the row that says so."""
    for name in names:
        if is_put_by(name):
            _path(name).unlink(missing_ok=True)
        file = find_file(survey_id, name)
        if file is not None:
            service.remove(file)
            db.session.delete(file)


def remove_every(survey_id: int) -> None:
    here = (File.content_key == SURVEY_KEY, File.content_id == survey_id)
    for file in db.session.scalars(select(File).where(*here)).all():
        service.remove(file)
        db.session.delete(file)


def remove_lost(known: set[str]) -> int:
    """What no answer in any inbox names: taken in, or its sending failed."""
    oldest = now().timestamp() - SPARED
    lost = [
        path
        for path in _folder().glob("*")
        if path.stem not in known and path.stat().st_mtime < oldest
    ]
    for path in lost:
        path.unlink(missing_ok=True)
    return len(lost)


def _taken_in(survey_id: int, name: str, day: date) -> str | None:
    if find_file(survey_id, name) is not None:
        return name
    found = waiting.read(_path(name)) if _NAME.fullmatch(name) else None
    if found is None:
        return None
    nameless = replace(found, filename="")
    file = (
        service.keep_picture(nameless, "Datei", None, name)
        if isinstance(nameless, Picture)
        else service.keep_document(nameless, "Datei", None, name)
    )
    file.uploaded_at = datetime.combine(day, time(), UTC)
    file.sha256 = secrets.token_hex(SUM_BYTES)
    db.session.flush()
    service.attach(file.id, Ref(SURVEY_KEY, survey_id))
    return file.name


def _folder() -> Path:
    return current_town().path / "umfragen" / "dateien"


def _path(name: str) -> Path:
    return _folder() / f"{name}.zip"
