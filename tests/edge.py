"""The edge of a running platform, and people who are signed in at it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import httpx
from botocore.client import Config

from tests.embedded import Embedded, running
from tests.pages import Page
from tests.visitor import Visitor, register, sign_in, visiting

PASSWORD = "correct horse battery staple"
SESSION = "ory_kratos_session"
# All people of all tests come from one address, and many are to be refused.
ONE_ADDRESS = {"COOP_WEB__TRIES_PER_ADDRESS": "100000"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Edge:
    """A platform whose web is open."""

    platform: Embedded

    @property
    def web(self) -> str:
        """Its address, without a slash at its end."""
        return str(self.platform.ready["web"]).rstrip("/")

    @property
    def mailbox(self) -> str:
        """Where caught mail is read."""
        running = self.platform.ready["processes"]
        return str(next(one["ops"] for one in running if one["service"] == "mail"))


@dataclass(frozen=True)
class Person:
    """Somebody signed in in a browser of their own."""

    account_id: str
    email: str
    visitor: Visitor

    @property
    def client(self) -> httpx.Client:
        """The browser's own requests."""
        return self.visitor.client

    def sign_in_again(self) -> None:
        """As somebody whose sessions were ended."""
        self.client.cookies.clear()
        sign_in(self.visitor, self.email, PASSWORD)

    def new_repository(self, name: str, **values: str) -> Page:
        """Make a repository by its form; ends on its page."""
        form = self.visitor.go("/-/new").form("/-/new")
        fields = {"repository_id": name, "title": name.title(), **values}
        return self.visitor.send(form, **fields)

    def s3(self, edge: Edge) -> Any:
        """An S3 client with a new key of theirs."""
        return s3_of(edge, self.new_key("s3"))

    def new_key(self, name: str = "laptop") -> tuple[str, str]:
        """Make an access key by its form; its id and its secret."""
        page = self.visitor.go(f"/-/{self.account_id}/keys")
        page = self.visitor.send(page.form(f"/-/{self.account_id}/keys"), name=name)
        return page.fact("Access key"), page.fact("Secret")


@contextmanager
def starting(home: Path, **settings: str) -> Iterator[Edge]:
    """A platform without the sample, stopped at the end."""
    with running(home, **{"COOP_SAMPLE": "false", **ONE_ADDRESS, **settings}) as platform:
        yield Edge(platform)


@contextmanager
def registered(edge: Edge, account_id: str) -> Iterator[Person]:
    """Somebody who has just registered and chosen a name."""
    with visiting(edge.web) as visitor:
        email = f"{account_id}@example.org"
        register(visitor, email, PASSWORD, account_id.title())
        form = visitor.page.form("/-/welcome")
        visitor.send(form, account_id=account_id, name=account_id.title())
        yield Person(account_id, email, visitor)


def s3_of(edge: Edge, key: tuple[str, str]) -> Any:
    """An S3 client that holds this key."""
    return boto3.client(
        "s3",
        endpoint_url=edge.platform.ready["s3"],
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        region_name="us-east-1",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def token_of(html: str) -> str:
    """The token of the first form on a page."""
    found = TOKEN.search(html)
    assert found is not None
    return found[1]


def bearer(key: tuple[str, str]) -> dict[str, Any]:
    """The header of a program that holds this key."""
    return {"authorization": f"Bearer {key[0]}.{key[1]}"}
