"""Where the bytes of uploads lie: below the town's folder, or in a store that speaks S3.

A name is `ab/abc….small.webp`; nothing of it comes from a visitor. Objects in a store belong to
nobody but the account that wrote them: pages hand them out, after the gates, and no address leads
there directly.
"""

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from kern.errors import Unavailable
from kern.town import Town, private_folder

CHUNK = 256 * 1024
PATIENCE = {"connect_timeout": 3, "read_timeout": 15}  # seconds; a page may be waiting

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of the storage; `changed` is in seconds of the epoch."""

    name: str
    size: int
    changed: float


class Storage(Protocol):
    """Of one town. What is not there is FileNotFoundError; a store that is away is Unavailable."""

    def write(self, name: str, data: bytes) -> None: ...

    def read(self, name: str) -> bytes: ...

    def open(self, name: str) -> tuple[BinaryIO, int]:
        """To be read from any place of it, and its size."""
        ...

    def remove(self, name: str) -> None: ...

    def list(self) -> Iterator[Kept]: ...


def storage_of(town: Town) -> Storage:
    if not town.uploads_s3:
        return Disk(town.uploads)
    return Objects(*_bucket(town.uploads_s3), town.slug)


class Disk:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        private_folder(path.parent)
        partial = path.with_suffix(path.suffix + ".teil")
        partial.write_bytes(data)
        partial.chmod(0o600)
        partial.replace(path)

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def open(self, name: str) -> tuple[BinaryIO, int]:
        path = self._folder / name
        return path.open("rb"), path.stat().st_size

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def list(self) -> Iterator[Kept]:
        for path in sorted(self._folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                stat = path.stat()
                name = path.relative_to(self._folder).as_posix()
                yield Kept(name, stat.st_size, stat.st_mtime)


class Objects:
    """`prefix/<slug>/uploads/ab/…` in a bucket."""

    def __init__(self, client: Any, bucket: str, prefix: str, slug: str) -> None:
        self._client = client
        self._bucket = bucket
        self._start = f"{prefix}{slug}/uploads/"

    def write(self, name: str, data: bytes) -> None:
        self._call(lambda: self._client.put_object(Body=data, **self._at(name)))

    def read(self, name: str) -> bytes:
        with self.open(name)[0] as file:
            return file.read()

    def open(self, name: str) -> tuple[BinaryIO, int]:
        size = int(self._call(lambda: self._client.head_object(**self._at(name)))["ContentLength"])
        return io.BufferedReader(_Far(lambda at: self._from(name, at), size), CHUNK), size

    def remove(self, name: str) -> None:
        self._call(lambda: self._client.delete_object(**self._at(name)))

    def list(self) -> Iterator[Kept]:
        pages = self._client.get_paginator("list_objects_v2")
        found = iter(pages.paginate(Bucket=self._bucket, Prefix=self._start))
        while (page := self._call(lambda: next(found, None))) is not None:
            for one in page.get("Contents", ()):
                name = one["Key"].removeprefix(self._start)
                yield Kept(name, int(one["Size"]), one["LastModified"].timestamp())

    def _from(self, name: str, at: int) -> Any:
        wanted = {"Range": f"bytes={at}-"} if at else {}
        return self._call(lambda: self._client.get_object(**self._at(name), **wanted)["Body"])

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._start + name}

    def _call(self, act: Callable[[], T]) -> T:
        errors = import_module("botocore.exceptions")
        try:
            return act()
        except errors.ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if status == 404:  # noqa: PLR2004 - HTTP's own number
                raise FileNotFoundError(self._start) from error
            raise _away(error) from error
        except (errors.BotoCoreError, OSError) as error:
            raise _away(error) from error


def _away(error: Exception) -> Unavailable:
    text = "Dateien lassen sich gerade nicht lesen oder speichern. Bitte versuchen Sie es später."
    away = Unavailable(text)
    away.add_note(type(error).__name__)  # for the log; the error itself may name the key
    return away


class _Far(io.RawIOBase):
    """An object that is fetched from where it is first read, and again after a jump."""

    def __init__(self, fetch: Callable[[int], Any], size: int) -> None:
        self._fetch, self._size = fetch, size
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset != self._at:
            self._let_go()
            self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        if self._body is None:
            self._body = self._fetch(self._at)
        data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


_making = threading.Lock()


def _bucket(address: str) -> tuple[Any, str, str]:
    with _making:  # boto3 makes clients one at a time
        return _made(address)


@cache
def _made(address: str) -> tuple[Any, str, str]:
    """Client, bucket and prefix of `https://KEY:SECRET@host/bucket/prefix?region=…`. boto3 is
    imported here, because it is 20 MB in every process and a small town has none of it."""
    parts = urlsplit(address)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    host = parts.netloc.rpartition("@")[2]
    config = import_module("botocore.config").Config(
        retries={"max_attempts": 2},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        **PATIENCE,
    )
    client = (
        import_module("boto3")
        .session.Session()
        .client(
            "s3",
            endpoint_url=f"{parts.scheme}://{host}",
            region_name=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            aws_access_key_id=unquote(parts.username) if parts.username else None,
            aws_secret_access_key=unquote(parts.password) if parts.password else None,
            config=config,
        )
    )
    return client, bucket, f"{prefix}/" if prefix else ""
