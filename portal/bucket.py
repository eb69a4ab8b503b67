"""Imported by name and only where FILES_URL asks for it: boto3 takes half a second to load."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# What is larger goes through a file of the system's temporary folder.
IN_MEMORY = 1024 * 1024


class Bucket:
    """Bytes by their digest in a bucket of an S3-compatible store.

    The keys come from the environment or from where boto3 looks else
    (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, a role of the machine).
    """

    def __init__(self, name: str, prefix: str, endpoint: str, region: str):
        self.name, self.prefix = name, prefix
        self.client = boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=region or None,
            config=Config(
                connect_timeout=5,
                read_timeout=20,
                retries={"max_attempts": 2, "mode": "standard"},
                # Stores other than Amazon's refuse the checksums it would send unasked.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, sha256: str, content: bytes) -> None:
        with _answered():
            self.client.put_object(Bucket=self.name, Key=self.prefix + sha256, Body=content)

    def open(self, sha256: str) -> BinaryIO:
        whole = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller's to close
        with _answered():
            answer = self.client.get_object(Bucket=self.name, Key=self.prefix + sha256)
            shutil.copyfileobj(answer["Body"], whole)
        whole.seek(0)
        return whole

    def sizes(self) -> Iterator[tuple[str, int, datetime]]:
        """(digest, size, written at) of everything that is kept."""
        with _answered():
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=self.prefix):
                for item in page.get("Contents", ()):
                    name = item["Key"].removeprefix(self.prefix)
                    yield name, item["Size"], item["LastModified"]

    def discard(self, sha256: str, *, before: datetime) -> bool:
        """Remove what was written before the instant.

        Between the question and the removal somebody may write the same bytes
        again; the store has no act for both, and a day's patience makes it rare.
        """
        where = {"Bucket": self.name, "Key": self.prefix + sha256}
        with _answered():
            if self.client.head_object(**where)["LastModified"] >= before:
                return False
            self.client.delete_object(**where)
        return True


@contextmanager
def _answered() -> Iterator[None]:
    """The store's faults as what they are to us: files that cannot be read or written."""
    try:
        yield
    except (ClientError, BotoCoreError) as trouble:
        raise OSError(f"the store of files: {trouble}") from trouble
