"""The files that come with a text: their names, their rows, their places in the text."""

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
_BREAKS_WORDS = re.compile(r"[\[\]\\]")
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
    form.picture_name.data = _linkable(name)
    document = form.document.accepted
    if document is not None and not (form.document_title.data or "").strip():
        form.document_title.data = document.filename.rpartition(".")[0].replace("_", " ")


def all_files(actor: Actor, form: EditForm, wording: Wording) -> tuple[FileRow, ...]:
    """Raises Invalid at "picture_alt"."""
    new = (*_new_picture(actor, form), *_new_document(actor, form))
    names = {file["name"] for file in new}
    kept = (file for file in _kept_files(wording) if file["name"] not in names)
    return (*kept, *new)


def _kept_files(wording: Wording) -> tuple[FileRow, ...]:
    """From what the page has, never from what a form says: a file's id opens the file."""
    dropped = set(request.form.getlist("weg"))
    return tuple(file for file in wording.files if file["name"] not in dropped)


def _new_picture(actor: Actor, form: EditForm) -> tuple[FileRow, ...]:
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


def _new_document(actor: Actor, form: EditForm) -> tuple[FileRow, ...]:
    document = form.document.accepted
    if document is None:
        return ()
    kept = files.keep_document(document, form.document_title.data or "", actor.party_id)
    name = _linkable(document.filename)
    return ({"name": name, "file_id": kept.id, "alt": kept.title, "caption": kept.title},)


def with_files(form: EditForm, text: str) -> str:
    """A new file that the text does not name would be on no page: it comes last."""
    if form.picture.accepted is not None:
        words = form.picture_alt.data or ""
        text = _naming(text, f"![{_plain(words)}](anhang:{form.picture_name.data})")
    if form.document.accepted is not None:
        words = form.document_title.data or ""
        name = _linkable(form.document.accepted.filename)
        text = _naming(text, f"[{_plain(words)}](anhang:{name})")
    return text


def _naming(text: str, link: str) -> str:
    named = link.rpartition("](")[2]
    return text if f"({named}" in text else f"{text.rstrip()}\n\n{link}\n"


def _linkable(name: str) -> str:
    return _BREAKS_A_LINK.sub("-", name)


def _plain(words: str) -> str:
    return _BREAKS_WORDS.sub("", words)
