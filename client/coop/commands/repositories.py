"""Repositories: made and listed, with who may what in their organizations."""

from typing import get_args

import click

from coop.commands.answers import listed, tell
from coop.commands.context import Asked, json_option
from coop.models import Role, Visibility
from coop.places import SCHEME, Place


@click.command("create")
@click.argument("place", metavar="ACCOUNT/REPOSITORY")
@click.option("--title", help="What people read; the repository's name if it is left out.")
@click.option("--description", default="")
@click.option("--license", default="", help="By SPDX: CC-BY-4.0, or MIT OR Apache-2.0.")
@click.option("--tag", "tags", multiple=True, help="May be given several times.")
@click.option(
    "--visibility", type=click.Choice(get_args(Visibility)), default="public", show_default=True
)
@json_option
@click.pass_obj
def create(asked: Asked, /, place: str, title: str | None, **details: object) -> None:
    """Create a repository."""
    where = Place.parse(place)
    with asked.client() as client:
        made = client.create_repository(where, title or where.repository_id, **details)
        server = client.profile.server
    address = f"{server}/{made.account_id}/{made.repository_id}"
    tell(asked, made, f"Created {address}")


@click.command("list")
@click.argument("place", metavar="[ACCOUNT[/REPOSITORY[/PREFIX]]]", default="")
@json_option
@click.pass_obj
def list_things(asked: Asked, place: str) -> None:
    """List the repositories of an account, or the objects of a repository.

    Without an account: your own repositories.
    """
    name = place.removeprefix(SCHEME).rstrip("/")
    with asked.client() as client:
        if "/" in name:
            listed(asked, client.objects(place), ("size", "modified", "key"))
            return
        found = client.repositories(name or client.account().account_id)
        listed(asked, found, ("account_id", "repository_id", "visibility", "title"))


@click.command("link")
@click.argument("place", metavar="ACCOUNT/REPOSITORY/KEY")
@json_option
@click.pass_obj
def link(asked: Asked, place: str) -> None:
    """Print an address by which anyone fetches one object for 15 minutes, as you may."""
    with asked.client() as client:
        url = client.link(place)
    tell(asked, {"url": url}, url)


@click.group("members")
def members() -> None:
    """See and change who belongs to an organization."""


@members.command("list")
@click.argument("account")
@json_option
@click.pass_obj
def list_members(asked: Asked, account: str) -> None:
    """List an organization's members with their roles."""
    with asked.client() as client:
        listed(asked, client.members(account), ("account_id", "role", "name"))


@members.command("grant")
@click.argument("account")
@click.argument("member")
@click.argument("role", type=click.Choice(get_args(Role)))
@json_option
@click.pass_obj
def grant(asked: Asked, account: str, member: str, role: Role) -> None:
    """Give a member of an organization a role."""
    with asked.client() as client:
        client.grant_role(account, member, role)
    given = {"account_id": account, "member_id": member, "role": role}
    tell(asked, given, f"{member} is {role} of {account} now.")


COMMANDS = (create, list_things, link, members)
