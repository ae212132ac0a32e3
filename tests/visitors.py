"""Somebody with a browser: a client that keeps cookies and sends the token of its session."""

import re
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from kern import clock
from kern.accounts.models import Account
from kern.accounts.parties import address_of_account
from kern.accounts.sessions import open_session
from kern.db import db
from kern.web.guard import FIELD, token_for
from kern.web.identity import COOKIE


class Visitor:
    """Use inside the `town` fixture; what `post` is given becomes the form."""

    def __init__(self, app: Flask, account: Account | None = None) -> None:
        self.client = app.test_client()
        self.client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        self.account_id = 0
        if account is not None:
            self.log_in(account)

    def log_in(self, account: Account) -> str:
        """A new session of this account; returns its token. A request detaches the account from
        the test's session, so its id is kept here."""
        self.account_id = account.id
        token = open_session(account, "Firefox, Linux", 30)
        db.session.commit()
        self.client.set_cookie(COOKIE, token)
        return token

    @property
    def email(self) -> str:
        """Of the account as it is now; most tests want none."""
        return address_of_account(self.account_id) or ""

    @property
    def token(self) -> str:
        """The session's cookie; empty without one."""
        cookie = self.client.get_cookie(COOKIE)
        return cookie.value if cookie is not None else ""

    @property
    def cookies(self) -> set[str]:
        """Names of the cookies this browser holds for the whole site."""
        names = (COOKIE, "meldung", "session", "ansicht", "sprache")
        return {name for name in names if self.client.get_cookie(name) is not None}

    def get(self, path: str) -> TestResponse:
        return self._fresh(self.client.get(path, buffered=True))

    def post(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        return self._fresh(self.client.post(path, data=self._form(data), buffered=True))

    def send(self, method: str, path: str, data: dict[str, Any] | None) -> TestResponse:
        form = None if method == "GET" else self._form(data)
        return self._fresh(self.client.open(path, method=method, data=form, buffered=True))

    def read(self, path: str, seconds: int = 5) -> dict[str, str]:
        """The hidden field of a page that was opened a while ago, as people do who read it."""
        with clock.at(clock.now() - timedelta(seconds=seconds)):
            page = self.get(path).text
        found = re.search(r'name="geoeffnet" value="([^"]+)"', page)
        return {"geoeffnet": found[1]} if found else {}

    def _form(self, data: dict[str, Any] | None) -> dict[str, Any]:
        token = {FIELD: token_for(self.token)} if self.token else {}
        return {**token, **(data or {})}

    def _fresh(self, response: TestResponse) -> TestResponse:
        """What the request changed in the database is seen by the test's own session."""
        db.session.rollback()
        db.session.expire_all()
        return response
