"""Who asks is believed only to the operator's own proxies, and to none by default."""

from dataclasses import replace

import pytest
from flask import request

from kern.config import Settings
from portal.app import create_app


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(
    settings: Settings, proxies: int, seen: str
) -> None:
    app = create_app(replace(settings, trusted_proxies=proxies))
    asked: list[str | None] = []
    app.before_request_funcs[None].insert(0, lambda: asked.append(request.remote_addr))

    page = app.test_client().get(
        "/gesund",
        headers={
            "X-Forwarded-For": "198.51.100.1, 203.0.113.9",
            "X-Forwarded-Host": "boese.example",
        },
    )

    assert page.status_code == 200
    assert asked == [seen]
