"""STAC items as people read them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

Item = Mapping[str, Any]
DATA = "data"
UPLOAD = "upload"


def names_of(item: Item) -> tuple[str, str]:
    """The account and the repository."""
    account_id, _, repository_id = str(item["collection"]).partition("--")
    return account_id, repository_id


def key_of(item: Item) -> str:
    """The object it is of; empty where somebody wrote it of something else.

    The title of an uploaded item is no key, and it need not have such an asset.
    """
    href = str(item["assets"].get(DATA, {}).get("href", ""))
    _, _, path = href.partition("/{}/{}/".format(*names_of(item)))
    return unquote(path)


def days_of(item: Item) -> str:
    """`1999-06-30`, `1958-03-29 to 2001-12-29`; nothing where it is just the time of upload."""
    said = item["properties"]
    if said.get("coop:datetime_source") == UPLOAD:
        return ""
    first = said.get("start_datetime") or said.get("datetime") or ""
    last = said.get("end_datetime") or first
    days = [str(moment)[:10] for moment in (first, last) if moment]
    return " to ".join(dict.fromkeys(days))
