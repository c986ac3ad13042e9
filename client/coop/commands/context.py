"""What every command stands on: whose it is, whom it answers, how it tells what went wrong."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from coop.client import PARALLEL, Client
from coop.commands.progress import Bar
from coop.errors import CoopError, SomeFailed
from coop.places import shown
from coop.settings import load_profile

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Asked:
    """What holds for the whole command."""

    profile: str = "default"
    json: bool = False
    parallel: int = PARALLEL

    def client(self, bar: Bar | None = None) -> Client:
        """As who is signed in."""
        return Client(load_profile(self.profile), parallel=self.parallel, progress=bar)

    def bar(self) -> Bar:
        """How far it is, for people at a terminal."""
        return Bar(is_shown=sys.stderr.isatty() and not self.json)


class Told(click.ClickException):
    """An error of ours as click ends with it."""

    def __init__(self, error: CoopError, *, as_json: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.as_json = as_json
        self.exit_code = error.exit_code  # type: ignore[misc]  # each of ours has its own

    def show(self, file: Any = None) -> None:  # noqa: ANN401, ARG002 (as click has it)
        """One sentence for people, one object for programs; each file that failed before it."""
        failures = self.error.failures if isinstance(self.error, SomeFailed) else []
        if self.as_json:
            said: dict[str, Any] = {"code": self.error.code, "message": str(self.error)}
            if failures:
                said["failures"] = [
                    {"name": name, "code": error.code, "message": str(error)}
                    for name, error in failures
                ]
            click.echo(json.dumps({"error": said}), err=True)
            return
        for name, error in failures:
            click.echo(f"coop: {shown(name)}: {shown(str(error))}", err=True)
        click.echo(f"coop: {shown(str(self.error))}", err=True)


def json_option(command: Command) -> Command:
    """`--json`, which every command has."""

    def note(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        ctx.ensure_object(Asked).json |= value

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=note,
        help="Answer as JSON, for programs.",
    )(command)


def parallel_option(command: Command) -> Command:
    """`--parallel`, which what moves bytes has."""

    def note(ctx: click.Context, _: click.Parameter, value: int) -> None:
        ctx.ensure_object(Asked).parallel = value

    return click.option(
        "--parallel",
        type=click.IntRange(1, 64),
        default=PARALLEL,
        show_default=True,
        expose_value=False,
        callback=note,
        help="How many transfers run at a time.",
    )(command)
