"""Flask-Login, thinly: `current_user` shows our actor. Our session rows stay the only truth.

Nothing of its own sessions, remember cookie or redirects is used.
"""

from flask import Flask, Request, g
from flask_login import LoginManager, UserMixin

from kern.actor import Actor
from kern.web.identity import current_actor


class User(UserMixin):  # type: ignore[misc]  # the package has no types
    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        return str(self.actor.account_id)


def _load(_request: Request) -> User | None:
    actor = current_actor()
    return User(actor) if actor.is_authenticated else None


def init_app(app: Flask) -> None:
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_load)
    manager.init_app(app, add_context_processor=False)
    app.teardown_request(lambda _error: g.pop("_login_user", None))
