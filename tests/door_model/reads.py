"""Objects read and listed, and many removed at once."""

from typing import Any

from tests.door import refusal
from tests.door_model.model import Model
from tests.door_model.things import FINE, KEYS, Thing, tag


def get(model: Model) -> None:
    """GetObject: whole, in part, on a condition."""
    key = model.key
    thing = model.things.get(key)
    if thing is None:
        assert refusal(model.client.get_object, **model.place(key)) == ("NoSuchKey", 404)
        assert refusal(model.client.head_object, **model.place(key)) == ("404", 404)
        return
    for condition, expected in (
        ({"IfMatch": thing.etag}, FINE),
        ({"IfMatch": tag(b"other")}, ("PreconditionFailed", 412)),
        ({"IfNoneMatch": thing.etag}, ("304", 304)),
    ):
        assert refusal(model.client.get_object, **model.place(key), **condition) == expected
    head = model.client.head_object(**model.place(key))
    told = (head["ContentLength"], head["ETag"], head["Metadata"])
    assert told == (len(thing.content), thing.etag, {"note": thing.note})
    get_part(model, key, thing)


def get_part(model: Model, key: str, thing: Thing) -> None:
    size = len(thing.content)
    start, length = model.random.randint(0, size + 5), model.random.randint(1, size + 5)
    wanted = {"Range": f"bytes={start}-{start + length - 1}"}
    if start >= size:
        refused = refusal(model.client.get_object, **model.place(key), **wanted)
        assert refused == ("InvalidRange", 416)
        wanted, start, length = {}, 0, size
    with model.client.get_object(**model.place(key), **wanted)["Body"] as body:
        assert body.read() == thing.content[start : start + length]


def delete_many(model: Model) -> None:
    """DeleteObjects."""
    chosen = model.random.sample(KEYS, 3)
    wanted = {"Objects": [{"Key": key} for key in chosen]}
    answer = model.client.delete_objects(Bucket=model.bucket, Delete=wanted)
    assert [one["Key"] for one in answer["Deleted"]] == chosen
    for key in chosen:
        model.things.pop(key, None)


def list_pages(model: Model) -> None:
    """ListObjects of both versions, page by page: a prefix, a delimiter, a start."""
    prefix = model.random.choice(("", "", "a", "a/", "b/", "é", "none"))
    delimiter = model.random.choice(("", "/", "/", "b"))
    size, name = (
        model.random.randint(1, 5),
        model.random.choice(("list_objects", "list_objects_v2")),
    )
    wanted: dict[str, Any] = {"Bucket": model.bucket, "Prefix": prefix, "Delimiter": delimiter}
    after = "" if delimiter else model.random.choice(("", *KEYS))
    if after:
        wanted["StartAfter" if name.endswith("v2") else "Marker"] = after
    pages = model.client.get_paginator(name).paginate(**wanted, PaginationConfig={"PageSize": size})
    keys, folders = [], []
    for page in pages:
        keys += [(one["Key"], one["Size"], one["ETag"]) for one in page.get("Contents", [])]
        folders += [one["Prefix"] for one in page.get("CommonPrefixes", [])]
        assert len(page.get("Contents", [])) + len(page.get("CommonPrefixes", [])) <= size
    listed, known = (keys, folders), found(model, prefix, delimiter, after)
    assert listed == known, (wanted, *map(difference, listed, known))


def found(model: Model, prefix: str, delimiter: str, after: str) -> tuple[list[Any], list[str]]:
    keys: list[Any] = []
    folders: dict[str, None] = {}
    for key in sorted(model.things, key=str.encode):
        if not key.startswith(prefix) or key.encode() <= after.encode():
            continue
        name, cut, _ = key[len(prefix) :].partition(delimiter or "\0")
        if cut:
            folders[prefix + name + cut] = None
        else:
            keys.append((key, len(model.things[key].content), model.things[key].etag))
    return keys, list(folders)


def difference(listed: list[Any], known: list[Any]) -> tuple[list[Any], list[Any]]:
    """What is listed alone, and what is known alone."""
    surplus = [one for one in listed if one not in known]
    return surplus, [one for one in known if one not in listed]
