"""Domain errors. Each carries the German sentence a person may read and its HTTP status."""


class DomainError(Exception):
    """`message` is a source string with `%(name)s` places, filled from `params` when shown."""

    status = 400

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class NotAllowed(DomainError):
    status = 403


class LoginRequired(NotAllowed):
    """The act needs an account; the edge offers the login page and comes back."""


class NotFound(DomainError):
    status = 404


class Gone(DomainError):
    """It was there and is no more, such as a link for once."""

    status = 410


class Conflict(DomainError):
    status = 409


class TooLarge(DomainError):
    status = 413


class Invalid(DomainError):
    """Input that a form field can be blamed for; `field` is the form's name of it."""

    status = 422

    def __init__(self, message: str, field: str | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.field = field


class TooMany(DomainError):
    status = 429

    def __init__(self, message: str, retry_after: int = 60, **params: object) -> None:
        """`retry_after` is in seconds."""
        super().__init__(message, retry_after=retry_after, **params)
        self.retry_after = retry_after


class Unavailable(DomainError):
    status = 503
