"""The data door called as ASGI, without a server and without the bus."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.credentials import Credentials

from services.storage.app import archive_limits, quotas_of, redrawing_of
from services.storage.issuers.keys import IssuerKeys
from services.storage.issuers.sessions import Sessions
from services.storage.operations.downloads import Downloads
from services.storage.operations.presigning import SigningDoor
from services.storage.s3.presign import Signer
from services.storage.s3.request import Request
from services.storage.settings import StorageSettings
from services.storage.views.door import DataDoor
from services.storage.views.exchange import Held
from services.storage.views.holders import Holders
from shared.bus import Bus
from shared.contracts.accounts import Account, Role, SealedAccessKey
from shared.contracts.base import Snapshot, now
from shared.contracts.repositories import Visibility
from shared.fetching import Fetcher
from shared.keyfile import load_key_file, service_access_key
from shared.projection import Projection
from shared.sealing import seal, sealing_key
from shared.uses import Uses, of_links
from tests.signed_requests import request_of, sign_header
from tests.storage_room import REPOSITORY, opened_resources

URL = "http://door.example"
PLACE = f"{URL}/noaa/globe-land-mask"
RESTRICTED = REPOSITORY.model_copy(
    update={
        "repository_uid": "01RESTRICTED",
        "repository_id": "embargoed",
        "visibility": Visibility.RESTRICTED,
    }
)
Message = dict[str, Any]


@dataclass
class Answer:
    """What the door sent."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The HTTP status."""
        status: int = self.messages[0]["status"]
        return status

    @property
    def headers(self) -> dict[str, str]:
        """The headers by lower-case name."""
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        """All of it."""
        return b"".join(bytes(one["body"]) for one in self.messages[1:])


@dataclass
class Room:
    """A door with Ada, who may write to `noaa`, and Ben, who may not."""

    door: DataDoor
    key: bytes
    people: dict[str, Credentials]

    @property
    def projection(self) -> Projection:
        """What it knows of other services' facts."""
        return self.door.held.projection

    def service(self, name: str = "indexer") -> Credentials:
        """The key of one of our services."""
        return Credentials(*service_access_key(self.key, name))

    async def know(self, snapshot: Snapshot) -> None:
        """As an event would tell it."""
        await self.projection.keep(snapshot)

    async def send(self, request: Request, *events: Message) -> Answer:
        """Call the door; `events` are what it receives, then the client has left."""
        answer, waiting = Answer(), list(events)

        async def receive() -> Message:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answer.messages.append(message)

        await self.call(request, receive, send)
        return answer

    async def call(
        self,
        request: Request,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """The bare ASGI call."""
        scope = {
            "type": "http",
            "method": request.method,
            "raw_path": request.raw_path,
            "query_string": request.query_string,
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in request.headers.items()],
            "client": ("127.0.0.1", 9),
        }
        await self.door(scope, receive, send)

    async def put(self, who: Credentials, url: str, body: bytes, **headers: str) -> Answer:
        """PutObject, signed; the body is one message."""
        request = signed("PUT", url, who, **{"content-length": str(len(body)), **headers})
        return await self.send(request, {"type": "http.request", "body": body})

    async def get(self, who: Credentials | None, url: str, **headers: str) -> Answer:
        """GetObject, signed or anonymous."""
        if who is None:
            request = request_of("GET", url)
            request.headers.update(headers)
        else:
            request = signed("GET", url, who, **headers)
        return await self.send(request, {"type": "http.request", "body": b""})


def signed(method: str, url: str, who: Credentials, **headers: str) -> Request:
    """A request whose Authorization header covers all of `headers`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return sign_header(
        method, url, named, now=datetime.now(UTC), payload="UNSIGNED-PAYLOAD", credentials=who
    )


@asynccontextmanager
async def opened_room(home: Path, *, stale_after: float = 300.0) -> AsyncIterator[Room]:
    """A door that knows an organization, two people and two repositories; nobody can be asked."""
    key = load_key_file(home)
    async with opened_resources(home) as resources:
        projection = Projection(
            resources.outbox.table, Bus("nats://127.0.0.1:9", service="storage")
        )
        door = SigningDoor(URL, Signer(*service_access_key(key, "storage")))
        holders = Holders(projection, key)
        fetcher = Fetcher(allow_private=False)
        settings = StorageSettings()
        held = Held(
            resources=resources,
            projection=projection,
            door=door,
            quotas=quotas_of(settings, projection),
            holders=holders,
            stale_after=stale_after,
            web_url=URL,
            region="us-east-1",
            uses=Uses(),
            sessions=Sessions(key),
            issuers=IssuerKeys(fetcher),
            link_uses=Uses(of_links),
            redrawing=redrawing_of(settings),
            avatar_bytes=settings.avatar_bytes,
            archives=archive_limits(settings),
            downloads=Downloads(resources.outbox),
        )
        people = {name: Credentials(f"COOP{name.upper()}", name) for name in ("ada", "ben")}
        room = Room(DataDoor(held), key, people)
        for snapshot in (*_accounts(), REPOSITORY, RESTRICTED, *_keys(key, people)):
            await room.know(snapshot.model_copy(update={"version": 1}))
        yield room
        await fetcher.close()


def _accounts() -> list[Account]:
    ada_roles = {REPOSITORY.account_uid: Role.WRITER}
    return [
        account("noaa", REPOSITORY.account_uid, {}),
        account("ada", "01ADA", ada_roles),
        account("ben", "01BEN", {}),
    ]


def account(account_id: str, uid: str, roles: dict[str, Role], version: int = 1) -> Account:
    """An account with these roles."""
    kind = "organization" if account_id == "noaa" else "individual"
    return Account(
        version=version,
        account_uid=uid,
        account_id=account_id,
        kind=kind,
        name=account_id,
        roles=roles,
        created_at=now(),
    )


def _keys(key: bytes, people: dict[str, Credentials]) -> list[SealedAccessKey]:
    return [
        SealedAccessKey(
            access_key_id=str(credentials.access_key),
            account_uid=f"01{name.upper()}",
            sealed_secret=seal(
                sealing_key(key), str(credentials.secret_key), name=str(credentials.access_key)
            ),
        )
        for name, credentials in people.items()
    ]
