"""What PostgreSQL says of a row with an error stays out of our log: it has whole values in it.

"DETAIL: Key (email)=(...) already exists." stands in the text of the driver's error, and so in that
of SQLAlchemy's and in every traceback; "CONTEXT" quotes what was being read in. Programs still find
both in `diag`.
"""

import re

from sqlalchemy import ExceptionContext

_VALUES = re.compile(r"\n(?:DETAIL|CONTEXT):.*", re.DOTALL)


def cut(error: BaseException) -> None:
    """Leave what happened, without the values it happened to."""
    error.args = tuple(_VALUES.sub("", one) if isinstance(one, str) else one for one in error.args)


def cut_both(context: ExceptionContext) -> None:
    """For SQLAlchemy's `handle_error`: the driver's error, and what was made of it already."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            cut(error)
