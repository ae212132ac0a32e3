"""A worker to be killed: forks children that drain a town, and kills each at a random moment.

    python tests/kern/worker_probe.py DATA SMTP_PORT KILLS
    python tests/kern/worker_probe.py DATA SMTP_PORT 0       drain once, beside others
    python tests/kern/worker_probe.py DATA SMTP_PORT serve   the real worker, until it is ended

Writes how many kills met a mail between the beginning and the end of its sending. A database other
than the town's own file is named by the environment, as for the program.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kern import mail
from kern.clock import now
from kern.config import Settings
from kern.db import db, engines
from kern.db.engines import open_engine
from kern.mail import Mail, MailKind
from kern.notify.digests import make_digests
from kern.notify.mails import MAIL_KINDS
from kern.town import Towns, use_town
from kern.worker import Pace, Worker, drain, lease, ticks
from kern.worker.sweep import SLICE_BATCH, SLICE_SECONDS
from portal.app import create_app

LEASE = timedelta(milliseconds=400)
BURN = 0.02  # seconds of CPU: several turns of the scheduler


def build(payload: Mapping[str, Any]) -> Mail:
    to = f"{payload['recipient']}@lindenau.example"
    return Mail(to, "Probe", "Guten Tag", "<p>Guten Tag</p>")


KINDS = (
    MailKind("probe.again", "Probe", build),
    MailKind("probe.once", "Probe", build, resend_unclear=False),
    *MAIL_KINDS,
)


def settings_for(data: Path, port: int) -> Settings:
    database = os.environ.get("DORFLINDE_DATABASE", "")
    redis = os.environ.get("DORFLINDE_REDIS", "")
    return Settings(
        data=data,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls="none",
        database=database,
        redis=redis,
    )


def work(app: Flask, data: Path, port: int, lasting: timedelta) -> None:
    settings = settings_for(data, port)
    with use_town(Towns(settings).by_slug("ort")), app.app_context():
        drain(settings, Pace(facts=lasting, mail=lasting))
        ticks._run(ticks._Due(make_digests, ticks.MINUTE), now())
        db.session.remove()
        drain(settings, Pace(facts=lasting, mail=lasting))
    engines.close()


def in_window(data: Path) -> set[tuple[int, str]]:
    """Mails whose sending began and is not finished: (entry, when it began)."""
    query = (
        "SELECT id, CAST(started_sending_at AS varchar(40)) FROM kern_outbox"
        " WHERE state = 'running' AND started_sending_at IS NOT NULL"
    )
    engine = open_engine(Towns(settings_for(data, port=1)).by_slug("ort"))
    with engine.connect() as connection:
        found = {(row[0], row[1]) for row in connection.execute(text(query))}
    engine.dispose()  # nothing of it may be open when the next child is born
    return found


def slowness() -> float:
    """How many times longer work takes now than on a machine of its own; at least 1."""
    before, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < BURN:
        pass
    return max(1.0, (time.perf_counter() - before) / BURN)


def live_and_die(app: Flask, data: Path, port: int, seconds: float) -> set[tuple[int, str]]:
    """`seconds` begin when the child begins to work, and are as long as the machine is slow: what
    counts is how far it came."""
    seconds *= slowness()
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(say, b".")
        while True:
            work(app, data, port, LEASE)
            time.sleep(0.02)
    os.read(hear, 1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(hear)
    os.close(say)
    return in_window(data)


def serve(data: Path, port: int) -> None:
    settings = settings_for(data, port)
    app = create_app(settings)
    mail.fill(KINDS)
    pace = Pace(facts=4 * LEASE, mail=4 * LEASE, slice=SLICE_SECONDS, batch=SLICE_BATCH)
    Worker(app, settings, app.extensions["dorflinde.towns"], pace=pace).run()


def main(data: Path, port: int, kills: int) -> None:
    app = create_app(settings_for(data, port))  # opens nothing, so it may be forked
    mail.fill(KINDS)
    if not kills:
        work(app, data, port, Pace().mail)
        return
    lease.MAX_ATTEMPTS += kills  # each costs all that was taken with it an attempt
    met: set[tuple[int, str]] = set()
    for _ in range(kills):
        met |= live_and_die(app, data, port, random.uniform(0.02, 0.3))  # noqa: S311 - dice
    sys.stdout.write(str(len(met)))
    time.sleep(2 * LEASE.total_seconds())
    work(app, data, port, timedelta(minutes=5))


if __name__ == "__main__":
    if sys.argv[3] == "serve":
        serve(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
