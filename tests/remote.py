"""Somebody with a browser before real servers: keeps cookies, goes to the port that is named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any

from werkzeug.test import encode_multipart

from kern.web.guard import FIELD

PATIENCE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()


@dataclass(slots=True)
class Remote:
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""  # of the newest form this person saw

    def get(self, port: int, path: str) -> Answer:
        return self._ask(port, "GET", path, {}, None)

    def post(self, port: int, path: str, form: Mapping[str, Any] | None = None) -> Answer:
        """`form` may hold files as `FileStorage`."""
        values = {**({FIELD: self.token} if self.token else {}), **(form or {})}
        boundary, body = encode_multipart(values)
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._ask(port, "POST", path, kind, body)

    def _ask(
        self, port: int, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """Raises OSError or HTTPException where no whole answer comes."""
        connection = HTTPConnection("localhost", port, timeout=PATIENCE)
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Sec-Fetch-Site": "same-origin", "Connection": "close", **headers}
        try:
            connection.request(method, path, body, {**sent, **({"Cookie": kept} if kept else {})})
            response = connection.getresponse()
            answer = Answer(response.status, response.headers.get("Location", ""), response.read())
        finally:
            connection.close()
        self._keep(response, answer)
        return answer

    def _keep(self, response: HTTPResponse, answer: Answer) -> None:
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        found = re.search(rf'name="{FIELD}"[^>]* value="([^"]+)"'.encode(), answer.data)
        if found:
            self.token = found[1].decode()
