"""What the data door ought to hold, as dictionaries, and the clients that ask it."""

import random
from dataclasses import dataclass, field

from tests.door import ACCOUNT, Client, Door, refusal
from tests.door_model.things import KEYS, Place, Thing, Upload


@dataclass
class Model:
    """One repository, which nobody else writes to. Every step asks and compares."""

    door: Door
    repository: str
    clients: list[Client]
    random: random.Random
    things: dict[str, Thing] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    @property
    def bucket(self) -> str:
        """The repository as a bucket."""
        return f"{ACCOUNT}--{self.repository}"

    @property
    def client(self) -> Client:
        """Any of them: their connections lead to one process or the other."""
        return self.random.choice(self.clients)

    @property
    def key(self) -> str:
        """Any key."""
        return self.random.choice(KEYS)

    @property
    def content(self) -> bytes:
        """Any content."""
        return self.random.randbytes(self.random.choice((0, 1, 10, 70_000)))

    def place(self, key: str) -> Place:
        """A key, in any of the names that it has."""
        if self.random.random() < 0.5:
            return {"Bucket": self.bucket, "Key": key}
        return {"Bucket": ACCOUNT, "Key": f"{self.repository}/{key}"}

    def set(self, key: str, thing: Thing | None) -> None:
        """What is there now."""
        if thing is None:
            self.things.pop(key, None)
        else:
            self.things[key] = thing

    def seen(self, key: str) -> Thing | None:
        """What is there, as it is read."""
        place = {"Bucket": self.bucket, "Key": key}
        if refusal(self.clients[0].head_object, **place) == ("404", 404):
            return None
        answer = self.clients[0].get_object(**place)
        with answer["Body"] as body:
            return Thing(body.read(), answer["ETag"], answer["Metadata"]["note"])

    def listed(self) -> dict[str, tuple[str, int]]:
        """All that is there, as it is listed: entity tag and size of each key."""
        pages = self.clients[0].get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        entries = (entry for page in pages for entry in page.get("Contents", []))
        return {entry["Key"]: (entry["ETag"], entry["Size"]) for entry in entries}

    def uploads_found(self) -> dict[str, str]:
        """The uploads under way, as they are listed: the key of each."""
        answer = self.clients[0].list_multipart_uploads(Bucket=self.bucket)
        return {one["UploadId"]: one["Key"] for one in answer.get("Uploads", [])}
