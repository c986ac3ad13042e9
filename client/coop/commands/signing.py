"""Sign in, sign out, who am I."""

import click

from coop.client import Client
from coop.commands.answers import tell
from coop.commands.context import Asked, json_option
from coop.errors import Invalid
from coop.models import Profile
from coop.settings import forget_profile, save_profile


@click.command("sign-in")
@click.option(
    "--server",
    envvar="COOP_SERVER",
    prompt="Server",
    default="http://localhost:8080",
    help="The platform's address, as in your browser.",
)
@click.option("--access-key-id", prompt="Access key id", help="From Access keys on the web.")
@click.option(
    "--secret",
    "secret_access_key",
    prompt="Secret",
    hide_input=True,
    help="Better typed or piped in than given here, where others on this machine may see it.",
)
@json_option
@click.pass_obj
def sign_in(asked: Asked, server: str, access_key_id: str, secret_access_key: str) -> None:
    """Keep an access key on this machine, if the server accepts it."""
    profile = Profile(server.strip().rstrip("/"), access_key_id.strip(), secret_access_key.strip())
    if not profile.access_key_id or not profile.secret_access_key:
        raise Invalid("An access key has an id and a secret.")
    with Client(profile) as client:
        account = client.account()
    path = save_profile(asked.profile, profile)
    tell(asked, account, f"Signed in as {account.account_id}; the key is kept in {path}.")


@click.command("sign-out")
@json_option
@click.pass_obj
def sign_out(asked: Asked) -> None:
    """Forget the access key that is kept on this machine; it stays valid."""
    was_there = forget_profile(asked.profile)
    said = "Signed out." if was_there else "Nobody was signed in."
    tell(asked, {"signed_out": was_there}, said)


@click.command("whoami")
@json_option
@click.pass_obj
def whoami(asked: Asked) -> None:
    """Say whose access key is used, and where."""
    with asked.client() as client:
        account, server = client.account(), client.profile.server
    tell(asked, account, f"{account.account_id} ({account.name}) at {server}")


COMMANDS = (sign_in, sign_out, whoami)
