"""The command `coop`."""

from typing import Any

import click

from coop.commands import (
    access,
    accounts,
    credentials,
    members,
    repositories,
    sharing,
    signing,
    transfers,
)
from coop.commands.context import Asked, Told
from coop.errors import CoopError


class Commands(click.Group):
    """Says what went wrong in one sentence, and ends with its code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (as click has it)
        """Any of our errors is told; anything else is a fault of ours, and shows where."""
        try:
            return super().invoke(ctx)
        except CoopError as error:
            raise Told(error, as_json=ctx.ensure_object(Asked).json) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coop-client", prog_name="coop")
@click.option("--profile", envvar="COOP_PROFILE", default="default", help="Whose key and server.")
@click.pass_context
def cli(ctx: click.Context, profile: str) -> None:
    """Host, share and fetch scientific data repositories.

    Places are account/repository/key; one that ends in a slash is a folder.
    """
    ctx.ensure_object(Asked).profile = profile


ROOMS = (signing, accounts, repositories, members, sharing, access, transfers, credentials)
for room in ROOMS:
    for command in room.COMMANDS:
        cli.add_command(command)
