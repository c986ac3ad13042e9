"""Changes during which a storage process is killed."""

import random
import threading

from botocore.exceptions import BotoCoreError

from tests.deaths import is_up, kill_one, writes_are_mended
from tests.door import refusal
from tests.door_model.changes import any_change
from tests.door_model.model import Model
from tests.door_model.things import FINE, Thing
from tests.waiting import until

# What a client is told by a process whose fellow died.
UNSURE = {("", 0), ("InternalError", 500), ("ServiceUnavailable", 503), ("SlowDown", 503)}


def die(model: Model) -> None:
    """One of these while a process is killed: it happened as a whole, or not at all."""
    change = any_change(model)
    before = model.things.get(change.key)
    choose = random.Random(model.random.random())
    killer = threading.Timer(choose.uniform(0, 0.02), kill_one, (model.door, choose))
    killer.start()
    try:
        told = refusal(change.call)
    except BotoCoreError:
        told = ("", 0)
    killer.join()
    until(lambda: is_up(model.door), seconds=30)
    # Bytes that got their name and no record are found late, and are an object from then on.
    until(lambda: writes_are_mended(model.door), seconds=30)
    possible = [before, change.after] if told in UNSURE else [change.after]
    if change.expected != FINE:
        possible = [before]
    model.set(change.key, settled(model, change.key, possible))
    forget_ended_uploads(model)


def settled(model: Model, key: str, possible: list[Thing | None]) -> Thing | None:
    """What is there of these, and lists say the same; recovering may take its time."""

    def is_one() -> bool:
        seen = model.seen(key)
        assert seen in possible, (key, seen, possible)
        return model.listed().get(key) == (seen and (seen.etag, len(seen.content)))

    until(is_one, seconds=30)
    return model.seen(key)


def forget_ended_uploads(model: Model) -> None:
    """One that was completed while its process died is gone; no other may be."""
    found = model.uploads_found()
    assert set(found) <= set(model.uploads)
    assert len(model.uploads) - len(found) <= 1
    model.uploads = {upload_id: model.uploads[upload_id] for upload_id in found}
