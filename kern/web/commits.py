"""One commit per request, at the edge."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import g
from flask.typing import ResponseReturnValue

from kern.db import Model, db
from kern.outbox.watching import has_work
from kern.web.guard import refuse_stale
from kern.worker_hint import hint

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Later:
    """A page about a change, drawn when the change is kept: nobody waits for the writer's place
    meanwhile. `about` are the things it speaks of, as they are now."""

    draw: Callable[[], ResponseReturnValue]
    about: tuple[Model, ...] = ()


def commits(view: Callable[P, ResponseReturnValue | Later]) -> Callable[P, ResponseReturnValue]:
    """Commit once, after the view returns; then wake the worker where something was noted for it,
    which is only a hint. What a view committed by itself before that wakes nobody: the worker looks
    every minute.

    If the view raises, the session's end rolls back. A view that answers with an error status
    (a form shown again) commits nothing either.
    """

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        response = view(*args, **kwargs)
        if isinstance(response, Later):
            refuse_stale()
            _commit(response.about)
            return response.draw()
        if _is_refusal(response):
            db.session.rollback()
            return response
        refuse_stale()
        _commit(())
        return response

    wrapped.commits = True  # type: ignore[attr-defined]  # read by the test over all routes
    return wrapped


def _commit(kept: tuple[Model, ...]) -> None:
    """From here on the request only reads. Things that are `kept` are not read again."""
    db.session.flush()
    for thing in kept:
        db.session.expunge(thing)
    wakes = has_work()
    db.session.commit()
    end_writing = g.pop("end_writing", None)
    if end_writing is not None:
        end_writing()
    if wakes:
        hint()


def _is_refusal(response: ResponseReturnValue) -> bool:
    if isinstance(response, tuple) and len(response) > 1 and isinstance(response[1], int):
        return response[1] >= 400  # noqa: PLR2004 - HTTP's own border
    return getattr(response, "status_code", 200) >= 400  # noqa: PLR2004
