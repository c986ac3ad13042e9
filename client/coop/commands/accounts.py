"""Accounts: the picture that they go by."""

from pathlib import Path

import click

from coop.commands.answers import tell
from coop.commands.context import Asked, json_option


@click.group("avatar")
def avatar() -> None:
    """Set or remove the picture of an account."""


@avatar.command("set")
@click.argument("account_id", metavar="ACCOUNT")
@click.argument("picture", metavar="FILE", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def set_avatar(asked: Asked, account_id: str, picture: Path) -> None:
    """Show FILE, a PNG, JPEG, WebP or GIF, of which the middle is kept as a square."""
    with asked.client() as client:
        client.set_avatar(account_id, picture)
    tell(asked, {"account_id": account_id, "avatar": True}, f"{account_id} has a picture.")


@avatar.command("remove")
@click.argument("account_id", metavar="ACCOUNT")
@json_option
@click.pass_obj
def remove_avatar(asked: Asked, account_id: str) -> None:
    """Show the initials again."""
    with asked.client() as client:
        client.remove_avatar(account_id)
    tell(asked, {"account_id": account_id, "avatar": False}, f"{account_id} has no picture.")


COMMANDS = (avatar,)
