"""Requests that write one key: what is sent, and what ought to come of it."""

from typing import Any

from tests.door import refusal
from tests.door_model.model import Model
from tests.door_model.things import FINE, LEAST_PART, Change, Thing, joined_tag, tag


def put(model: Model) -> Change:
    """PutObject, with a condition or without; now and then with a digest that is not right."""
    key, content, note = model.key, model.content, str(model.random.random())
    condition, expected = condition_on(model, key)
    more: dict[str, Any] = {"Metadata": {"note": note}}
    if model.random.random() < 0.2:
        more["ChecksumAlgorithm"] = model.random.choice(("CRC32C", "SHA256", "CRC64NVME"))
    elif model.random.random() < 0.05:
        # That of nothing.
        more["ContentMD5"] = "1B2M2Y8AsgTpgAmY7PhCfg=="
        condition, expected = {}, ("BadDigest", 400) if content else FINE
    client, place = model.client, model.place(key)
    return Change(
        key,
        Thing(content, tag(content), note),
        lambda: client.put_object(**place, Body=content, **more, **condition),
        expected,
    )


def delete(model: Model) -> Change:
    """DeleteObject."""
    key, client = model.key, model.client
    place = model.place(key)
    return Change(key, None, lambda: client.delete_object(**place))


def copy(model: Model) -> Change:
    """CopyObject, of what may not be there, onto itself, with new metadata or the old."""
    source, target = model.key, model.key
    note, client = str(model.random.random()), model.client
    old, place = model.things.get(source), model.place(target)
    more: dict[str, Any] = {"CopySource": model.place(source)}
    is_new = model.random.random() < 0.5
    if is_new:
        more |= {"MetadataDirective": "REPLACE", "Metadata": {"note": note}}
    after = old and Thing(old.content, tag(old.content), note if is_new else old.note)
    expected = FINE if source != target or is_new else ("InvalidRequest", 400)
    if old is None:
        expected = ("NoSuchKey", 404)
    return Change(target, after, lambda: client.copy_object(**place, **more), expected)


def complete(model: Model) -> Change:
    """CompleteMultipartUpload of some or all parts, of ones too small, of ones that are not."""
    if not model.uploads:
        return put(model)
    upload_id = model.random.choice(sorted(model.uploads))
    upload = model.uploads[upload_id]
    numbers = sorted(upload.parts)
    if len(numbers) > 1 and model.random.random() < 0.3:
        numbers = sorted(model.random.sample(numbers, len(numbers) - 1))
    contents = [upload.parts[number] for number in numbers]
    wanted = [
        {"PartNumber": number, "ETag": tag(part)}
        for number, part in zip(numbers, contents, strict=True)
    ]
    condition, expected = condition_on(model, upload.key)
    if not numbers:
        wanted, expected = [{"PartNumber": 1, "ETag": tag(b"none")}], ("InvalidPart", 400)
    elif any(len(content) < LEAST_PART for content in contents[:-1]):
        expected = ("EntityTooSmall", 400)
    client = model.client
    place = {**model.place(upload.key), "UploadId": upload_id, **condition}
    after = Thing(b"".join(contents), joined_tag(contents), upload.note)

    def call() -> Any:
        answer = client.complete_multipart_upload(**place, MultipartUpload={"Parts": wanted})
        model.uploads.pop(upload_id, None)
        return answer

    return Change(upload.key, after, call, expected)


def condition_on(model: Model, key: str) -> tuple[dict[str, str], tuple[str, int]]:
    """A condition of a write, and what comes of it."""
    thing = model.things.get(key)
    failed, missing = ("PreconditionFailed", 412), ("NoSuchKey", 404)
    match model.random.randrange(8):
        case 0:
            return {"IfNoneMatch": "*"}, failed if thing else FINE
        case 1:
            return {"IfMatch": tag(b"other")}, failed if thing else missing
        case 2:
            return {"IfMatch": thing.etag if thing else "*"}, FINE if thing else missing
    return {}, FINE


def any_change(model: Model) -> Change:
    """One of these, not sent yet."""
    return model.random.choice((put, put, delete, copy, complete))(model)


def change(model: Model) -> None:
    """One of these, answered as it ought to be."""
    made = any_change(model)
    assert refusal(made.call) == made.expected, made
    if made.expected == FINE:
        model.set(made.key, made.after)
