"""`python -m portal.betrieb.serve --port 8000`: web and worker of an installation, watched over.

The program is read once, and both begin as copies of it: they share its memory, start in a moment,
and start again in a moment after a crash.
"""

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from gunicorn.app.wsgiapp import WSGIApplication

from kern import config
from kern.config import Settings
from portal.app import create_app
from portal.betrieb.supervisor import Born, Program, Supervisor, lock
from portal.betrieb.wake import wake_worker
from portal.betrieb.working import run_worker

CONF = Path(__file__).with_name("gunicorn_conf.py")


class Web(WSGIApplication):  # type: ignore[misc]  # the package has no types
    """gunicorn around an app that is made already."""

    def __init__(self, app: Flask) -> None:
        self.made = app
        super().__init__("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn")

    def load(self) -> Flask:
        return self.made


def programs(app: Flask, settings: Settings, port: int) -> list[Program]:
    def serve() -> int:
        sys.argv = ["gunicorn", "-c", str(CONF), "--bind", f"127.0.0.1:{port}", "wsgi:app"]
        Web(app).run()
        return 0

    return [
        Program("web", run=serve),
        Program("worker", run=lambda: run_worker(app, settings)),
    ]


def main(words: Sequence[str] | None = None) -> int:
    try:
        settings = config.load()
    except config.SettingError as error:
        print(error, file=sys.stderr)
        return 1
    parser = argparse.ArgumentParser(prog="python -m portal.betrieb.serve")
    parser.add_argument("--port", type=int, default=settings.port)
    port = parser.parse_args(words).port
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S")
    held = lock(settings.own)
    beside = held if settings.own == settings.data else lock(settings.data, alone=False)
    if held is None or beside is None:
        print(f"Der Ort in {settings.data} läuft schon.", file=sys.stderr)
        return 1
    with held, beside:
        os.chdir(config.ROOT)
        app = create_app(settings)
        wake_worker(app)
        supervisor = Supervisor(settings.own, programs(app, settings, port))
        supervisor.port_to_announce = port
        gc.collect()
        gc.freeze()  # what the collector does not touch stays shared
        try:
            return supervisor.run()
        except Born as born:
            begin = born.run
    return begin()


if __name__ == "__main__":
    sys.exit(main())
