"""Who has which role on an organization, or on one repository alone."""

from typing import get_args

import click

from coop.commands.answers import listed, tell
from coop.commands.context import Asked, json_option
from coop.models import Role

PLACE = "ACCOUNT[/REPOSITORY]"
ROLE = click.Choice(get_args(Role))


@click.group("members")
def members() -> None:
    """See and change who has a role on an organization, or on one repository."""


@members.command("list")
@click.argument("place", metavar=PLACE)
@json_option
@click.pass_obj
def list_members(asked: Asked, place: str) -> None:
    """List members with their roles."""
    with asked.client() as client:
        listed(asked, client.members(place), ("account_id", "role", "name"))


@members.command("grant")
@click.argument("place", metavar=PLACE)
@click.argument("member")
@click.argument("role", type=ROLE)
@json_option
@click.pass_obj
def grant(asked: Asked, place: str, member: str, role: Role) -> None:
    """Give somebody a role, at once."""
    with asked.client() as client:
        client.grant_role(place, member, role)
    given = {"place": place, "member_id": member, "role": role}
    tell(asked, given, f"{member} is {role} of {place} now.")


@members.command("invite")
@click.argument("place", metavar=PLACE)
@click.argument("invitee", metavar="ACCOUNT|E-MAIL")
@click.argument("role", type=ROLE)
@json_option
@click.pass_obj
def invite(asked: Asked, place: str, invitee: str, role: Role) -> None:
    """Offer somebody a role, which they accept or decline."""
    with asked.client() as client:
        client.invite(place, invitee, role)
    offered = {"place": place, "invitee": invitee, "role": role}
    tell(asked, offered, f"{invitee} is invited to be {role} of {place}.")


@members.command("remove")
@click.argument("place", metavar=PLACE)
@click.argument("member")
@json_option
@click.pass_obj
def remove(asked: Asked, place: str, member: str) -> None:
    """Take somebody's role away, or leave."""
    with asked.client() as client:
        client.revoke_role(place, member)
    tell(asked, {"place": place, "member_id": member}, f"{member} has no role on {place} now.")


COMMANDS = (members,)
