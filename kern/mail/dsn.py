"""Read a mail that says that another one did not arrive: a report of RFC 3464, or the free words
of Exim, qmail, Exchange, GMX and Google. Pure: bytes in, what they say out; nothing is believed.

Whether it speaks of a mail of ours, `kern.notify.bounces` decides by the token in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from enum import StrEnum
from html import unescape

LONGEST = 512 * 1024  # bytes that are read; the rest is what came back with it
LONGEST_TEXT = 32 * 1024  # characters of words that are searched
MOST_TOKENS = 10
TOKEN = re.compile(r"(?<![0-9])([0-9]{1,10})\.([0-9a-f]{32})@")
"""In the Message-ID, and in the address a report is sent to."""

_ADDRESS = re.compile(r"[A-Za-z0-9._%+=~&'/-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z0-9-]{2,63}")
_STATUS = re.compile(r"(?<![0-9.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
_CODE = re.compile(r"(?<![0-9.])([45][0-9]{2})(?=[ -])")
_TAG = re.compile(r"<[^<>]*>")
_RETURNED = re.compile(r"---.{0,20}(?:copy|original|below)|\nReceived: |\nReturn-Path:")


def _any(*parts: str) -> "re.Pattern[str]":
    return re.compile("|".join(parts), re.IGNORECASE)


_FREE_FORMS = _any(
    r"this message was created automatically by mail delivery software",
    r"this is the qmail-send program",
    r"did not reach (?:some or all of )?the intended recipient",
    r"delivery has failed|delivery status notification|mail delivery (?:failed|system)",
    r"undeliver(?:able|ed)|returning message to sender",
    r"nicht zugestellt|unzustellbar|zustellung .{0,40}fehlgeschlagen",
)
_POLICY = _any(
    r"\b(?:spam|blocked|blacklist|block ?list|rbl|dnsbl|reputation|policy|dmarc|spf|dkim)\b",
    r"\b(?:rate limit|greylist|virus)",
)
_NOBODY = _any(
    r"user unknown|unknown (?:user|recipient|address|mailbox)",
    r"no such (?:user|recipient|mailbox|address)|no mailbox",
    r"do(?:es)? not exist|doesn't exist|not exist",
    r"mailbox (?:is )?(?:unavailable|not found|disabled)",
    r"account (?:is |has been )?(?:disabled|closed)",
    r"recipient (?:address )?(?:not found|unknown)|recip(?:ient)?notfound",
    r"invalid (?:recipient|mailbox)|unrouteable",
    r"address (?:not found|couldn't be found)|host (?:or domain name )?not found",
    r"unbekannt|existiert nicht|nicht gefunden",
)
_FULL = _any(r"quota|mailbox (?:is )?full|insufficient storage|\bvoll\b")
# RFC 3463 and the IANA registry: nobody there, no such domain, no such syntax, moved, disabled.
_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_VAGUE = frozenset({"", "5.0.0", "5.1.0", "5.2.0", "5.4.0", "5.5.0", "5.7.0"})


class Kind(StrEnum):
    GONE = "gone"  # nobody is there: writing again is in vain
    FAILED = "failed"  # this mail did not arrive; the next one may


@dataclass(frozen=True, slots=True)
class Failure:
    """`address` as the report names it, lower case; empty where it names none."""

    address: str
    kind: Kind
    code: str = ""  # "5.1.1"


@dataclass(frozen=True, slots=True)
class Report:
    """`tokens` are pairs (entry of the outbox, signature) found anywhere in it."""

    tokens: Sequence[tuple[int, str]]
    failures: Sequence[Failure]


def read(raw: bytes) -> Report | None:
    """None for everything that reports no failure: other mail, absences, delays, receipts.

    Strangers feed this: the old policy of Python's parser leaves headers alone, which the new one
    can take minutes to understand.
    """
    try:
        message = message_from_bytes(raw[:LONGEST], policy=compat32)
        failures = _of_report(message) if _is_report(message) else _of_words(message)
        tokens = _tokens(message, raw[:LONGEST]) if failures else ()
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return None  # what nobody can read reports nothing
    return Report(tokens, failures) if failures else None


def status_in(text: str) -> str:
    """The first enhanced status code, such as "5.1.1"; empty when there is none."""
    return _first(_STATUS, text)


def kind_of(code: str, text: str) -> Kind:
    """By the enhanced status code; by the words where it says nothing in particular."""
    if code.startswith("4") or _POLICY.search(text) or _FULL.search(text):
        return Kind.FAILED
    if code in _GONE:
        return Kind.GONE
    return Kind.GONE if code in _VAGUE and _NOBODY.search(text) else Kind.FAILED


# Reports


def _is_report(message: Message) -> bool:
    return any(True for _ in _blocks(message))


def _blocks(message: Message) -> Iterator[Message]:
    """One about the mail, then one for each recipient (RFC 3464, 2)."""
    for part in message.walk():
        blocks = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks, list):
            yield from (block for block in blocks if isinstance(block, Message))


def _of_report(message: Message) -> list[Failure]:
    return [
        _of_block(block)
        for block in _blocks(message)
        if _header(block, "Action").strip().lower() == "failed"
    ]


def _of_block(block: Message) -> Failure:
    text = _header(block, "Diagnostic-Code")
    status = status_in(_header(block, "Status")) or status_in(text)
    address = _header(block, "Original-Recipient") or _header(block, "Final-Recipient")
    named = _first(_ADDRESS, address.rpartition(";")[2])
    return Failure(named.lower(), kind_of(status, text), status)


# Free words


def _of_words(message: Message) -> list[Failure]:
    text, subject = _written(message), _subject(message)
    if not _is_from_a_machine(message) or not _FREE_FORMS.search(f"{subject}\n{text}"):
        return []
    named = _ADDRESS.findall(_header(message, "X-Failed-Recipients"))
    if not named and _is_warning(subject, text):
        return []
    addresses = named or [_first(_ADDRESS, _RETURNED.split(text)[0])]
    return [_of_text(address, _around(text, address) or text) for address in addresses]


def _is_from_a_machine(message: Message) -> bool:
    """People answer too, and quote what they answer; absences come from nobody as well."""
    if _header(message, "Auto-Submitted").lower().startswith("auto-replied"):
        return bool(_header(message, "X-Failed-Recipients"))
    sender = f"{_header(message, 'Return-Path')} {_header(message, 'From')}".lower()
    return "<>" in sender or bool(re.search(r"mailer-daemon|postmaster|mail delivery", sender))


def _is_warning(subject: str, text: str) -> bool:
    is_late = re.search(r"\bdelay(?:ed)?\b|verzögert", subject.lower())
    return bool(is_late) or "you do not need to resend" in text.lower()


def _of_text(address: str, text: str) -> Failure:
    code = status_in(text)
    if not code:
        smtp = _first(_CODE, text)
        code = f"{smtp[0]}.0.0" if smtp else ""
    return Failure(address.lower(), kind_of(code, text), code)


def _around(text: str, address: str) -> str:
    """What is said about one recipient: from its first mention on, a few lines."""
    place = text.lower().find(address.lower()) if address else -1
    return text[place : place + 800] if place >= 0 else ""


# Parts


def _written(message: Message) -> str:
    """The words of the report itself, without what it returns."""
    for kind in ("text/plain", "text/html"):
        for part in message.walk():
            if part.get_content_type() == kind:
                text = _decoded(part)[:LONGEST_TEXT]
                return unescape(_TAG.sub(" ", text)) if kind == "text/html" else text
    return ""


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    return payload.decode(charset, "replace") if isinstance(payload, bytes) else ""


def _tokens(message: Message, raw: bytes) -> list[tuple[int, str]]:
    """Also in parts whose encoding hides it from a plain search."""
    parts = (_decoded(part) for part in message.walk() if not part.is_multipart())
    found: dict[tuple[str, str], None] = {}
    for text in (raw.decode("latin-1"), *parts):
        found |= dict.fromkeys(TOKEN.findall(text))
    return [(int(number), signature) for number, signature in found][:MOST_TOKENS]


def _subject(message: Message) -> str:
    raw = _header(message, "Subject")[:1000]
    try:
        return str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError):
        return raw


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:LONGEST_TEXT]


def _first(pattern: "re.Pattern[str]", text: str) -> str:
    found = pattern.search(text)
    return (found[1] if found.re.groups else found[0]) if found else ""
