"""One place to ask for the time, so tests can hold it still."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC, with the database's microseconds."""
    return datetime.now(UTC)
