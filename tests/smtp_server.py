"""A real mail server for tests, on a free port of loopback."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Inbox:
    """What arrived: (recipients of the envelope, message). `answer` decides for each."""

    port: int = 0
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    answer: Callable[[Envelope], str] = lambda _envelope: "250 OK"
    refuse: Callable[[str], str] = lambda _address: ""  # what is said to a recipient, if anything
    senders: list[str] = field(default_factory=list)  # of the envelopes

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.refuse(address)
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.answer(envelope)
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.senders.append(str(envelope.mail_from))
            self.mails.append((list(envelope.rcpt_tos), message))
        return answer

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for _, message in self.mails]


@contextmanager
def smtp_server() -> Iterator[Inbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        inbox = Inbox(port=probe.getsockname()[1])
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()
