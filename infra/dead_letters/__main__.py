"""`python -m infra.dead_letters list|replay|drop|collect`, against the bus of the settings."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Callable

from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from infra.bus_admin import admin_jetstream
from infra.dead_letters.crashes import collect
from infra.dead_letters.letters import (
    Letter,
    SupersededError,
    drop,
    letter_at,
    letters,
    replay,
)
from shared.keyfile import load_key_file
from shared.settings import Settings

Lines = AsyncIterator[str]


async def list_letters(jetstream: JetStreamContext, asked: Namespace) -> Lines:
    """One line a letter: number, when, whose, what, how often tried, why not."""
    async for letter in _chosen(jetstream, asked):
        origin = letter.origin
        yield (
            f"{letter.sequence:>6}  {letter.buried_at:%Y-%m-%d %H:%M:%S}  {origin.durable}  "
            f"{origin.subject}  tried {origin.deliveries}×  {origin.error}"
        )


async def replay_letters(jetstream: JetStreamContext, asked: Namespace) -> Lines:
    """Another try for each that is chosen; one that fails again becomes a new letter."""
    async for letter in _chosen(jetstream, asked):
        try:
            await replay(jetstream, letter)
        except SupersededError as error:
            yield f"{letter.sequence} is left: {error}; drop it"
        else:
            yield f"{letter.sequence} is published again on {letter.origin.subject}"


async def drop_letters(jetstream: JetStreamContext, asked: Namespace) -> Lines:
    """Give up those that are chosen."""
    async for letter in _chosen(jetstream, asked):
        await drop(jetstream, letter)
        yield f"{letter.sequence} is gone"


async def collect_crashes(jetstream: JetStreamContext, _: Namespace) -> Lines:
    """Make dead letters of what killed its consumer until the server gave it up."""
    async for line in collect(jetstream):
        yield line


async def _chosen(jetstream: JetStreamContext, asked: Namespace) -> AsyncIterator[Letter]:
    """By number, or all there were when the command began, of one durable if it is named."""
    found = (
        [await letter_at(jetstream, sequence) for sequence in asked.sequences]
        if asked.sequences
        else [letter async for letter in letters(jetstream)]
    )
    for letter in found:
        if letter is not None and asked.durable in {"", letter.origin.durable}:
            yield letter


COMMANDS: dict[str, Callable[[JetStreamContext, Namespace], Lines]] = {
    "list": list_letters,
    "replay": replay_letters,
    "drop": drop_letters,
    "collect": collect_crashes,
}


def arguments(words: list[str]) -> Namespace:
    """What is asked for; ends the program with a usage line where it makes no sense."""
    parser = ArgumentParser(prog="python -m infra.dead_letters", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        command = commands.add_parser(name, help=(function.__doc__ or "").partition("\n")[0])
        if name != "collect":
            command.add_argument("sequences", nargs="*", type=int, metavar="number")
            command.add_argument("--durable", default="", help="of this consumer only")
        if name in {"replay", "drop"}:
            command.add_argument("--all", action="store_true", help="all there are")
    asked = parser.parse_args(words)
    if asked.command in {"replay", "drop"} and bool(asked.sequences) == asked.all:
        parser.error("give the numbers of letters, or --all")
    return asked


async def run(asked: Namespace, settings: Settings, say: Callable[[str], object]) -> int:
    """Do what is asked and say each line; the exit code."""
    key = load_key_file(settings.home)
    try:
        async with admin_jetstream(settings.nats_url, key) as jetstream:
            async for line in COMMANDS[asked.command](jetstream, asked):
                say(f"{line}\n")
    except (NatsError, OSError) as error:
        sys.stderr.write(f"The bus at {settings.nats_url} does not answer as it must: {error}\n")
        return 1
    return 0


async def main(words: list[str]) -> int:
    """The command with the settings of the environment."""
    return await run(arguments(words), Settings(), sys.stdout.write)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
