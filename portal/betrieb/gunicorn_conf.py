"""How gunicorn serves the pages: read by path, `-c portal/betrieb/gunicorn_conf.py`.

The app is made once and shared by fork: it opens nothing before its first request, neither threads
nor connections (a test holds it to that).
"""

import gc
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Protocol

from gunicorn.http import wsgi

from kern.clock import now
from kern.config import load
from portal.betrieb.fair_worker import FairWorker
from portal.betrieb.one_send import OneSend
from portal.processes import Crash, append_crash

wsgi.Response = OneSend
_settings = load()  # a name `config` here would be taken for a setting of gunicorn
_memory = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat must not wait for a slow disk

TURN = 0.0005  # seconds; who holds the place of the only writer waits for others' Python this long
WAY = 212_992  # bytes on their way to a reader; the usual 16 KB make a thread wait for each page
SILENCE = 10  # seconds within a request; a phone in a tunnel needs some
TAKING = 30  # seconds without taking anything of an answer; asking again costs more than waiting

worker_class = FairWorker
workers = _settings.web_processes
threads = _settings.web_threads
timeout = 60
graceful_timeout = 30
loglevel = "warning"
accesslog = None  # addresses of readers are not written down
control_socket_disable = True
# Which proxies are believed is decided by the app alone (setting `trusted_proxies`).
forwarded_allow_ips = ""
preload_app = True
worker_tmp_dir = str(_memory) if _memory.is_dir() else None


class Worker(Protocol):
    started_at: float


class Listener(Protocol):
    sock: socket.socket


class Arbiter(Protocol):
    LISTENERS: list[Listener]


def when_ready(server: Arbiter) -> None:
    """A visitor who sends half a request and then nothing gives the thread back: gunicorn itself
    waits for ever, so eight of them would be enough. So does who asks for a large file and takes
    nothing of it; SO_SNDTIMEO would not end that, as Python waits by itself when a file is sent.
    Connections inherit this from the listener."""
    patience = struct.pack("ll", SILENCE, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAY)
        if listener.sock.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
            thousandths = 1000 * TAKING
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, thousandths)


def pre_fork(_server: Arbiter, worker: Worker) -> None:
    gc.collect()
    gc.freeze()  # what the collector does not touch stays shared
    worker.started_at = time.monotonic()


def post_fork(_server: Arbiter, _worker: Worker) -> None:
    sys.setswitchinterval(TURN)


def child_exit(server: Arbiter, worker: Worker) -> None:
    """gunicorn starts a dead worker again by itself; the administration should know of it."""
    is_stopping = not server.LISTENERS
    if not is_stopping:
        ran = time.monotonic() - worker.started_at
        append_crash(_settings.own, Crash("web", now(), None, ran))
