"""What a search may hold in memory, and how what it looks at lies on the disk."""

import io
import pickle
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kern.search.generations import Generations
from kern.search.whoosh_backend import WhooshBackend
from kern.search.whoosh_backend.files import View
from kern.search.whoosh_backend.opening import POOL
from kern.search.whoosh_backend.searching import leaves_of
from kern.search.whoosh_backend.segments import Segment
from tests.kern.search.building import generated
from tests.memory import measured


def test_an_index_is_opened_without_a_copy_of_it_in_memory(tmp_path: Path) -> None:
    WhooshBackend(tmp_path).rebuild(generated(3_000))
    path = Generations(tmp_path).current()
    size = sum(file.stat().st_size for file in path.glob("*.seg"))

    opened, held, most = measured(lambda: [POOL.take(path) for _thread in range(2)])
    for one in opened:
        one.close()

    assert held < size / 4
    assert most < size / 2


STEPS = st.one_of(
    st.tuples(st.just("seek"), st.integers(0, 60)),
    st.tuples(st.just("read"), st.integers(0, 20)),
    st.tuples(st.just("readline"), st.none()),
)


@given(st.binary(max_size=50), st.lists(STEPS))
def test_a_file_of_a_segment_is_read_as_any_other(
    data: bytes, steps: list[tuple[str, int | None]]
) -> None:
    usual, view = io.BytesIO(data), View(memoryview(data))
    for name, value in steps:
        given_ = () if value is None else (value,)
        assert getattr(view, name)(*given_) == getattr(usual, name)(*given_)
        assert view.tell() == usual.tell()


def test_what_was_pickled_into_it_comes_out_and_the_rest_stays() -> None:
    words = {"größe": [1, 2.5, None]}
    data = b"vorn" + pickle.dumps(words, 0) + pickle.dumps(words) + b"hinten"
    view = View(memoryview(data)).subset(4, len(data) - 4)

    assert [pickle.load(view), pickle.load(view)] == [words, words]  # noqa: S301 - ours
    assert view.read() == b"hinten"


def test_a_segment_is_read_into_some_bytes_for_each_entry(tmp_path: Path) -> None:
    WhooshBackend(tmp_path).rebuild(generated(3_000))
    opened = POOL.take(Generations(tmp_path).current())
    ((leaf, _),) = leaves_of(opened.searcher)
    reader = leaf.reader()
    Segment(reader)  # what the library keeps of the files is not counted

    segment, held, most = measured(lambda: Segment(reader))
    opened.close()

    assert held < 48 * segment.size
    assert most < 90 * segment.size


def test_an_index_does_not_name_who_wrote_it(tmp_path: Path) -> None:
    """The library unpickles what its table names, also when that is called otherwise one day."""
    WhooshBackend(tmp_path).rebuild(generated(3))
    (table,) = Generations(tmp_path).current().glob("*.toc")

    assert b"W3Codec" in table.read_bytes()
    assert b"_Writing" not in table.read_bytes()
