"""Write a mail as a message that cannot be bent, and hand it to the town's mail server."""

import hashlib
import hmac
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urlsplit

from kern.config import Settings
from kern.mail.kinds import Mail
from kern.town import Town, bare_host

TIMEOUT_SECONDS = 20  # per answer of the server; a lease of the worker is much longer
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^@\s<>,;:\"()\[\]\\\x00-\x1f\x7f]+")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_OURS = frozenset({
    "from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "sender",
    "return-path", "mime-version", "auto-submitted",
})  # fmt: skip
_PERMANENT = 500


class _WholeHeader(UnstructuredHeader):
    """An address no mail program may find in pieces: Python would fold what is longer than a line
    into encoded words, which nobody reads in List-Unsubscribe (RFC 2369, 2)."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_registry = HeaderRegistry()
_registry.map_to_type("list-unsubscribe", cast("type[BaseHeader]", _WholeHeader))
_POLICY = SMTP.clone(header_factory=_registry)


class MailRefused(Exception):
    """The server will never take this mail, or it cannot be written; `reason` is a short code."""

    def __init__(self, reason: str, *, recipient: str = "", said: str = "") -> None:
        """`recipient`: the address that the server refused, with what it `said`."""
        super().__init__(reason)
        self.reason = reason
        self.recipient = recipient
        self.said = said


class MailDelayed(Exception):
    """It did not work now. `unclear`: the server may have taken it; `down`: it answers nobody."""

    def __init__(self, reason: str, *, unclear: bool = False, down: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unclear = unclear
        self.down = down


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    user: str
    password: str
    tls: str  # "none", "starttls", "tls"


@dataclass(frozen=True, slots=True)
class Sender:
    address: str
    name: str
    reply_to: str = ""


def server_of(settings: Settings) -> Server | None:
    """None when the operator has named no mail server: mails then wait in the administration."""
    if not settings.smtp_host:
        return None
    return Server(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_user,
        settings.smtp_password,
        settings.smtp_tls,
    )


def sender_of(town: Town, values: Mapping[str, str]) -> Sender:
    """`values` are the town's settings: sender_address, sender_name, name, email."""
    address = values["sender_address"] or f"mitreden@{mail_host(town)}"
    return Sender(address, values["sender_name"] or values["name"], values["email"])


def mail_host(town: Town) -> str:
    return bare_host(urlsplit(town.address).netloc) or "localhost"


def signature(town: Town, entry_id: int, key: str, address: str) -> str:
    """What proves that a mail was ours and went to this address. Nobody can guess it."""
    message = f"mail:{entry_id}:{key}:{address}".encode()
    return hmac.new(town.secret, message, hashlib.sha256).hexdigest()[:32]


def message_id(town: Town, entry_id: int, key: str, address: str) -> str:
    """The same for every attempt at one entry, so that a mail sent twice can be recognised, and
    one that comes back as well."""
    return f"<{entry_id}.{signature(town, entry_id, key, address)}@{mail_host(town)}>"


def return_path(pattern: str, town: Town, id_: str) -> str:
    """Where reports about this mail go: "zurueck+{id}@{host}" with its token, of its Message-ID.

    Empty for an empty pattern: they go to the sender's address, and the Message-ID must do.
    """
    token = id_.strip("<>").partition("@")[0]
    return pattern.replace("{id}", token).replace("{host}", mail_host(town))


def to_message(mail: Mail, sender: Sender, id_: str, at: datetime) -> EmailMessage:
    """Raises MailRefused when an address is none: nothing of it ever becomes a header."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(sender.address, sender.name)
    message["To"] = _address(mail.to)
    if sender.reply_to:
        message["Reply-To"] = _address(sender.reply_to)
    message["Subject"] = one_line(mail.subject)[:200] or "-"
    message["Date"] = at
    message["Message-ID"] = id_
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
            raise MailRefused("header")
        message[name] = one_line(value)
    # Quoted-printable: no line is too long, and a server without 8BITMIME takes it too.
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def one_line(text: str) -> str:
    """Without control, line-breaking and direction-changing characters.

    Python decodes encoded words ("=?utf-8?q?=0d=0aBcc:...?=") of a header it is given, line breaks
    included, and then writes them as they are: so none may be left.
    """
    kept = (" " if unicodedata.category(sign) in _BREAKING else sign for sign in text)
    return " ".join("".join(kept).replace("=?", "= ?").split())


_BREAKING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _address(spec: str, name: str = "") -> Address:
    if not _ADDRESS.fullmatch(spec) or one_line(spec) != spec:
        raise MailRefused("address")
    user, _, domain = spec.rpartition("@")
    try:
        return Address(one_line(name)[:80], user, domain.encode("idna").decode("ascii"))
    except (ValueError, IndexError) as error:  # the header parser's own refusals
        raise MailRefused("address") from error


def _spec(header: Any) -> str:
    found: str = header.addresses[0].addr_spec
    return found


class Mailer:
    """One connection for many mails, opened when first needed and again when it was lost."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def connect(self) -> None:
        """Raises MailDelayed; every failure here is one of the server, never of a mail."""
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except (smtplib.SMTPException, OSError):
                self._close()
            else:
                return
        try:
            self._smtp = self._open()
        except smtplib.SMTPAuthenticationError as error:
            raise MailDelayed("login", down=True) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailDelayed("unsupported", down=True) from error
        except ssl.SSLError as error:
            raise MailDelayed("tls", down=True) from error
        except smtplib.SMTPResponseException as error:
            raise MailDelayed(f"smtp {error.smtp_code}", down=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailDelayed("unreachable", down=True) from error

    def send(self, message: EmailMessage, return_path: str = "") -> None:
        """To one recipient, named in the envelope: no header can add another. After `connect`."""
        if self._smtp is None:
            raise MailDelayed("unreachable", down=True)
        sender, to = return_path or _spec(message["From"]), _spec(message["To"])
        try:
            self._smtp.send_message(message, from_addr=sender, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[to]
            raise self._answered(code, to, said.decode("ascii", "replace")) from error
        except smtplib.SMTPResponseException as error:
            raise self._answered(error.smtp_code) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused("address") from error
        except (smtplib.SMTPException, OSError) as error:
            self._close()  # it may have taken the mail before it went away
            raise MailDelayed("lost", unclear=True, down=True) from error

    def _answered(
        self, code: int, recipient: str = "", said: str = ""
    ) -> MailRefused | MailDelayed:
        if code >= _PERMANENT:
            return MailRefused(f"smtp {code}", recipient=recipient, said=said)
        self._close()
        return MailDelayed(f"smtp {code}", down=code == 421)  # noqa: PLR2004 - "not available"

    def _open(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        smtp: smtplib.SMTP
        if server.tls == "tls":
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        try:
            if server.tls == "starttls":
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()
