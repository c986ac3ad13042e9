"""All that is done, in any order."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

from tests.door import Door, make_client
from tests.door_model.changes import change
from tests.door_model.model import Model
from tests.door_model.reads import delete_many, get, list_pages
from tests.door_model.things import KEYS
from tests.door_model.uploads import abort, begin, list_uploads, send_part

CLIENTS = 6
# By how often each is done.
STEPS = {
    change: 5,
    get: 2,
    list_pages: 2,
    send_part: 2,
    begin: 1,
    abort: 1,
    list_uploads: 1,
    delete_many: 1,
}


def step(model: Model) -> None:
    """Do something, and compare."""
    (chosen,) = model.random.choices(list(STEPS), list(STEPS.values()))
    chosen(model)


def check(model: Model) -> None:
    """Everything is there, and nothing else."""
    told = {key: (thing.etag, len(thing.content)) for key, thing in model.things.items()}
    assert model.listed() == told
    for key in KEYS:
        assert model.seen(key) == model.things.get(key)
    list_uploads(model)


@contextmanager
def model_of(door: Door, seed: int) -> Iterator[Model]:
    """A model of a repository of its own, and clients whose connections are spread."""
    clients = [make_client(door, "owner", "", {}) for _ in range(CLIENTS)]
    try:
        yield Model(door, door.repository().repository_id, clients, random.Random(seed))
    finally:
        for client in clients:
            client.close()
