"""Every address of ours: how names and keys become URLs, and URLs become names and keys again.

`/{account}/{repository}/{key}`, a trailing `/` is a directory; what is *about* a thing lives under
`/-/`, since any key may be called `settings`. Keys are read from the raw path, decoded once and
never normalised; those that browsers or proxies would rewrite go into `?key=`.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlencode

from shared.contracts.accounts import Account
from shared.errors import Invalid, NotFound
from shared.identifiers import SLUG, SLUG_MAX

# What is left alone in a path segment (RFC 3986 §3.3), so that addresses stay readable.
SAFE = "/-._~!$'()*,;:@"
# `.`, `..` and empty segments are resolved or folded, control characters and backslashes refused
# or rewritten somewhere on the way (WHATWG URL §4.4; nginx answers 400 to NUL).
FRAGILE = re.compile(r"(?:^|/)(?:\.{0,2})(?:/|$)|[\x00-\x1f\x7f\\]")
OWN = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
HOME = "/"


@dataclass(frozen=True, slots=True)
class Place:
    """What a path names: an account, a repository in it, a key or prefix in that."""

    account_id: str
    repository_id: str = ""
    key: str = ""

    @property
    def is_directory(self) -> bool:
        """A repository's root, or a prefix."""
        return not self.key or self.key.endswith("/")


def place_of(raw_path: bytes) -> Place:
    """Read a path as it came over the wire. NotFound where it can name nothing of ours."""
    account, repository, key = [*raw_path.split(b"/", 3)[1:], b"", b""][:3]
    try:
        names = [unquote_to_bytes(part).decode() for part in (account, repository, key)]
    except UnicodeDecodeError:
        raise NotFound from None
    if not is_slug(names[0]) or ((repository or key) and not is_slug(names[1])):
        raise NotFound
    return Place(*names)


def check_query(query: bytes) -> None:
    """Invalid where it is not UTF-8: what is read from it would name another key."""
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        raise Invalid("The query of the address is not UTF-8.") from None


def is_slug(name: str) -> bool:
    """Whether it can be the id of an account or a repository at all."""
    return len(name) <= SLUG_MAX and SLUG.fullmatch(name) is not None


def survives(key: str) -> bool:
    """Whether a key comes back unchanged when it travels as a path."""
    return not FRAGILE.search(key)


def object_page(account_id: str, repository_id: str, key: str) -> str:
    """The page of one object, whatever its key."""
    root = f"/{account_id}/{repository_id}"
    return f"{root}/{quote(key, safe=SAFE)}" if survives(key) else f"{root}?key={quote(key)}"


def directory_page(account_id: str, repository_id: str, prefix: str = "") -> str:
    """The listing of a repository or of one prefix, which ends in `/`."""
    root = f"/{account_id}/{repository_id}"
    if not prefix:
        return root
    if survives(prefix.removesuffix("/")):
        return f"{root}/{quote(prefix, safe=SAFE)}"
    return f"{root}?prefix={quote(prefix)}"


def about(*names: str) -> str:
    """A page about something: `about("noaa", "globe-land-mask", "settings")`."""
    return "/-/" + "/".join(names)


def thumbnail_url(account_id: str, repository_id: str, key: str) -> str:
    """The small picture of an object, where one can be made."""
    return f"{about(account_id, repository_id, 'thumbnail')}?{urlencode({'key': key})}"


def data_url(public_url: str, account_id: str, repository_id: str, key: str = "") -> str:
    """Where the bytes are: at the data door."""
    return f"{public_url.rstrip('/')}/{account_id}/{repository_id}/{quote(key, safe='/-._~')}"


def shared_at(
    public_url: str, data_door: str, names: tuple[str, str], prefix: str, token: str
) -> tuple[str, str]:
    """Where a share link opens: the page, and the bytes or their list at the data door."""
    is_folder, query = not prefix or prefix.endswith("/"), urlencode({"share": token})
    page = (directory_page if is_folder else object_page)(*names, prefix)
    data = data_url(data_door, *names, "" if is_folder else prefix)
    listing = f"list-type=2&{urlencode({'prefix': prefix})}&" if is_folder else ""
    return f"{public_url}{page}{'&' if '?' in page else '?'}{query}", f"{data}?{listing}{query}"


def avatar_url(public_url: str, account: Account) -> str:
    """Where the picture of an account is; empty where it has none, or none that anyone sees."""
    if not account.avatar or account.disabled:
        return ""
    return f"{public_url.rstrip('/')}/-/avatars/{account.account_uid}/{account.avatar}.webp"


def collection_url(account_id: str, repository_id: str) -> str:
    """A repository's STAC collection."""
    return f"/stac/collections/{collection_id(account_id, repository_id)}"


def collection_id(account_id: str, repository_id: str) -> str:
    """The STAC id of a repository; `--` cannot be inside a slug, so it reads one way only."""
    return f"{account_id}--{repository_id}"


def own_address(text: str) -> str:
    """The text where it is an address inside this site, the home page otherwise.

    Guards `return_to`: no scheme, no host, neither `//host` nor `/\\host`.
    """
    return text if OWN.fullmatch(text) else HOME
