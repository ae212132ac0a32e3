"""Take in mails that came back: one piped in by the mail server, or all of a mailbox."""

import logging
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from kern.db import db, writing
from kern.later import Later
from kern.mail.dsn import LONGEST, read
from kern.notify import bounces
from kern.notify.bounces import Taken
from kern.town import Towns, use_town

if TYPE_CHECKING:
    import mailbox
else:
    mailbox = Later("mailbox")

log = logging.getLogger(__name__)

OURS = frozenset({Taken.COUNTED, Taken.STOPPED})


def take(app: Flask, raw: bytes) -> Taken:
    """Asks every town whether it is about a mail of theirs: the token in it says so."""
    report = read(raw)
    if report is None:
        return Taken.NO_REPORT
    towns: Towns = app.extensions["dorflinde.towns"]
    for town in towns.all():
        with use_town(town), app.app_context(), writing():
            try:
                taken = bounces.take_report(report)
                db.session.commit()
            finally:
                db.session.remove()
        if taken in OURS:
            return taken
    return Taken.UNKNOWN


def take_mailbox(app: Flask, path: Path) -> int:
    """Everything new in a Maildir or an mbox file; returns how many reports were about our mails.

    Those are removed. What is something else stays, marked as read: somebody may have answered.
    """
    try:
        return _take_maildir(app, path) if path.is_dir() else _take_mbox(app, path)
    except mailbox.NoSuchMailboxError:
        log.warning("Das Postfach für Rückläufer gibt es nicht: %s", path)
    except mailbox.ExternalClashError:
        log.info("Das Postfach für Rückläufer ist gerade in Gebrauch: %s", path)
    return 0


def _take_maildir(app: Flask, path: Path) -> int:
    box, count = mailbox.Maildir(path, create=False), 0
    for key, message in box.items():
        if "S" in message.get_flags():
            continue
        if take(app, message.as_bytes()) in OURS:
            box.discard(key)
            count += 1
        else:
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message
    return count


def _take_mbox(app: Flask, path: Path) -> int:
    count = 0
    with closing(mailbox.mbox(path, create=False)) as box:
        box.lock()  # closing gives it back
        for key, message in box.items():
            if "R" in message.get_flags():
                continue
            if take(app, message.as_bytes()) in OURS:
                box.discard(key)
                count += 1
            else:
                message.add_flag("R")
                box[key] = message
    return count


def take_one(app: Flask, raw: bytes) -> str:
    """For the command that a mail server pipes a message into; answers in one sentence."""
    return {
        Taken.NO_REPORT: "Das ist kein Rückläufer.",
        Taken.UNKNOWN: "Der Rückläufer gehört zu keiner unserer Mails.",
        Taken.COUNTED: "Der Rückläufer ist gezählt.",
        Taken.STOPPED: "Der Rückläufer ist gezählt. An diese Adresse geht nichts mehr.",
    }[take(app, raw[:LONGEST])]
