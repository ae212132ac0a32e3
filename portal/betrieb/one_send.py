"""How gunicorn writes an answer: head and body in one piece, and sealed headers as they are."""

from gunicorn.http.wsgi import Response

from kern.web.sealed import Sealed

LARGEST = 256 * 1024  # bytes; above, copying costs more than sending twice


class OneSend(Response):  # type: ignore[misc]  # the package has no types
    """gunicorn sends the head alone, which is a packet and a call of its own."""

    headers_sent: bool
    wire = b""

    def process_headers(self, headers: list[tuple[str, str]]) -> None:
        if not isinstance(headers, Sealed):
            super().process_headers(headers)
            return
        self.wire, self.response_length = headers.wire, headers.length

    def head(self) -> bytes:
        lines = [*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers)]
        return "".join(lines).encode("latin-1") + self.wire + b"\r\n"

    def send_headers(self) -> None:
        if not self.headers_sent:
            self.sock.sendall(self.head())
            self.headers_sent = True

    def write(self, arg: bytes) -> None:
        is_whole = self.response_length == len(arg) and not self.headers_sent
        if not is_whole or self._omits_body or len(arg) > LARGEST:
            super().write(arg)
            return
        self.headers_sent, self.sent = True, len(arg)
        self.sock.sendall(self.head() + arg)
