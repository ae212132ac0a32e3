"""Feeds each file of a folder to the picture and the PDF check, one process per file.

Prints one JSON object: file name -> list of outcomes. Run by test_hostile_files.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import features

from kern.errors import DomainError
from kern.files.images import accept_picture
from kern.files.pdf import accept_pdf

ADDRESS_SPACE = 600_000_000  # bytes on top of what the interpreter has mapped: the belt


def pictures(data: bytes, name: str) -> list[str]:
    return [variant.data.hex() for variant in accept_picture(data, name).sizes.values()]


def documents(data: bytes, name: str) -> list[str]:
    return [accept_pdf(data, name).data.hex()]


def outcome(accept: Callable[[bytes, str], list[str]], path: Path) -> dict[str, object]:
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.process_time()
    refused, made = 0, []
    try:
        made = accept(path.read_bytes(), path.name)
    except DomainError as error:
        refused = error.status
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "by": accept.__name__,
        "refused": refused,
        "made": made,
        "cpu": time.process_time() - started,
        "megabytes": (after.ru_maxrss - before.ru_maxrss) / 1024,
    }


def in_a_child(path: Path) -> list[dict[str, object]]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        limit = mapped + ADDRESS_SPACE
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        answer = [outcome(accept, path) for accept in (pictures, documents)]
        with os.fdopen(writer, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    answers: list[dict[str, object]] = json.loads(text)
    return answers


if __name__ == "__main__":
    features.check("webp")  # loaded once here, as in a running server
    folder = Path(sys.argv[1])
    json.dump({path.name: in_a_child(path) for path in sorted(folder.iterdir())}, sys.stdout)
