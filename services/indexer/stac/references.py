"""Where a reference in an uploaded document leads: to an object of its repository, or away."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from services.indexer.models.hrefs import TOP
from services.indexer.stac.names import key_reference

AWAY = frozenset(("http", "https", "s3", "gs", "az", "abfs", "abfss", "ftp", "ftps"))
LONGEST_KEY = 1024
FIRST_PRINTABLE = " "


@dataclass(frozen=True, slots=True)
class Reference:
    """`href` is absolute, or relative to the repository; `key` is empty where it leads away."""

    href: str
    key: str = ""


def reference(href: str, key: str) -> Reference:
    """What a reference in the object of this key means (RFC 3986 §5).

    ValueError says why it leads nowhere: nobody may lead readers out of a repository by a path.
    """
    parts = urlsplit(href.strip())
    if parts.scheme in AWAY and parts.netloc:
        return Reference(href.strip())
    if parts.scheme:
        raise ValueError(f"begins with {parts.scheme}:, which leads nowhere from here")
    if parts.netloc or parts.path.startswith("/"):
        raise ValueError("leads out of the repository")
    if not parts.path:
        raise ValueError("names nothing")
    own = "/".join(_walked([*key.split("/")[:-1], *unquote(parts.path).split("/")]))
    if len(own.encode()) > LONGEST_KEY or any(letter < FIRST_PRINTABLE for letter in own):
        raise ValueError("is no key that an object can have")
    behind = "".join(
        sign + text for sign, text in (("?", parts.query), ("#", parts.fragment)) if text
    )
    return Reference((key_reference(own) or TOP) + behind, own)


def _walked(steps: Iterable[str]) -> list[str]:
    """The folders that are left when all steps are made, up and down."""
    walked: list[str] = []
    for step in steps:
        if step == ".." and not walked:
            raise ValueError("leads out of the repository")
        if step == "..":
            walked.pop()
        elif step not in {"", "."}:
            walked.append(step)
    return walked
