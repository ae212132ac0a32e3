"""One row per thing that others belong to: a project, a wiki space, the town itself.

Surveys, threads, pages, grants, follows and filters point here, so no room needs another's tables.
What a phase allows is written out as windows; every room asks `require_open`.
"""

from kern.scope.models import (
    UNSHOWN,
    Act,
    Moderation,
    Scope,
    ScopeState,
    Visibility,
    Window,
)
from kern.scope.service import (
    OPEN_WINDOWS,
    SCOPE_KEY,
    Span,
    Spans,
    get_scope,
    is_open,
    list_windows,
    opened,
    read_again,
    replace_windows,
    require_open,
    town_scope,
)

__all__ = [
    "OPEN_WINDOWS",
    "SCOPE_KEY",
    "UNSHOWN",
    "Act",
    "Moderation",
    "Scope",
    "ScopeState",
    "Span",
    "Spans",
    "Visibility",
    "Window",
    "get_scope",
    "is_open",
    "list_windows",
    "opened",
    "read_again",
    "replace_windows",
    "require_open",
    "town_scope",
]
