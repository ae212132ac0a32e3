"""A store that speaks S3, on loopback: moto's server in a thread of the test process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "dorflinde"
KEYS = ("probe", "geheim/mit+zeichen")


class S3Server:
    def __init__(self, host: str, port: int) -> None:
        self.endpoint = f"http://{host}:{port}"
        self.address = f"http://probe:geheim%2Fmit%2Bzeichen@{host}:{port}/{BUCKET}/orte"
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEYS[0],
            aws_secret_access_key=KEYS[1],
            region_name="us-east-1",
        )

    def stored(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [str(one["Key"]) for one in found]

    def empty(self) -> None:
        for key in self.stored():
            self.client.delete_object(Bucket=BUCKET, Key=key)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        started = S3Server(*server.get_host_and_port())
        started.client.create_bucket(Bucket=BUCKET)
        yield started
        started.client.close()
    finally:
        server.stop()
