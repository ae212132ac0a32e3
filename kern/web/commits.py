"""One commit per request, at the edge."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask.typing import ResponseReturnValue

from kern.db import db
from kern.web.guard import refuse_stale
from kern.worker_hint import hint

P = ParamSpec("P")


def commits(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Commit once, after the view returns; then wake the worker, which is only a hint.

    If the view raises, the session's end rolls back. A view that answers with an error status
    (a form shown again) commits nothing either.
    """

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        response = view(*args, **kwargs)
        if _is_refusal(response):
            db.session.rollback()
            return response
        refuse_stale()
        db.session.commit()
        hint()
        return response

    wrapped.commits = True  # type: ignore[attr-defined]  # read by the test over all routes
    return wrapped


def _is_refusal(response: ResponseReturnValue) -> bool:
    if isinstance(response, tuple) and len(response) > 1 and isinstance(response[1], int):
        return response[1] >= 400  # noqa: PLR2004 - HTTP's own border
    return getattr(response, "status_code", 200) >= 400  # noqa: PLR2004
