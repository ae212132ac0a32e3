"""The picture that comes with a text: its name, its row among the files, its place in the text."""

import re
from collections.abc import Mapping
from typing import Any

from flask import request

from kern.actor import Actor
from kern.files import service as files
from kern.files.check import safe_filename
from wiki.forms import EditForm
from wiki.service import Wording

_BREAKS_A_LINK = re.compile(r"[\s()<>\[\]\\]+")
FileRow = Mapping[str, Any]


def take(form: EditForm) -> None:
    """Before the database is asked. The name its owner knows it by is kept: it is made anew as
    another kind of picture, and nobody would find it under that name."""
    form.take_uploads()
    field = form.picture
    name = (form.picture_name.data or "").strip()
    if not name and field.accepted is not None:
        given = getattr(field.data, "filename", "") if field.has_upload else ""
        name = safe_filename(given or field.accepted.filename)
    form.picture_name.data = _BREAKS_A_LINK.sub("-", name)


def all_files(actor: Actor, form: EditForm, wording: Wording) -> tuple[FileRow, ...]:
    """Raises Invalid at "picture_alt"."""
    new = _new_file(actor, form)
    names = {file["name"] for file in new}
    kept = (file for file in _kept_files(wording) if file["name"] not in names)
    return (*kept, *new)


def _kept_files(wording: Wording) -> tuple[FileRow, ...]:
    """From what the page has, never from what a form says: a file's id opens the file."""
    dropped = set(request.form.getlist("weg"))
    return tuple(file for file in wording.files if file["name"] not in dropped)


def _new_file(actor: Actor, form: EditForm) -> tuple[FileRow, ...]:
    picture = form.picture.accepted
    if picture is None:
        return ()
    kept = files.keep_picture(picture, form.picture_alt.data or "", actor.party_id)
    return (
        {
            "name": form.picture_name.data or picture.filename,
            "file_id": kept.id,
            "alt": kept.title,
            "caption": form.picture_caption.data or "",
            "author": form.picture_author.data or "",
            "licence": form.picture_licence.data or "",
            "is_picture": True,
        },
    )


def with_picture(form: EditForm, text: str) -> str:
    """A new picture that the text does not name would be on no page: it comes last."""
    if form.picture.accepted is None or f"anhang:{form.picture_name.data}" in text:
        return text
    alt = re.sub(r"[\[\]\\]", "", form.picture_alt.data or "")
    return f"{text.rstrip()}\n\n![{alt}](anhang:{form.picture_name.data})\n"
