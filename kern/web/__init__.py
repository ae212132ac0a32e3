"""The edge between HTTP and the domain: town, actor, one commit per action, headers, errors."""

from kern.web.app import init_app
from kern.web.commits import commits
from kern.web.guard import csrf_field
from kern.web.identity import current_actor, require, require_login

__all__ = ["commits", "csrf_field", "current_actor", "init_app", "require", "require_login"]
