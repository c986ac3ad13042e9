"""What the client gives and takes: plain records."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

Role = Literal["reader", "writer", "maintainer", "owner"]
Visibility = Literal["public", "unlisted", "restricted"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Where the server is and the access key to send; without a key one reads what is public."""

    server: str
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """An individual or an organization."""

    account_id: str
    kind: str
    name: str
    bio: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """An account with its role on an organization."""

    account_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as the server describes it."""

    account_id: str
    repository_id: str
    title: str
    description: str
    visibility: str
    tags: tuple[str, ...] = ()
    license: str = ""


@dataclass(frozen=True, slots=True)
class ShareLink:
    """Opens a repository, the folder or the object of `prefix`.

    `page` and `data` are where it is opened, known only when it is made.
    """

    link_id: str
    prefix: str
    name: str
    uses: int
    revoked: bool
    expires_at: datetime
    page: str = field(default="", repr=False)
    data: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """What `asker_id` asked for; `role` and `role_until` are what they got, `note` is the answer's.

    `state` is open, approved, declined, withdrawn or expired.
    """

    request_uid: str
    account_id: str
    repository_id: str
    asker_id: str
    message: str
    state: str
    created_at: datetime
    expires_at: datetime
    role: str | None = None
    role_until: datetime | None = None
    note: str = ""

    @property
    def place(self) -> str:
        """What is asked for, as account/repository."""
        return f"{self.account_id}/{self.repository_id}"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in a list; `etag` is without quotes."""

    key: str
    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file that was brought from `source` to `target` and found to be the same there."""

    source: str
    target: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class SyncRules:
    """How folders are kept in step.

    `delete` removes at the target what the source does not have, once all else went well;
    `dry_run` only tells; `size_only` takes files of one size for the same without reading them.
    """

    delete: bool = False
    dry_run: bool = False
    size_only: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a sync does, or would do; `name` is relative to both sides."""

    action: Literal["upload", "download", "delete"]
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file below a folder; `name` has `/` between its parts, whatever the system."""

    name: str
    path: Path
    size: int
