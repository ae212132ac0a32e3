"""How long a page was open counts from a moment that has passed."""

from datetime import UTC, datetime, timedelta

import pytest

from kern import clock
from kern.town import Town
from kern.web import age

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("microseconds", [0, 1, 499, 500, 501, 999, 123_500, 999_999])
def test_no_page_is_opened_later_than_it_is_sent(
    town: Town, monkeypatch: pytest.MonkeyPatch, microseconds: int
) -> None:
    monkeypatch.setattr(age, "MINIMUM_SECONDS", 0.0)
    with clock.at(NOON + timedelta(microseconds=microseconds)):
        _, _, value = age.opened_field("brief").removesuffix('">').partition('value="')

        assert not age.is_too_fast(value, "brief")
        assert age.is_too_fast(value, "ein anderer Brief")
