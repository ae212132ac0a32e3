"""The blueprints of the desk and of reports, and the way in for moderators."""

from flask import Blueprint

from kern.actor import Actor
from kern.errors import LoginRequired, NotAllowed
from kern.moderation.queue import DESK
from kern.web import current_actor

blueprint = Blueprint("moderation", __name__, url_prefix="/moderation")
reports = Blueprint("melden", __name__, url_prefix="/melden")


def moderator() -> Actor:
    """Whoever may open the desk for at least one scope; which cases, the service says."""
    actor = current_actor()
    if actor.may_anywhere(DESK):
        return actor
    if not actor.is_authenticated:
        raise LoginRequired("Bitte melden Sie sich an.")
    raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
