"""`python -m portal.betrieb.serve --port 8000`: web and worker of an installation, watched over.

The program is read once, and all begin as copies of it: they share its memory, and start in a
moment. Then this process becomes itself again by an exec, small, with its children: what copies
write to would else lie in it a second time. After a crash it reads the program again.
"""

import argparse
import ctypes
import gc
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from kern import config
from kern.config import Settings
from kern.later import Later
from portal.betrieb.supervisor import Born, Program, Supervisor, lock, names_told

if TYPE_CHECKING:
    from portal.betrieb import whole
else:
    whole = Later("portal.betrieb.whole")

WORKER = "worker"
M_ARENA_MAX = -8  # mallopt(3), glibc


class Nest:
    """See the supervisor's. `listening` are the sockets that visitors come to."""

    def __init__(self, port: int, listening: list[int]) -> None:
        self._port = port
        self._listening = listening

    def prepare(self) -> None:
        _share_one_heap()
        gc.disable()  # hardly anything of a program is rubbish; looking took a fifth of the start
        try:
            made = whole.Whole(self._port)
            if self._listening:
                made.require_schema()
            made.open(self._listening)
        finally:
            gc.enable()
        self.made, self._listening = made, made.listening()
        gc.freeze()  # what the collector does not touch stays shared

    def serve(self) -> int:
        return self.made.serve()

    def work(self) -> int:
        return self.made.work()

    def leave(self, told: str) -> None:
        words = ["--port", str(self._port), "--weiter", told]
        words += ["--offen", *map(str, self._listening)]
        command = [sys.executable, "-m", "portal.betrieb.serve", *words]
        os.execv(sys.executable, command)  # noqa: S606 - the same process, with its children

    def close(self) -> None:
        for number in self._listening:
            with suppress(OSError):
                os.close(number)


def names_of(settings: Settings) -> list[str]:
    """The first web process has the name that all had when they were one."""
    more = (f"web {number}" for number in range(2, settings.web_processes + 1))
    return ["web", *more, WORKER]


def programs(nest: Nest, names: Sequence[str]) -> list[Program]:
    return [Program(name, run=nest.work if name == WORKER else nest.serve) for name in names]


def main(words: Sequence[str] | None = None) -> int:
    try:
        settings = config.load()
    except config.SettingError as error:
        print(error, file=sys.stderr)
        return 1
    parser = argparse.ArgumentParser(prog="python -m portal.betrieb.serve")
    parser.add_argument("--port", type=int, default=settings.port)
    parser.add_argument("--weiter", default="", help=argparse.SUPPRESS)
    parser.add_argument("--offen", type=int, nargs="*", default=[], help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S")
    held = [] if options.weiter else _held(settings)  # an exec keeps what is locked
    if None in held:
        print(f"Der Ort in {settings.data} läuft schon.", file=sys.stderr)
        return 1
    os.chdir(config.ROOT)
    nest = Nest(options.port, options.offen)
    names = names_told(options.weiter) if options.weiter else names_of(settings)
    supervisor = Supervisor(settings.own, programs(nest, names), nest=nest)
    supervisor.port_to_announce = options.port
    if options.weiter:
        supervisor.resume(options.weiter)
    try:
        return supervisor.run()
    except Born as born:
        begin = born.run
    return begin()


def _share_one_heap() -> None:
    """glibc would give each thread a heap of its own: of little use under Python's lock, and 5 MB
    more in each process."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_ARENA_MAX, 1)


def _held(settings: Settings) -> list[TextIO | None]:
    own = lock(settings.own)
    beside = own if settings.own == settings.data else lock(settings.data, alone=False)
    for one in (own, beside):
        if one is not None:
            os.set_inheritable(one.fileno(), True)  # noqa: FBT003 - as the library has it
    return [own, beside]


if __name__ == "__main__":
    sys.exit(main())
