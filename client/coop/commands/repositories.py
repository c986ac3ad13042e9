"""Repositories: made, listed, and objects of them shown to others for a moment."""

from typing import get_args

import click

from coop.commands.answers import listed, tell
from coop.commands.context import Asked, json_option
from coop.models import Visibility
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


COMMANDS = (create, list_things, link)
