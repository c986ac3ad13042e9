"""What the server's JSON says, as the records that the client gives."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from coop.models import AccessRequest, Account, Member, Repository, ShareLink


def share_link(body: dict[str, Any]) -> ShareLink:
    """A share link; where it leads only where it was just made."""
    known = {field.name: body[field.name] for field in fields(ShareLink) if field.name in body}
    ends = datetime.fromisoformat(body["expires_at"])
    return ShareLink(**known | {"expires_at": ends})


def access_request(body: dict[str, Any]) -> AccessRequest:
    """A request for access."""
    known = {field.name: body[field.name] for field in fields(AccessRequest)}
    times = ("created_at", "expires_at", "role_until")
    told = {name: datetime.fromisoformat(body[name]) for name in times if body[name]}
    return AccessRequest(**known | told)


def account(body: dict[str, Any]) -> Account:
    """An account."""
    return Account(body["account_id"], body["kind"], body["name"], body["bio"])


def repository(body: dict[str, Any]) -> Repository:
    """A repository."""
    known = {field.name: body[field.name] for field in fields(Repository)}
    return Repository(**known | {"tags": tuple(body["tags"])})


def member(body: dict[str, Any]) -> Member:
    """An account with its role."""
    return Member(body["account"]["account_id"], body["account"]["name"], body["role"])
