"""The edge between HTTP and the domain: town, actor, one commit per action, headers, errors."""

from kern.web.app import init_app, safe_next
from kern.web.bell import shows
from kern.web.commits import Later, commits
from kern.web.forms import Form, OpenForm
from kern.web.guard import csrf_field, shows_again
from kern.web.identity import current_actor, require, require_fresh, require_login
from kern.web.limit import (
    limit,
    limit_entering,
    limit_following,
    limit_mails,
    limit_network,
    limit_voting,
    limit_withdrawing,
    limit_writing,
)
from kern.web.notice import notice
from kern.web.pages import depends_on, depends_on_everything, kept_part

__all__ = [
    "Form",
    "Later",
    "OpenForm",
    "commits",
    "csrf_field",
    "current_actor",
    "depends_on",
    "depends_on_everything",
    "init_app",
    "kept_part",
    "limit",
    "limit_entering",
    "limit_following",
    "limit_mails",
    "limit_network",
    "limit_voting",
    "limit_withdrawing",
    "limit_writing",
    "notice",
    "require",
    "require_fresh",
    "require_login",
    "safe_next",
    "shows",
    "shows_again",
]
