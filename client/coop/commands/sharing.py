"""Share links: addresses by which anyone reads a repository or a part of it, until they end."""

import click

from coop.commands.answers import listed, tell
from coop.commands.context import Asked, json_option


@click.group("share")
def share() -> None:
    """Let people without an account read a repository, a folder or an object."""


@share.command("create")
@click.argument("place", metavar="ACCOUNT/REPOSITORY[/KEY]")
@click.option("--name", default="", help="For whom it is, so that you know which to revoke.")
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True)
@json_option
@click.pass_obj
def create(asked: Asked, place: str, name: str, days: int) -> None:
    """Print a new link, this once; --json tells the address of the data too.

    A KEY that ends in a slash is a folder.
    """
    with asked.client() as client:
        made = client.share(place, name=name, days=days)
    tell(asked, made, made.page)


@share.command("list")
@click.argument("place", metavar="ACCOUNT/REPOSITORY")
@json_option
@click.pass_obj
def list_links(asked: Asked, place: str) -> None:
    """List the links of a repository, newest first; revoked and expired ones too for a while."""
    with asked.client() as client:
        columns = ("link_id", "prefix", "name", "uses", "expires_at", "revoked")
        listed(asked, client.share_links(place), columns)


@share.command("revoke")
@click.argument("place", metavar="ACCOUNT/REPOSITORY")
@click.argument("link_id")
@json_option
@click.pass_obj
def revoke(asked: Asked, place: str, link_id: str) -> None:
    """Have a link open nothing more, within a second."""
    with asked.client() as client:
        client.revoke_share_link(place, link_id)
    tell(asked, {"link_id": link_id, "revoked": True}, f"{link_id} opens nothing more.")


COMMANDS = (share,)
