"""What one test process has looked at, the others need not look at again."""

import tempfile
from pathlib import Path

import pytest

from tests.browser import places
from tests.browser.places import Places


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return places.file_of_run()


@pytest.mark.usefixtures("file")
def test_what_one_has_seen_the_other_knows() -> None:
    one, other = Places(), Places()
    assert not other.has_all({1})
    one.add({1, 2**53 - 1})
    assert other.has_all({1, 2**53 - 1})
    other.add({1, 3})
    assert one.has_all({1, 3})
    assert not one.has_all({3, 4})


def test_a_line_that_is_half_written_is_read_when_it_is_whole(file: Path) -> None:
    one = Places()
    file.write_text("1,2\n34")
    assert one.has_all({1, 2})
    assert not one.has_all({34})
    assert not one.has_all({3})
    file.write_text("1,2\n345\n")
    assert one.has_all({345})
