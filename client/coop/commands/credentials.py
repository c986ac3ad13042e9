"""The access key, for Amazon's own tools."""

import json

import click

from coop.commands.context import Asked
from coop.errors import Refused
from coop.settings import load_profile


@click.command("credential-process")
@click.pass_obj
def credential_process(asked: Asked) -> None:
    """Print the access key as the AWS CLI wants it from a `credential_process`."""
    profile = load_profile(asked.profile)
    if not profile.access_key_id:
        raise Refused("Nobody is signed in; sign in with: coop sign-in")
    answer: dict[str, object] = {
        "Version": 1,
        "AccessKeyId": profile.access_key_id,
        "SecretAccessKey": profile.secret_access_key,
    }
    if profile.session_token:
        answer["SessionToken"] = profile.session_token
    click.echo(json.dumps(answer))


COMMANDS = (credential_process,)
