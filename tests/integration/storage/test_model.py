"""Random operations, each by whichever of two processes, against a dictionary."""

import random
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from botocore.exceptions import ClientError

from tests.door import (
    ACCOUNT,
    PUBLIC,
    Client,
    Door,
    body_of,
    keys_of,
    make_client,
    opened,
    stray_files,
)

BUCKET = f"{ACCOUNT}--{PUBLIC}"
STEPS = 350
KEYS = ("a", "a/b", "a/b/c", "a//b", "b/1", "b/2", "b/", "é", "e\u0301", "c d+%", "../x", "\n")


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("model") / "home"
    with opened(home, COOP_STORAGE__PROCESSES="2") as door:
        yield door


class Model:
    """What ought to be there, and the clients that change it."""

    def __init__(self, clients: list[Client], seed: int) -> None:
        self.clients = clients
        self.random = random.Random(seed)
        self.objects: dict[str, bytes] = {}

    @property
    def client(self) -> Client:
        """Any of them: their connections lead to one process or the other."""
        return self.random.choice(self.clients)

    @property
    def key(self) -> str:
        """Any key."""
        return self.random.choice(KEYS)

    def step(self) -> None:
        """Do something, and compare."""
        self.random.choice(
            (
                self.put,
                self.put,
                self.get,
                self.delete,
                self.copy,
                self.parts,
                self.listed,
                self.folders,
                self.many,
            )
        )()

    def put(self) -> None:
        """PutObject."""
        key, content = self.key, self.random.randbytes(self.random.choice((0, 10, 70_000)))
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)
        self.objects[key] = content

    def get(self) -> None:
        """GetObject."""
        key = self.key
        try:
            assert body_of(self.client, BUCKET, key) == self.objects[key]
        except ClientError:
            assert key not in self.objects

    def delete(self) -> None:
        """DeleteObject."""
        key = self.key
        self.client.delete_object(Bucket=BUCKET, Key=key)
        self.objects.pop(key, None)

    def many(self) -> None:
        """DeleteObjects, of keys that XML can hold."""
        chosen = self.random.sample(KEYS, 3)
        self.client.delete_objects(
            Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in chosen], "Quiet": True}
        )
        for key in chosen:
            self.objects.pop(key, None)

    def copy(self) -> None:
        """CopyObject."""
        source, target = self.random.sample(KEYS, 2)
        if source in self.objects:
            place = {"Bucket": BUCKET, "Key": source}
            self.client.copy_object(Bucket=BUCKET, Key=target, CopySource=place)
            self.objects[target] = self.objects[source]

    def parts(self) -> None:
        """A multipart upload, each request by any client."""
        key, content = self.key, self.random.randbytes(1000)
        place = {"Bucket": BUCKET, "Key": key}
        place["UploadId"] = self.client.create_multipart_upload(**place)["UploadId"]
        sent = self.client.upload_part(**place, PartNumber=1, Body=content)
        parts = {"Parts": [{"PartNumber": 1, "ETag": sent["ETag"]}]}
        self.client.complete_multipart_upload(**place, MultipartUpload=parts)
        self.objects[key] = content

    def listed(self) -> None:
        """ListObjectsV2, page by page."""
        size = self.random.randint(1, 5)
        keys = keys_of(self.client, BUCKET, PaginationConfig={"PageSize": size})
        assert keys == sorted(self.objects, key=str.encode)

    def folders(self) -> None:
        """ListObjectsV2 with a delimiter."""
        answer = self.client.list_objects_v2(Bucket=BUCKET, Delimiter="/")
        prefixes = {f"{key.partition('/')[0]}/" for key in self.objects if "/" in key}
        assert {one["Prefix"] for one in answer.get("CommonPrefixes", [])} == prefixes
        keys = {entry["Key"] for entry in answer.get("Contents", [])}
        assert keys == {key for key in self.objects if "/" not in key}


def test_any_order_of_operations(twins: Door) -> None:
    with ExitStack() as stack:
        clients = [make_client(twins, "owner", "", {}) for _ in range(6)]
        for client in clients:
            stack.callback(client.close)
        model = Model(clients, seed=20261124)
        for _ in range(STEPS):
            model.step()
        for key, content in model.objects.items():
            assert body_of(clients[0], BUCKET, key) == content
        assert stray_files(twins) == []
