"""The data door: S3 as botocore speaks it, with our errors and our places."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 (its name there)
    HTTPClientError,
    IncompleteReadError,
)
from botocore.session import Session

from coop.certificates import distrust
from coop.errors import BY_STATUS, CoopError, NotFound, Refused, Unavailable
from coop.models import Profile, StoredObject
from coop.places import Place

REFUSALS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"}
LOST = (ConnectionError, HTTPClientError, IncompleteReadError)
MOST_DELETED = 1000
# A part of what is signed; the door takes any.
REGION = "us-east-1"
# What is configured for Amazon's own tools is not for us: each of these is read from nowhere.
NOWHERE = dict.fromkeys(("profile", "config_file", "credentials_file"), (None, None, None, None))


def open_s3(profile: Profile, endpoint: str, connections: int) -> Any:  # noqa: ANN401 (botocore makes its clients at run time)
    """A client that sends checksums of its own, tries again, and reads no other configuration."""
    how = Config(
        s3={"addressing_style": "path"},
        signature_version="s3v4" if profile.access_key_id else UNSIGNED,
        retries={"mode": "standard", "total_max_attempts": 5},
        max_pool_connections=connections,
        connect_timeout=10,
        read_timeout=60,
        request_checksum_calculation="when_supported",
        response_checksum_validation="when_required",
    )
    return Session(session_vars=NOWHERE).create_client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=profile.access_key_id or None,
        aws_secret_access_key=profile.secret_access_key or None,
        aws_session_token=profile.session_token or None,
        config=how,
    )


@contextmanager
def told(place: Place | str) -> Iterator[None]:
    """Whatever the data door or the way to it has to say, as one of our errors."""
    try:
        yield
    except ClientError as error:
        raise _named(error, place) from error
    except LOST as error:
        away = Unavailable("The data door does not answer.")
        raise distrust("the data door", error) or away from error
    except BotoCoreError as error:
        raise CoopError(str(error)) from error


def _named(error: ClientError, place: Place | str) -> CoopError:
    code, said = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if code in REFUSALS:
        return Refused("The access key is not accepted; sign in again with: coop sign-in")
    if status == 404:
        return NotFound(f"There is no {place} for you.")
    return BY_STATUS.get(status, CoopError)(f"{place}: {said or code}")


def objects_below(s3: Any, place: Place) -> Iterator[StoredObject]:  # noqa: ANN401 (as above)
    """All objects whose keys begin with the place's key, in the order of their bytes."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key)
    with told(f"{place.account_id}/{place.repository_id}"):
        for page in pages:
            for one in page.get("Contents", ()):
                etag = one["ETag"].strip('"')
                yield StoredObject(one["Key"], one["Size"], etag, one["LastModified"])


def find_object(s3: Any, place: Place) -> StoredObject:  # noqa: ANN401 (as above)
    """One object. Raises NotFound."""
    with told(place):
        head = s3.head_object(Bucket=place.bucket, Key=place.key)
    etag = head["ETag"].strip('"')
    return StoredObject(place.key, head["ContentLength"], etag, head["LastModified"])


def delete_objects(s3: Any, repository: Place, keys: Sequence[str]) -> None:  # noqa: ANN401 (as above)
    """Delete them for everyone. Raises CoopError with the first that was refused."""
    for start in range(0, len(keys), MOST_DELETED):
        some = [{"Key": key} for key in keys[start : start + MOST_DELETED]]
        with told(repository):
            answer = s3.delete_objects(
                Bucket=repository.bucket, Delete={"Objects": some, "Quiet": True}
            )
        for refused in answer.get("Errors", ()):
            raise CoopError(f"{refused['Key']} was not deleted: {refused['Message']}")
