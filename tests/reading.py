"""What a form says of a page that somebody read before they sent it."""

from datetime import timedelta

from kern import clock
from kern.web.age import FIELD, opened_field


def read_before(subject: str) -> dict[str, str]:
    """The field of a page that was opened nine seconds ago."""
    with clock.at(clock.now() - timedelta(seconds=9)):
        return {FIELD: str(opened_field(subject)).split('value="')[1].removesuffix('">')}
