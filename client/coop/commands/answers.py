"""Answers: a table for people at a terminal, lines for pipes, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from coop.commands.context import Asked
from coop.places import shown


def tell(asked: Asked, thing: Any, sentence: str) -> None:  # noqa: ANN401 (any record)
    """One thing: a sentence, or its fields."""
    click.echo(json.dumps(_plain(thing)) if asked.json else shown(sentence))


def listed(asked: Asked, things: Iterable[Any], columns: Sequence[str]) -> None:
    """Many things: a table at a terminal, elsewhere one line each as they come.

    What the columns are is then told on the standard error, where no program takes it for a line.
    """
    if asked.json:
        for thing in things:
            click.echo(json.dumps(_plain(thing)))
    elif sys.stdout.isatty():
        _table(things, columns)
    else:
        click.echo("\t".join(_headings(columns)), err=True)
        for thing in things:
            click.echo("\t".join(_words(thing, columns)))


def bytes_in_words(size: int) -> str:
    """As people say it: 1.4 MiB."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if amount < 1024 or unit == "TiB":
            break
        amount /= 1024
    return f"{size} B" if unit == "B" else f"{amount:.1f} {unit}"


def _table(things: Iterable[Any], columns: Sequence[str]) -> None:
    table = Table(*_headings(columns), box=None, pad_edge=False)
    for thing in things:
        # As text: what people wrote is never read as markup.
        table.add_row(*(Text(word, overflow="fold") for word in _words(thing, columns)))
    Console().print(table)


def _headings(columns: Sequence[str]) -> list[str]:
    return [name.removesuffix("_id").replace("_", " ") for name in columns]


def _words(thing: Any, columns: Sequence[str]) -> list[str]:  # noqa: ANN401 (any record)
    return [_word(getattr(thing, name)) for name in columns]


def _word(value: Any) -> str:  # noqa: ANN401 (any field)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    return shown(str(value))


def _plain(thing: Any) -> Any:  # noqa: ANN401 (any record)
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    return {
        field.name: value.isoformat().replace("+00:00", "Z")
        if isinstance(value := getattr(thing, field.name), datetime)
        else value
        for field in fields(thing)
    }
