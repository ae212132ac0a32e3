"""What PostgreSQL says of a row with an error stays out of our log: it has whole values in it.

"DETAIL: Key (email)=(...) already exists." stands in the text of the driver's error, and so in that
of SQLAlchemy's and in every traceback; "CONTEXT" quotes what was being read in. Errors of class 22
quote a value in what they say first: only their name and number stay. Programs still find all of
that in `diag`.
"""

import re

from sqlalchemy import ExceptionContext

_VALUES = re.compile(r"\n(?:DETAIL|CONTEXT):.*", re.DOTALL)
_OF_A_VALUE = "22"  # SQLSTATE's class "data exception"


def cut(error: BaseException) -> None:
    """Leave what happened, without the values it happened to."""
    cause = getattr(error, "orig", None) or error  # SQLAlchemy's has the driver's
    state: str = getattr(cause, "sqlstate", None) or ""
    if state.startswith(_OF_A_VALUE):
        error.args = (f"{type(cause).__name__} ({state})",)
        return
    error.args = tuple(_VALUES.sub("", one) if isinstance(one, str) else one for one in error.args)


def cut_both(context: ExceptionContext) -> None:
    """For SQLAlchemy's `handle_error`: the driver's error, and what was made of it already."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            cut(error)
