"""Access to restricted repositories: asked for, and approved or declined by those who run them."""

from typing import get_args

import click

from coop.commands.answers import listed, tell
from coop.commands.context import Asked, json_option
from coop.models import Role


@click.group("access")
def access() -> None:
    """Ask for access to a restricted repository, and answer who asks."""


@access.command("ask")
@click.argument("place", metavar="ACCOUNT/REPOSITORY")
@click.option("--message", default="", help="Who you are and what for, to those who decide.")
@json_option
@click.pass_obj
def ask(asked: Asked, place: str, message: str) -> None:
    """Ask for access; the answer is the same whether or not there is such a repository."""
    with asked.client() as client:
        client.ask_access(place, message)
    said = f"Asked for {place}. If there is such a repository, those who run it are told."
    tell(asked, {"status": "asked", "place": place}, said)


@access.command("list")
@click.argument("place", metavar="[ACCOUNT/REPOSITORY]", default="")
@json_option
@click.pass_obj
def list_requests(asked: Asked, place: str) -> None:
    """List who asks for a repository of yours; without one, what you asked for yourself."""
    columns = ("request_uid", "asker_id", "state", "created_at", "message")
    own = ("request_uid", "place", "state", "role", "note")
    with asked.client() as client:
        listed(asked, client.access_requests(place), columns if place else own)


@access.command("approve")
@click.argument("request_uid")
@click.option("--role", type=click.Choice(get_args(Role)), default="reader", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), help="For how long; for good if not given.")
@json_option
@click.pass_obj
def approve(asked: Asked, request_uid: str, role: Role, days: int | None) -> None:
    """Give who asked a role, not above your own."""
    with asked.client() as client:
        one = client.approve_access_request(request_uid, role=role, days=days)
    tell(asked, one, f"{one.asker_id} is {one.role} of {one.place}.")


@access.command("decline")
@click.argument("request_uid")
@click.option("--note", default="", help="What is told to who asked.")
@json_option
@click.pass_obj
def decline(asked: Asked, request_uid: str, note: str) -> None:
    """Say no."""
    with asked.client() as client:
        one = client.decline_access_request(request_uid, note=note)
    tell(asked, one, f"{one.asker_id} gets no access to {one.place}.")


@access.command("withdraw")
@click.argument("request_uid")
@json_option
@click.pass_obj
def withdraw(asked: Asked, request_uid: str) -> None:
    """Take back a request of your own."""
    with asked.client() as client:
        client.withdraw_access_request(request_uid)
    tell(asked, {"request_uid": request_uid, "state": "withdrawn"}, "Withdrawn.")


COMMANDS = (access,)
