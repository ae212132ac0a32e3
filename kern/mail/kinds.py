"""The kinds of mails this installation can write, registered by portal."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


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


_kinds: dict[str, MailKind] = {}


def fill(found: Iterable[MailKind]) -> None:
    _kinds.clear()
    for kind in found:
        if kind.name in _kinds:
            raise ValueError(f"mail kind {kind.name!r} is registered twice")
        _kinds[kind.name] = kind


def kinds() -> Mapping[str, MailKind]:
    return _kinds
