"""Multipart uploads, several under way at once, each request by any client."""

from tests.door import refusal
from tests.door_model.model import Model
from tests.door_model.things import FINE, LEAST_PART, Upload, tag


def begin(model: Model) -> None:
    """CreateMultipartUpload."""
    if len(model.uploads) < 5:
        key, note = model.key, str(model.random.random())
        made = model.client.create_multipart_upload(**model.place(key), Metadata={"note": note})
        model.uploads[made["UploadId"]] = Upload(key, note)


def send_part(model: Model) -> None:
    """UploadPart, in any order, some twice; UploadPartCopy where there is something to copy."""
    for upload_id in model.random.sample(sorted(model.uploads), min(2, len(model.uploads))):
        upload, number = model.uploads[upload_id], model.random.randint(1, 3)
        place = {**model.place(upload.key), "UploadId": upload_id, "PartNumber": number}
        source = model.random.choice(sorted(model.things)) if model.things else None
        if source is not None and model.random.random() < 0.3:
            content = model.things[source].content
            made = model.client.upload_part_copy(**place, CopySource=model.place(source))
            assert made["CopyPartResult"]["ETag"] == tag(content)
        else:
            is_large = model.random.random() < 0.2
            content = model.content + bytes(LEAST_PART if is_large else 1)
            assert model.client.upload_part(**place, Body=content)["ETag"] == tag(content)
        upload.parts[number] = content


def abort(model: Model) -> None:
    """AbortMultipartUpload, and again of what is none any more."""
    if model.uploads and model.random.random() < 0.3:
        upload_id = model.random.choice(sorted(model.uploads))
        place = {**model.place(model.uploads.pop(upload_id).key), "UploadId": upload_id}
        assert refusal(model.client.abort_multipart_upload, **place) == FINE
        assert refusal(model.client.list_parts, **place) == ("NoSuchUpload", 404)


def list_uploads(model: Model) -> None:
    """ListMultipartUploads and ListParts."""
    assert model.uploads_found() == {one: upload.key for one, upload in model.uploads.items()}
    for upload_id, upload in model.uploads.items():
        answer = model.client.list_parts(**model.place(upload.key), UploadId=upload_id)
        told = {one["PartNumber"]: one["ETag"] for one in answer.get("Parts", [])}
        assert told == {number: tag(part) for number, part in upload.parts.items()}
