"""What no view should have to think about: numbers no table holds, characters no text has."""

from collections.abc import Iterator
from typing import Any

from flask import Flask, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from kern.errors import DomainError
from kern.ids import LARGEST_ID

UNREADABLE = "Ihre Anfrage konnten wir nicht verstehen. Bitte versuchen Sie es noch einmal."
LONGEST_FORM = 1024 * 1024  # bytes, without files


class Unreadable(DomainError):
    status = 400


class Id(IntegerConverter):
    """`<int:...>`: SQLite ends at 63 bits, PostgreSQL's INTEGER at 31; both raise beyond."""

    regex = "[0-9]{1,10}"

    def __init__(self, map_: Map, **kwargs: Any) -> None:
        super().__init__(map_, **{"max": LARGEST_ID, **kwargs})


def limit_body() -> None:
    """Only uploads may be long. Werkzeug reads other forms whole, whatever its own limits say."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LONGEST_FORM


def check_signs() -> None:
    """Raises Unreadable for NUL: nobody can type it, and PostgreSQL keeps none in a text."""
    if any("\0" in part for part in _parts()):
        raise Unreadable(UNREADABLE)


def _read_form() -> None:
    """The one place where a body is read, so that a broken one is the sender's fault: servers say
    it with errors of their own classes."""
    try:
        request.form  # noqa: B018 - reading is the point
    except HTTPException:
        raise
    except Exception as error:
        raise Unreadable(UNREADABLE) from error


def _parts() -> Iterator[str]:
    _read_form()
    yield request.path
    yield from _names_and_values(request.args)
    yield from _names_and_values(request.form)
    for name, file in request.files.items(multi=True):
        yield from (name, file.filename or "")


def _names_and_values(found: MultiDict[str, str]) -> Iterator[str]:
    for pair in found.items(multi=True):
        yield from pair


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = Id
    app.before_request(limit_body)
    app.before_request(check_signs)
