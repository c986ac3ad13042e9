"""Upload, download, sync."""

from pathlib import Path
from typing import NamedTuple

import click

from coop.commands.answers import bytes_in_words, listed
from coop.commands.context import Asked, json_option, parallel_option
from coop.models import SyncRules, Transfer


class Line(NamedTuple):
    """A step that was not taken, as people read it."""

    action: str
    size: int
    name: str


@click.command("upload")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("place", metavar="ACCOUNT/REPOSITORY[/KEY]")
@parallel_option
@json_option
@click.pass_obj
def upload(asked: Asked, source: Path, place: str) -> None:
    """Upload a file or a folder.

    A place that ends in a slash, or names a repository, takes files under their own names. Run it
    again after an interruption: parts of a large file that the server has are not sent again. Files
    that it has whole are; sync leaves them out.
    """
    with asked.bar() as bar, asked.client(bar) as client:
        done = client.upload(source, place)
    _transferred(asked, done, "Uploaded")


@click.command("download")
@click.argument("place", metavar="ACCOUNT/REPOSITORY[/KEY]")
@click.argument("target", type=click.Path(path_type=Path), default=Path())
@parallel_option
@json_option
@click.pass_obj
def download(asked: Asked, place: str, target: Path) -> None:
    """Download an object, or all below a place that ends in a slash.

    Run it again after an interruption: what is here already is not fetched again.
    """
    with asked.bar() as bar, asked.client(bar) as client:
        done = client.download(place, target)
    _transferred(asked, done, "Downloaded")


@click.command("sync")
@click.argument("source")
@click.argument("target")
@click.option("--delete", is_flag=True, help="Delete at the target what the source does not have.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--size-only", is_flag=True, help="Do not read files whose size is the same.")
@parallel_option
@json_option
@click.pass_obj
def sync(asked: Asked, /, source: str, target: str, **rules: bool) -> None:
    """Make TARGET as SOURCE is; the one on the server begins with coop://

    Files of the same size and the same bytes (by ETag) are left alone.
    """
    with asked.bar() as bar, asked.client(bar) as client:
        steps = client.sync(source, target, SyncRules(**rules))
    is_told = rules["dry_run"] and not asked.json
    lines = [Line(f"would {one.action}", one.size, one.name) for one in steps]
    listed(asked, lines if is_told else steps, ("action", "size", "name"))


def _transferred(asked: Asked, done: list[Transfer], verb: str) -> None:
    if asked.json:
        listed(asked, done, ())
        return
    size = bytes_in_words(sum(one.size for one in done))
    files = "1 file" if len(done) == 1 else f"{len(done)} files"
    click.echo(f"{verb} {files}, {size}, compared with what was sent.")


COMMANDS = (upload, download, sync)
