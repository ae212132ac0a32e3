"""Tell the worker process after a commit that there is something to do."""

from flask import Flask

from kern import worker_hint
from kern.config import Settings
from kern.worker import Waking
from kern.worker.hints import Hints


def wake_worker(app: Flask) -> None:
    """For processes that serve or import; opens nothing before the first hint, so may fork."""
    settings: Settings = app.extensions["dorflinde.settings"]
    worker_hint.listen(Hints(Waking(settings).ask_drain).give)
