"""What a page for strangers shows, said by its view; the counters are read in the same snapshot."""

from dataclasses import dataclass, field

from flask import Flask, Response, g, request
from sqlalchemy import Engine

from kern.db import db, enter_replica, leave_replica
from kern.outbox import watching
from kern.town import current_town
from kern.web.pages.replica import Replicas

ALWAYS = ("settings", "people", watching.REST)
"""Names, colours and words of the town; names of people; whatever belongs to no scope."""
ASKED = "dorflinde.page"
_OK = 200


@dataclass(slots=True)
class Asked:
    """Laid into the request by the layer; `revs` is filled when the answer may be kept."""

    keys: set[str] = field(default_factory=set)
    revs: dict[str, int] = field(default_factory=dict)
    snapshot: int | None = None  # number of the transaction that all of the page must come from
    replicas: Replicas | None = None  # where the page may be read from
    is_replica: bool = False  # and where it was
    endpoint: str = ""


def depends_on(*scope_ids: int) -> None:
    """This page shows these scopes, and nothing that belongs to another. Without any: only the
    town's own words."""
    _declare(*(f"scope:{id_}" for id_ in scope_ids))


def depends_on_everything() -> None:
    """This page shows things of all scopes."""
    _declare(watching.SCOPES)


def _declare(*keys: str) -> None:
    asked = _asked()
    if asked is not None:
        asked.keys.update(ALWAYS, keys)
        watching.watch(*asked.keys)


def _asked() -> Asked | None:
    found = request.environ.get(ASKED)
    return found if isinstance(found, Asked) else None


def _take_snapshot() -> None:
    """On PostgreSQL the counters and the page must come from one state of the data; on SQLite a
    transaction is one by itself."""
    asked = _asked()
    if asked is None or "leave" not in g or db.session().in_transaction():
        return  # without a town, or in the middle of something
    _choose_database(asked)
    asked.snapshot = watching.begins() + 1
    bind = db.session.get_bind()
    if isinstance(bind, Engine) and bind.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _choose_database(asked: Asked) -> None:
    asked.endpoint = request.endpoint or ""
    if asked.replicas is None or not asked.endpoint:
        return
    if asked.replicas.engine_for(current_town(), asked.endpoint) is not None:
        asked.is_replica = True
        g.leave.append((leave_replica, enter_replica()))


def _settle(response: Response) -> Response:
    """Fill in the counters, unless the page was put together from two states of the data."""
    asked = _asked()
    if asked is None or not asked.keys or not _may_be_kept(response):
        return response
    keys = tuple(sorted(asked.keys))
    revs = watching.known(keys)
    if watching.begins() == asked.snapshot:
        asked.revs = dict(zip(keys, revs, strict=True))
    return response


def _may_be_kept(response: Response) -> bool:
    return (
        response.status_code == _OK
        and not response.is_streamed
        and "Set-Cookie" not in response.headers
        and not response.cache_control.no_store
        and not response.cache_control.private
    )


def init_app(app: Flask) -> None:
    app.before_request(_take_snapshot)
    app.after_request(_settle)
