"""The data door of a running part of the platform, and the people who come to it."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3  # type: ignore[import-untyped]
import httpx
from botocore import UNSIGNED
from botocore.client import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from shared.contracts.accounts import Account, CreateAccessKey, GrantRole, Role
from shared.contracts.base import Reply, Request
from shared.contracts.repositories import CreateRepository, Repository, Visibility
from tests import control_plane, embedded
from tests.asking import Asking, asking
from tests.embedded import Embedded
from tests.waiting import until

Client = Any
Outcome = TypeVar("Outcome")

ACCOUNT = "river-lab"
PUBLIC, HIDDEN = "gauges", "embargoed"
# accounts and storage run without Kratos: nobody signs in here.
SETTINGS = {
    "COOP_SERVICES": "accounts,repositories,storage",
    "COOP_SAMPLE": "false",
    "COOP_KRATOS__PUBLIC_URL": "http://127.0.0.1:9",
    "COOP_KRATOS__ADMIN_URL": "http://127.0.0.1:9",
}
_numbers = count(1)
# Who signs nothing; made once, because each client reads all certificates of the machine.
plain = httpx.Client(timeout=10)


@dataclass(frozen=True)
class Person:
    """An account and its access key."""

    account: Account
    credentials: Credentials

    @property
    def access_key_id(self) -> str:
        """The public half of the key."""
        return str(self.credentials.access_key)


@dataclass
class Door:
    """A platform with `river-lab`, its public and its restricted repository, and their people.

    `people`: owner, writer and reader of the organization, and a stranger to it. `authority` is the
    file of the certificate that vouches for a door that speaks TLS.
    """

    platform: Embedded
    asking: Asking
    people: dict[str, Person] = field(default_factory=dict)
    authority: str = ""
    bucket_folder: Path | None = None
    """Of somebody else's S3 server, where the bytes are in its buckets."""
    _clients: dict[tuple[str, ...], Client] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The door's own address, without a slash at its end."""
        return str(self.platform.ready["s3"])

    @property
    def host(self) -> tuple[str, int]:
        """Where to connect a plain socket."""
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    @property
    def bytes_folder(self) -> Path:
        """Where storage keeps objects."""
        return self.platform.home / "storage"

    def client(self, who: str = "owner", *, at: str = "", **config: Any) -> Client:
        """boto3 as one of the people or `anonymous`, without retries; `at` follows the address."""
        place = (who, at, repr(sorted(config.items())))
        if place not in self._clients:
            self._clients[place] = make_client(self, who, at, config)
        return self._clients[place]

    def ask(self, wanted: Request[Reply]) -> Reply:
        """Ask over the bus with the admin's rights, in whatever name the request bears."""
        return self.asking.ask(wanted)

    def wait(self, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        """Run it in the loop of the bus, beside the test."""
        return self.asking.wait(work)

    def repository(
        self, repository_id: str = "", visibility: Visibility = Visibility.PUBLIC
    ) -> Repository:
        """A new repository of `river-lab`."""
        name = repository_id or f"series-{next(_numbers)}"
        owner = control_plane.actor_of(self.people["owner"].account)
        return self.ask(
            CreateRepository(
                actor=owner,
                account_id=ACCOUNT,
                repository_id=name,
                title=name.title(),
                visibility=visibility,
            )
        )

    def bucket(self, visibility: Visibility = Visibility.PUBLIC) -> str:
        """A new repository, as the bucket that is one."""
        return f"{ACCOUNT}--{self.repository(visibility=visibility).repository_id}"

    def new_key(self, account: Account) -> Person:
        """A further access key for an account."""
        actor = control_plane.actor_of(account)
        key = self.ask(CreateAccessKey(actor=actor, account_uid=account.account_uid))
        secret = key.secret_access_key.get_secret_value()
        return Person(account, Credentials(key.access_key_id, secret))

    def newcomer(self, account_id: str) -> Person:
        """Somebody new, who is no member of anything."""
        return self.new_key(self.wait(control_plane.person(self.asking.bus, account_id)))

    def close(self) -> None:
        """Leave everything."""
        for client in self._clients.values():
            client.close()

    def populate(self) -> None:
        """Bring the people, and make what they come for."""
        bus = self.asking.bus
        names = {"owner": "ada", "writer": "bela", "reader": "cleo", "stranger": "dora"}
        accounts = {who: self.wait(control_plane.person(bus, name)) for who, name in names.items()}
        lab = self.wait(control_plane.organization(bus, ACCOUNT, accounts["owner"]))
        for role in (Role.WRITER, Role.READER):
            self.ask(
                GrantRole(
                    actor=control_plane.actor_of(accounts["owner"]),
                    organization_uid=lab.account_uid,
                    member_uid=accounts[role.value].account_uid,
                    role=role,
                )
            )
        self.people = {who: self.new_key(account) for who, account in accounts.items()}
        self.repository(PUBLIC)
        self.repository(HIDDEN, Visibility.RESTRICTED)
        self._wait_for_roles()

    def _wait_for_roles(self) -> None:
        """The door hears of roles by events, which may still be on their way."""
        writer, reader = self.client("writer"), self.client("reader")
        put = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md", "Body": b"# Embargoed\n"}
        until(lambda: refusal(writer.put_object, **put) == ("", 200))
        head = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md"}
        until(lambda: refusal(reader.head_object, **head) == ("", 200))


@contextmanager
def opened(home: Path, **settings: str) -> Iterator[Door]:
    """A started platform with its people, stopped at the end."""
    running = embedded.running(home, **{**SETTINGS, **settings})
    with running as platform, asking(platform) as admin:
        door = Door(platform, admin, authority=settings.get("COOP_STORAGE__TLS_CERT", ""))
        try:
            door.populate()
            yield door
        finally:
            door.close()


def make_client(door: Door, who: str, at: str, config: dict[str, Any]) -> Client:
    """A client of its own, which the caller closes."""
    settings = {
        "retries": {"total_max_attempts": 1},
        "connect_timeout": 5,
        "read_timeout": 10,
        "s3": {"addressing_style": "path"},
        "signature_version": UNSIGNED if who == "anonymous" else "s3v4",
        **config,
    }
    person = door.people.get(who)
    return boto3.client(
        "s3",
        endpoint_url=door.url + at,
        aws_access_key_id=person.credentials.access_key if person else "",
        aws_secret_access_key=person.credentials.secret_key if person else "",
        region_name="us-east-1",
        verify=door.authority or None,
        config=Config(**settings),
    )


def refusal(call: Callable[..., Any], *args: Any, **named: Any) -> tuple[str, int]:
    """The code and the status of S3's error to this call; ("", 200) when there was none.

    The answer to a HEAD has no body, so its code is its status.
    """
    try:
        answer = call(*args, **named)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return error.response["Error"]["Code"], status
    if answer and "Body" in answer:
        answer["Body"].close()
    return "", 200


def body_of(client: Client, bucket: str, key: str, **more: Any) -> bytes:
    """The bytes of an object."""
    with client.get_object(Bucket=bucket, Key=key, **more)["Body"] as body:
        content: bytes = body.read()
        return content


def keys_of(client: Client, bucket: str, **more: Any) -> list[str]:
    """All keys of a listing, page by page."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, **more)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def stray_files(door: Door, upload_id: str = "") -> list[str]:
    """What uploads under way have left beside the objects; or the parts of one upload."""
    folders, wanted = (".sc", ".sealed/.sc"), upload_id or "tmp"
    tops = [door.bytes_folder / folder for folder in folders]
    if door.bucket_folder is not None:
        tops, wanted = [door.bucket_folder], upload_id or ".sgwtmp"
    return sorted(
        str(path.relative_to(hidden))
        for hidden in tops
        for path in hidden.rglob("*")
        if path.is_file() and wanted in path.relative_to(hidden).parts
    )
