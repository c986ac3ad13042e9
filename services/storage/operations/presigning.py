"""Addresses and forms for the web that carry their own permission, as the person who asked.

They are signed with storage's own key and name the person in a signed field; that person's rights
are asked again when the address is used, so what is revoked meanwhile stays revoked.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from services.storage.s3.addressing import object_path
from services.storage.s3.escaping import attachment
from services.storage.s3.post_policy import FormUpload, make_form
from services.storage.s3.presign import DEFAULT_LIFETIME, Signer, presign
from shared.contracts.base import Actor
from shared.contracts.storage import PostForm, PresignedUrl

ACTOR_FIELD = "x-coop-actor"
# Between the account and the access key with which the address was asked for.
KEY_MARK = "+"
# In place of an account: the share link that the address was asked for with.
LINK_MARK = "~"


@dataclass(frozen=True, slots=True)
class SigningDoor:
    """The public address of the data door, and in whose name its addresses are signed."""

    url: str
    signer: Signer


def signed_for(actor: Actor) -> str:
    """In whose name an address is signed; one asked for with a key reaches no further than it."""
    key_id = actor.access_key_id
    return f"{actor.account_uid}{KEY_MARK}{key_id}" if key_id else actor.account_uid


def presign_get(
    door: SigningDoor, names: tuple[str, str], key: str, *, actor: str, version_id: str = ""
) -> PresignedUrl:
    """An address that downloads one object, or one version of it, under its own name."""
    name = key.rstrip("/").rpartition("/")[2] or "object"
    query = {
        "response-content-disposition": attachment(name),
        ACTOR_FIELD: actor,
    }
    if version_id:
        query["versionId"] = version_id
    return _presigned(door, "GET", object_path(*names, key), query)


def presign_archive(
    door: SigningDoor, account_id: str, repository_id: str, query: dict[str, str], *, actor: str
) -> PresignedUrl:
    """An address that downloads an archive of a repository, of which `query` says more."""
    path = f"/{account_id}/{repository_id}/"
    return _presigned(door, "GET", path, {**query, ACTOR_FIELD: actor})


def presign_put(
    door: SigningDoor, account_id: str, repository_id: str, key: str, *, actor: str
) -> PresignedUrl:
    """An address to which the bytes of one object are sent."""
    path = object_path(account_id, repository_id, key)
    return _presigned(door, "PUT", path, {ACTOR_FIELD: actor})


def presign_avatar(door: SigningDoor, account_uid: str, *, actor: str) -> PresignedUrl:
    """An address to which the picture of an account is sent."""
    return _presigned(door, "PUT", f"/-/avatars/{account_uid}", {ACTOR_FIELD: actor})


def _presigned(door: SigningDoor, method: str, path: str, query: dict[str, str]) -> PresignedUrl:
    now = datetime.now(UTC)
    url = f"{door.url}{path}?{urlencode(query, quote_via=quote, safe='')}"
    return PresignedUrl(
        url=presign(door.signer, method, url, now=now), expires_at=now + DEFAULT_LIFETIME
    )


def presign_post(
    door: SigningDoor, account_id: str, key_prefix: str, *, redirect: str, actor: str
) -> PostForm:
    """A form that uploads one file; `key_prefix` begins with the repository, as S3 sees it."""
    now = datetime.now(UTC)
    upload = FormUpload(account_id, key_prefix, redirect=redirect, fields={ACTOR_FIELD: actor})
    fields = make_form(door.signer, upload, now=now)
    return PostForm(
        url=f"{door.url}/{account_id}", fields=fields, expires_at=now + DEFAULT_LIFETIME
    )
