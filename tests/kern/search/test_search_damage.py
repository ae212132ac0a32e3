"""A damaged, missing or locked index is one kind of error, never a wrong answer or a crash."""

import contextlib
import fcntl
import gc
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess as Process
from pathlib import Path

import pytest

from kern.search.backend import IndexBusy, IndexUnavailable, Request
from kern.search.generations import stamps
from kern.search.query import parse
from kern.search.whoosh_backend import WhooshBackend
from kern.search.whoosh_backend.schema import VERSION
from tests.kern.search.building import (
    built,
    change,
    drop,
    failing_documents,
    generated,
    ids_found,
    make_document,
)

FORK = multiprocessing.get_context("fork")
EVERYTHING = {n: f"Park Nummer{n} " + "Weg und Wiese " * 20 for n in range(60)}


@pytest.fixture
def index(tmp_path: Path) -> WhooshBackend:
    index = WhooshBackend(tmp_path / "index", wait=0.2)
    built(index, [make_document(n, "Park", body) for n, body in EVERYTHING.items()])
    return index


@pytest.fixture
def generation(tmp_path: Path, index: WhooshBackend) -> Path:
    return tmp_path / "index" / (tmp_path / "index" / "current").read_text()


def test_no_file_is_changed_where_it_lies_while_somebody_looks_at_it(
    tmp_path: Path, index: WhooshBackend
) -> None:
    """A process that has it in its memory would crash."""
    acts: list[Callable[[], object]] = [
        lambda: change(index, make_document(99, "Teich")),
        index.compact,
        lambda: built(index, [make_document(7, "Park")]),
        index.erase,
    ]
    with contextlib.ExitStack() as stack:
        looked_at = []
        for act in acts:
            for path in tmp_path.rglob("*.seg"):
                file = stack.enter_context(path.open("rb"))
                looked_at.append((file, file.read()))
            act()

        assert len(looked_at) >= len(acts)
        for file, content in looked_at:
            file.seek(0)
            assert file.read() == content


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def truncate(pattern: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        file = only(folder, pattern)
        os.truncate(file, file.stat().st_size // 2)

    return damage


def empty(pattern: str) -> Callable[[Path], None]:
    return lambda folder: os.truncate(only(folder, pattern), 0)


def garble(pattern: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        file = only(folder, pattern)
        file.write_bytes(random.Random(3).randbytes(file.stat().st_size))  # noqa: S311

    return damage


def delete(pattern: str) -> Callable[[Path], None]:
    return lambda folder: only(folder, pattern).unlink()


DAMAGES = {
    "table garbled": garble("*.toc"),
    "table cut": truncate("*.toc"),
    "table empty": empty("*.toc"),
    "table away": delete("*.toc"),
    "segment garbled": garble("*.seg"),
    "segment cut": truncate("*.seg"),
    "segment empty": empty("*.seg"),
    "segment away": delete("*.seg"),
    "folder away": shutil.rmtree,
    "seals garbled": garble("siegel.json"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("opened", [False, True], ids=["cold", "open"])
def test_damage_is_noticed_by_the_next_search(
    index: WhooshBackend, generation: Path, damage: Callable[[Path], None], opened: bool
) -> None:
    if opened:
        ids_found(index, "Park")
    damage(generation)

    with pytest.raises(IndexUnavailable):
        ids_found(index, "Park Nummer7")
    with pytest.raises(IndexUnavailable):
        index.verify()
    with pytest.raises(IndexUnavailable):
        change(index, make_document(1, "Teich"))
    assert not index.is_healthy()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_rebuild_heals_every_damage(
    index: WhooshBackend, generation: Path, damage: Callable[[Path], None]
) -> None:
    damage(generation)

    index.rebuild([make_document(1, "Park")])

    index.verify()
    assert index.is_healthy()
    assert ids_found(index, "Park") == {1}


def test_a_silently_flipped_bit_is_found_by_the_thorough_look(
    index: WhooshBackend, generation: Path
) -> None:
    segment = only(generation, "*.seg")
    status = segment.stat()
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    os.utime(segment, ns=(status.st_atime_ns, status.st_mtime_ns))  # as a bad disk would leave it

    with pytest.raises(IndexUnavailable, match="verändert"):
        index.verify()


def test_a_missing_index_is_unavailable_and_a_missing_pointer_too(
    tmp_path: Path, index: WhooshBackend
) -> None:
    with pytest.raises(IndexUnavailable):
        ids_found(WhooshBackend(tmp_path / "nirgends"), "Park")
    (tmp_path / "index" / "current").write_text("../../etc")

    with pytest.raises(IndexUnavailable):
        ids_found(index, "Park")


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "datei").write_text("")

    with pytest.raises(IndexUnavailable):
        WhooshBackend(tmp_path / "datei" / "index").rebuild([])


def test_an_index_of_an_older_analysis_serves_but_is_not_healthy(
    index: WhooshBackend, generation: Path
) -> None:
    seals = generation / "siegel.json"
    seals.write_text(seals.read_text().replace(f'"version": {VERSION}', '"version": 0'))

    assert not index.is_healthy()
    assert ids_found(index, "Nummer7") == {7}


def test_nobody_else_may_look_into_the_index(tmp_path: Path, generation: Path) -> None:
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700
    assert generation.stat().st_mode & 0o777 == 0o700


HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held_elsewhere(tmp_path: Path, index: WhooshBackend) -> Iterator["subprocess.Popen[str]"]:
    lock = str(tmp_path / "index" / "lock")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, lock],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()


def test_while_another_process_writes_searches_go_on_and_writers_give_up(
    index: WhooshBackend, held_elsewhere: "subprocess.Popen[str]"
) -> None:
    with pytest.raises(IndexBusy):
        change(index, make_document(99, "Teich"))
    with pytest.raises(IndexBusy):
        index.rebuild([])

    assert ids_found(index, "Nummer7") == {7}


def test_a_writer_waits_for_another_and_then_writes(
    tmp_path: Path, index: WhooshBackend, held_elsewhere: "subprocess.Popen[str]"
) -> None:
    patient = WhooshBackend(tmp_path / "index", wait=30)
    release = threading.Timer(0.2, held_elsewhere.kill)
    release.start()

    change(patient, make_document(99, "Teich"))

    release.join()
    assert ids_found(index, "Teich") == {99}


def test_a_rebuild_that_fails_leaves_nothing_half_built(
    tmp_path: Path, index: WhooshBackend
) -> None:
    with pytest.raises(ZeroDivisionError):
        index.rebuild(failing_documents())

    assert len(list((tmp_path / "index").glob("g-*"))) == 1


def test_searches_go_on_while_the_index_is_built_anew(tmp_path: Path, index: WhooshBackend) -> None:
    done = threading.Event()
    seen: list[frozenset[int]] = []
    failures: list[Exception] = []

    def search() -> None:
        while not done.is_set():
            try:
                seen.append(frozenset(ids_found(WhooshBackend(tmp_path / "index"), "Park")))
            except Exception as error:  # noqa: BLE001 - told by the test
                failures.append(error)

    readers = [threading.Thread(target=search) for _ in range(2)]
    for reader in readers:
        reader.start()
    for size in (30, 80, 10, 50):
        index.rebuild([make_document(n, "Park") for n in range(size)])
        change(index, make_document(size, "Park"))
    done.set()
    for reader in readers:
        reader.join()

    states = {frozenset(EVERYTHING)}
    states |= {frozenset(range(n)) for size in (30, 80, 10, 50) for n in (size, size + 1)}
    assert failures == []
    assert set(seen) <= states
    assert len(list((tmp_path / "index").glob("g-*"))) == 2  # this one and the one before


def test_compacting_leaves_no_trace_of_deleted_words(index: WhooshBackend, tmp_path: Path) -> None:
    built(index, [make_document(1, "Geheimwort"), make_document(2, "Park")])
    drop(index, 1)

    index.compact()

    files = [path for path in (tmp_path / "index").rglob("*") if path.is_file()]
    assert not [path for path in files if b"geheimwort" in path.read_bytes()]
    assert ids_found(index, "Park") == {2}


def limit_files_to(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def in_a_process_of_its_own(act: Callable[[Connection], None]) -> tuple[Process, Connection]:
    """Forked, as starting Python anew would cost more than the test."""
    here, there = FORK.Pipe()
    process = FORK.Process(target=act, args=(there,), daemon=True)
    process.start()
    there.close()
    return process, here


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_after_a_full_disk_the_same_process_writes_again(index: WhooshBackend) -> None:
    def act(out: Connection) -> None:
        limit_files_to(4_096)
        for _ in range(2):
            with contextlib.suppress(IndexUnavailable):
                change(index, *generated(50))
                out.send("not full")
        limit_files_to(resource.RLIM_INFINITY)
        out.send(ids_found(index, "Nummer7"))
        change(index, make_document(99, "Teich"))
        out.send(ids_found(index, "Teich"))

    process, answers = in_a_process_of_its_own(act)

    assert answers.recv() == {7}
    assert answers.recv() == {99}
    process.join()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_killed_writer_loses_nothing_and_blocks_nobody(index: WhooshBackend) -> None:
    def act(out: Connection) -> None:
        for number in range(1_000, 9_000):
            change(index, make_document(number, "Teich"))
            out.send(number)

    process, answers = in_a_process_of_its_own(act)
    written = {answers.recv() for _ in range(5)}
    process.kill()
    process.join()

    assert written <= ids_found(index, "Teich")
    change(index, make_document(99, "Teich"))
    assert 99 in ids_found(index, "Teich")


def test_a_search_gives_back_what_it_opened(index: WhooshBackend) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    query = Request(parse("Park"))
    index.search(query)
    before = open_files()
    for number in range(40):
        change(index, make_document(number, "Park"))
        index.search(query)
    gc.collect()  # the library leaves some to it

    assert open_files() <= before + 30


def test_the_lock_is_the_operating_systems(tmp_path: Path, index: WhooshBackend) -> None:
    """So that it is gone with the process that held it, however that ended."""
    change(index, make_document(99, "Teich"))

    with (tmp_path / "index" / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_news_of_what_nobody_may_find_yet_writes_nothing(
    index: WhooshBackend, generation: Path
) -> None:
    before = stamps(generation)
    drop(index, 4711)
    assert stamps(generation) == before

    drop(index, 1)
    assert stamps(generation) != before
    assert ids_found(index, "Nummer1") == set()
