"""Requests over loopback from many clients at once: wrk where it is installed, for reading; our own
loop for writing, and for reading without wrk."""

import asyncio
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote_plus

CLIENTS = 8
NETWORK = 200  # requests from one address before the next: the limits count networks
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_ERRORS = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*read (\d+), write")


def quoted(words: str) -> str:
    """For an address."""
    return quote_plus(words)


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    method: str = "GET"
    body: bytes = b""
    cookie: str = ""
    host: str = "localhost"

    def as_bytes(self) -> bytes:
        head = [
            f"{self.method} {self.path} HTTP/1.1",
            f"Host: {self.host}",
            "Sec-Fetch-Site: same-origin",
        ]
        if self.cookie:
            head.append(f"Cookie: {self.cookie}")
        if self.body:
            head.append("Content-Type: application/x-www-form-urlencoded")
            head.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*head, "", ""]).encode() + self.body


@dataclass(slots=True)
class Load:
    """Seconds of each request in the order they ended; answers by status."""

    seconds: float = 0.0
    taken: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.taken) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.taken)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


def read_rate(port: int, path: str, seconds: float, clients: int = CLIENTS) -> float:
    """Answers a second to the same GET."""
    wrk = shutil.which("wrk")
    if wrk is None:
        load = run(port, lambda _number: Request(path), clients=clients, seconds=seconds)
        return load.rate
    command = [wrk, "-t1", f"-c{clients}", f"-d{seconds:.0f}s"]
    command += [
        "-H",
        "Accept-Encoding: gzip",
        "-H",
        "Host: localhost",
        f"http://127.0.0.1:{port}{path}",
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if _ERRORS.search(told):
        raise RuntimeError(told)
    found = _RATE.search(told)
    return float(found[1]) if found else 0.0


def interleaved(measures: Sequence[Callable[[], float]], rounds: int) -> list[float]:
    """The median of each, taken in turns: whatever disturbs the machine disturbs all alike."""
    found: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for at, measure in enumerate(measures):
            found[at].append(measure())
    return [statistics.median(one) for one in found]


def run(
    port: int,
    make: Callable[[int], Request],
    *,
    clients: int = CLIENTS,
    seconds: float = 0.0,
    requests: int = 0,
) -> Load:
    """`make` says the request of a number. Ends after so many seconds or requests."""
    return asyncio.run(_run(port, make, clients, seconds, requests))


async def _run(
    port: int, make: Callable[[int], Request], clients: int, seconds: float, requests: int
) -> Load:
    load = Load()
    until = time.monotonic() + seconds if seconds else float("inf")
    began = time.monotonic()
    job = _Job(port, make, until, requests or 10**9)
    workers = (_client(job, load, at) for at in range(clients))
    await asyncio.gather(*workers)
    load.seconds = time.monotonic() - began
    return load


@dataclass(frozen=True, slots=True)
class _Job:
    port: int
    make: Callable[[int], Request]
    until: float
    requests: int
    numbers: "count[int]" = field(default_factory=count)

    def reached(self, number: int) -> bool:
        return number >= self.requests or time.monotonic() >= self.until


async def _client(job: _Job, load: Load, at: int) -> None:
    """One connection after another, each from a network of its own."""
    for turn in count():
        address = (f"127.{at + 1}.{turn % 250 + 1}.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", job.port, local_addr=address)
        try:
            for _ in range(NETWORK):
                number = next(job.numbers)
                if job.reached(number):
                    return
                began = time.monotonic()
                writer.write(job.make(number).as_bytes())
                status = await _answer(reader)
                load.taken.append(time.monotonic() - began)
                load.statuses[status] = load.statuses.get(status, 0) + 1
        finally:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    if headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(int(headers.get("content-length", "0")))
    return int(lines[0].split()[1])
