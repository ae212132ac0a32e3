"""The kinds of mails this installation can write, registered by portal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kern.named import Named


@dataclass(frozen=True, slots=True)
class Mail:
    """Ready to be sent. `text` and `html` say the same; addresses are checked before."""

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailKind:
    """`build` gets the outbox payload; None means that the mail has become pointless."""

    name: str
    label: str  # German, for the administration
    build: Callable[[Mapping[str, Any]], Mail | None]
    resend_unclear: bool = True  # after a crash in the one window: send again, or report
    asked: bool = False  # somebody waits for it: sent even where mails came back


_kinds = Named[MailKind]("mail kind", lambda kind: kind.name)
fill = _kinds.fill


def kinds() -> Mapping[str, MailKind]:
    return _kinds
