"""Mails out of the outbox to the mail server, one at a time.

Between the server's "250" and our own commit nobody can know what happened. So the beginning is
written down first, and what a crash left behind is sent again under the same Message-ID, or, where
a second copy would do harm, reported to the administration.
"""

import logging
import time
from dataclasses import dataclass
from email.message import EmailMessage

from kern.clock import now
from kern.config import Settings
from kern.db import db, writing
from kern.mail import MailKind, dsn, kinds, smtp
from kern.mail.dsn import Failure
from kern.mail.smtp import MailDelayed, Mailer, MailRefused, Sender
from kern.notify import bounces
from kern.outbox import State
from kern.settings import town_settings
from kern.town import current_town
from kern.worker import lease
from kern.worker.lease import Job, Pace

log = logging.getLogger(__name__)

OUTAGE_SECONDS = 10
MOST_PER_DRAIN = 500  # then facts have their turn again
_GIVEN_UP = {State.DEAD: "nicht zustellbar", State.UNCLEAR: "vielleicht schon zugestellt"}


class _Outage:
    """A mail server that did not answer, remembered for a moment by this process."""

    def __init__(self) -> None:
        self._until: dict[smtp.Server, float] = {}

    def begin(self, server: smtp.Server) -> None:
        self._until[server] = time.monotonic() + OUTAGE_SECONDS

    def is_on(self, server: smtp.Server) -> bool:
        return time.monotonic() < self._until.get(server, 0)


_outage = _Outage()


@dataclass(slots=True)
class Sent:
    sent: int = 0
    held: int = 0
    failed: int = 0
    is_cut_off: bool = False


def drain_mails(settings: Settings, pace: Pace) -> Sent:
    """Everything that is due, until the server does not answer."""
    server = smtp.server_of(settings)
    if server is None:
        return Sent(held=lease.hold_mails())
    lease.release_held()
    if pace.is_sliced and _outage.is_on(server):
        return Sent()  # all towns share the server, and none waits for it twice
    sent = Sent()
    with Mailer(server) as mailer:
        round_ = _Round(mailer, _sender(), pace, settings.bounce_address)
        for _ in range(MOST_PER_DRAIN):
            jobs = lease.take("mail", 1, pace.holder, pace.mail)
            if not jobs:
                break
            is_sent = round_.deliver(jobs[0])
            sent.sent += is_sent
            sent.failed += not is_sent
            if round_.is_down:
                _outage.begin(server)
                break
            if pace.is_over():
                break
        else:
            sent.is_cut_off = True
    return sent


def _sender() -> Sender:
    sender = smtp.sender_of(current_town(), town_settings().values)
    db.session.rollback()
    return sender


class _Pointless(Exception):
    """`reason` is "pointless", or "bounced" for an address whose mails come back."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _note_refusal(job: Job, refused: MailRefused) -> None:
    """The server of the address itself says that nobody is there: no report will come."""
    code = dsn.status_in(refused.said)
    failure = Failure(refused.recipient, dsn.kind_of(code, refused.said), code)
    with writing():
        bounces.note(failure.address, failure, job.id)
        db.session.commit()
    db.session.remove()


class _Round:
    def __init__(self, mailer: Mailer, sender: Sender, pace: Pace, bounce_address: str) -> None:
        self._mailer = mailer
        self._sender = sender
        self._holder = pace.holder
        self._bounce_address = bounce_address
        self.is_down = False

    def deliver(self, job: Job) -> bool:
        """Whether the entry is done."""
        kind = kinds().get(job.name)
        if kind is None:
            return self._give_up(job, "template")
        if job.began and not kind.resend_unclear:
            return self._give_up(job, "crash", State.UNCLEAR)
        if job.attempts > lease.MAX_ATTEMPTS:
            return self._give_up(job, lease.OVERDUE)
        return self._deliver(job, kind)

    def _deliver(self, job: Job, kind: MailKind) -> bool:
        try:
            self._send(job, self._write(job, kind))
        except _Pointless as pointless:
            lease.skip(job, self._holder, pointless.reason)
            return True
        except MailRefused as refused:
            if refused.recipient:
                _note_refusal(job, refused)
            return self._give_up(job, refused.reason)
        except MailDelayed as delayed:
            return self._delay(job, kind, delayed)
        lease.done([job], self._holder)
        return True

    def _write(self, job: Job, kind: MailKind) -> EmailMessage:
        """Raises _Pointless, say because the account is gone."""
        try:
            mail = kind.build(job.payload)
            is_stopped = mail is not None and bounces.find_stopped(mail.to) is not None
        except Exception as error:
            log.exception("Die Mail %s lässt sich nicht schreiben", job.name)
            raise MailDelayed(f"write {type(error).__name__}", unclear=job.began) from error
        finally:
            db.session.rollback()
        if mail is None or (is_stopped and not kind.asked):
            raise _Pointless("bounced" if is_stopped else "pointless")
        id_ = smtp.message_id(current_town(), job.id, job.key, mail.to)
        return smtp.to_message(mail, self._sender, id_, now())

    def _send(self, job: Job, message: EmailMessage) -> None:
        try:
            self._mailer.connect()
        except MailDelayed as delayed:
            delayed.unclear = job.began
            raise
        if not lease.begin_sending(job, self._holder):
            raise MailDelayed("lease", unclear=True)
        path = smtp.return_path(self._bounce_address, current_town(), str(message["Message-ID"]))
        self._mailer.send(message, path)

    def _give_up(self, job: Job, reason: str, state: State = State.DEAD) -> bool:
        log.error("Die Mail %s (Eintrag %s) ist %s: %s", job.name, job.id, _GIVEN_UP[state], reason)
        lease.park([job], self._holder, state, reason)
        return False

    def _delay(self, job: Job, kind: MailKind, delayed: MailDelayed) -> bool:
        self.is_down = delayed.down
        if delayed.unclear and not kind.resend_unclear:
            return self._give_up(job, delayed.reason, State.UNCLEAR)
        log.warning("Die Mail %s (Eintrag %s) kommt später: %s", job.name, job.id, delayed.reason)
        lease.retry_later(job, self._holder, delayed.reason, may_be_sent=delayed.unclear)
        return False
