"""What an index holds is told in little memory, and as a dict would tell it."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from kern.content import Ref
from kern.search.digests import Digests
from tests.memory import measured

REFS = st.builds(Ref, st.sampled_from(["a.x", "b:y"]), st.integers(1, 30))
DIGESTS = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(REFS, DIGESTS)), st.lists(REFS))
def test_documents_of_one_thing_count_together_and_what_is_taken_is_not_left(
    rows: list[tuple[Ref, int]], taken: list[Ref]
) -> None:
    wanted: dict[Ref, int] = defaultdict(int)
    for ref, digest in rows:
        wanted[ref] ^= digest
    found = Digests((str(ref), digest) for ref, digest in rows)

    assert found == wanted
    assert len(found) == len(wanted)
    assert [found.take(ref) for ref in taken] == [wanted.get(ref) for ref in taken]
    assert set(found.rest()) == wanted.keys() - set(taken)


def test_a_large_index_takes_little_memory_to_compare() -> None:
    count = 20_000
    rows = ((f"beteiligung.post:{id_}", id_ * 7919**3) for id_ in range(1, count + 1))
    found, held, most = measured(lambda: Digests(rows))

    assert len(found) == count
    assert held < 24 * count
    assert most < 100 * count
