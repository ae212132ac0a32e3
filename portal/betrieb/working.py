"""The worker process as the operator's commands start it."""

import logging
from pathlib import Path

from flask import Flask

from kern.clock import now
from kern.config import Settings
from kern.town import Towns
from kern.worker import Worker
from portal.betrieb import bounces, logs


def run_worker(app: Flask, settings: Settings) -> int:
    logging.basicConfig(format="%(asctime)s %(name)s: %(message)s", datefmt="%Y-%m-%d %H:%M:%S")
    towns: Towns = app.extensions["dorflinde.towns"]

    def each_sweep() -> None:
        logs.expire(settings.own, settings.log_days, now())
        if settings.bounce_mailbox:
            bounces.take_mailbox(app, Path(settings.bounce_mailbox))

    Worker(app, settings, towns, each_sweep=each_sweep).run()
    return 0
