"""`Client`: all that can be done on one server with one access key."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coop import records
from coop.api import Api, path_of
from coop.errors import Invalid, NotFound
from coop.models import (
    AccessRequest,
    Account,
    LocalFile,
    Member,
    Profile,
    Repository,
    Role,
    ShareLink,
    Step,
    StoredObject,
    SyncRules,
    Transfer,
)
from coop.places import SCHEME, Place, files_below, is_remote, path_below, shown
from coop.settings import folder, load_profile
from coop.storage import find_object, objects_below, open_s3
from coop.transfers.doors import Door, Progress, Silent
from coop.transfers.downloads import download_object
from coop.transfers.folders import (
    below,
    download_objects,
    files_in,
    sync_down,
    sync_up,
    upload_files,
)

PARALLEL = 8
OWN_REQUESTS = "/access-requests"
NO_RULES = SyncRules()


class Client:
    """Use it in a `with`, or close it; several threads may use one.

    Places are `account/repository/key` or a `Place`. Without an access key it reads what is public.
    """

    def __init__(
        self, profile: Profile, *, parallel: int = PARALLEL, progress: Progress | None = None
    ) -> None:
        if parallel < 1:
            raise Invalid("At least one transfer must run at a time.")
        self.profile = profile
        self._api = Api(profile)
        self._parallel = parallel
        self._progress = progress or Silent()

    @classmethod
    def from_profile(cls, name: str = "default") -> Self:
        """As `coop sign-in` and the environment say."""
        return cls(load_profile(name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Begin nothing more, wait for what has begun, let go of the connections."""
        if "_door" in self.__dict__:
            self._door.close()
        self._api.close()

    def account(self) -> Account:
        """Whose access key this is. Raises Refused."""
        self._api.demand_key()
        return records.account(self._api.get("/account"))

    def set_avatar(self, account_id: str, picture: Path | str) -> None:
        """Have an account go by a picture: PNG, JPEG, WebP or GIF, of which the middle is kept."""
        self._api.demand_key()
        try:
            content = Path(picture).read_bytes()
        except OSError as error:
            raise Invalid(f"{shown(str(picture))} cannot be read: {error.strerror}.") from error
        self._api.put(_avatar(account_id), content, "application/octet-stream")

    def remove_avatar(self, account_id: str) -> None:
        """Have an account go by its initials again."""
        self._api.send("DELETE", _avatar(account_id), {})

    def repositories(self, account_id: str = "") -> Iterator[Repository]:
        """Those of an account that you may see, or the public ones of all; newest first."""
        if account_id:
            self._api.get(path_of("accounts", account_id), called=account_id)
        query = {"account_id": account_id} if account_id else {}
        return map(records.repository, self._api.listed("/repositories", "repositories", **query))

    def repository(self, place: Place | str) -> Repository:
        """One of them. Raises NotFound."""
        place = _place(place)
        path = path_of("repositories", place.account_id, place.repository_id)
        return records.repository(self._api.get(path, called=str(place)))

    def create_repository(self, place: Place | str, title: str, **details: Any) -> Repository:  # noqa: ANN401 (JSON)
        """A new repository; `details` are description, visibility, license and tags.

        Raises Conflict where the name is taken.
        """
        place = _place(place)
        wanted = {"account_id": place.account_id, "repository_id": place.repository_id}
        body = wanted | {"title": title} | details
        return records.repository(self._api.create("/repositories", body))

    def members(self, place: str) -> Iterator[Member]:
        """Who has a role on an organization, or on one repository alone."""
        self._api.get(_about(place), called=place)
        return map(records.member, self._api.listed(_about(place, "members"), "members"))

    def grant_role(self, place: str, member_id: str, role: Role) -> None:
        """Give somebody a role there; nobody gives one above their own."""
        self._api.send("PUT", _about(place, "members", member_id), {"role": role})

    def revoke_role(self, place: str, member_id: str) -> None:
        """Take a role away, or give up your own. Raises NotFound, Conflict for the last owner."""
        self._api.send("DELETE", _about(place, "members", member_id), {})

    def invite(self, place: str, invitee: str, role: Role) -> None:
        """Offer a role to an account, or to whoever has an e-mail address, for 14 days."""
        kind = "email" if "@" in invitee else "account_id"
        self._api.create(_about(place, "invitations"), {kind: invitee, "role": role})

    def link(self, place: Place | str) -> str:
        """An address by which anyone fetches one object for 15 minutes, as you may."""
        place = _place(place)
        path = path_of("repositories", place.account_id, place.repository_id, "object", "url")
        return str(self._api.get(path, called=str(place), key=place.key)["url"])

    def share(self, place: Place | str, *, name: str = "", days: int = 7) -> ShareLink:
        """A new link to a place, whose addresses are told this once.

        Raises NotFound, Refused, Conflict where too many are open.
        """
        place = _place(place)
        ends = datetime.now(UTC) + timedelta(days=days)
        body = {"prefix": place.key, "name": name, "expires_at": ends.isoformat()}
        made = self._api.create(_links(place), body)
        return records.share_link(made)

    def share_links(self, place: Place | str) -> Iterator[ShareLink]:
        """Those of a repository, newest first."""
        return map(records.share_link, self._api.listed(_links(_place(place)), "share_links"))

    def revoke_share_link(self, place: Place | str, link_id: str) -> None:
        """It opens nothing more. Raises NotFound."""
        self._api.send("DELETE", f"{_links(_place(place))}{path_of(link_id)}", {})

    def ask_access(self, place: Place | str, message: str = "") -> None:
        """Ask those who run a repository to let you read it.

        The answer is the same whether or not there is one of this name.
        """
        self._api.create(_requests(_place(place)), {"message": message})

    def access_requests(self, place: Place | str = "") -> Iterator[AccessRequest]:
        """Who asks for a repository, if you may answer; without a place what you asked for."""
        path = _requests(_place(place)) if place else OWN_REQUESTS
        return map(records.access_request, self._api.listed(path, "access_requests"))

    def withdraw_access_request(self, request_uid: str) -> None:
        """Take one of your own back. Raises NotFound, Conflict once it is answered."""
        self._api.send("DELETE", f"{OWN_REQUESTS}{path_of(request_uid)}", {})

    def approve_access_request(
        self, request_uid: str, *, role: Role = "reader", days: int | None = None
    ) -> AccessRequest:
        """Give who asked a role, for good or for so many days. Raises Forbidden above your own."""
        until = (datetime.now(UTC) + timedelta(days=days)).isoformat() if days else None
        path = f"{OWN_REQUESTS}{path_of(request_uid)}/approve"
        return records.access_request(self._api.send("POST", path, {"role": role, "until": until}))

    def decline_access_request(self, request_uid: str, *, note: str = "") -> AccessRequest:
        """Say no; `note` is told to who asked. Raises NotFound, Conflict."""
        path = f"{OWN_REQUESTS}{path_of(request_uid)}/decline"
        return records.access_request(self._api.send("POST", path, {"note": note}))

    def objects(self, place: Place | str) -> Iterator[StoredObject]:
        """All objects whose keys begin with the place's key, in the order of their keys."""
        place = _place(place)
        self.repository(place)
        return objects_below(self._door.s3, place)

    def upload(self, source: Path | str, place: Place | str) -> list[Transfer]:
        """Send a file or all files of a folder; into the place where it ends in a slash.

        What an interrupted upload has sent is not sent again. Raises SomeFailed at the end.
        """
        self._api.demand_key()
        source, place = Path(source), _place(place)
        if source.is_dir():
            return upload_files(self._door, below(place, files_below(source)))
        if not source.is_file():
            raise NotFound(f"There is no file {shown(str(source))}.")
        target = place.below(source.name) if place.is_folder else place
        file = LocalFile(source.name, source, source.stat().st_size)
        return upload_files(self._door, [(file, target)])

    def download(self, place: Place | str, target: Path | str) -> list[Transfer]:
        """Fetch an object, or all below a place that ends in a slash, into a folder or a file.

        What an interrupted download has fetched is not fetched again. Raises SomeFailed at the end.
        """
        place, target = _place(place), Path(target)
        if not place.is_folder:
            return [self._download_one(place, target)]
        self.repository(place)
        objects = files_in(self._door, place)
        if not objects and place.key:
            raise NotFound(f"There is nothing below {place}.")
        return download_objects(self._door, list(objects.values()), place, target)

    def sync(
        self, source: Path | str, target: Path | str, rules: SyncRules = NO_RULES
    ) -> list[Step]:
        """Make the target as the source is; one of the two begins with `coop://`.

        What has the size and the ETag of its other self is left alone.
        """
        up, down = is_remote(str(target)), is_remote(str(source))
        if up == down:
            raise Invalid(f"One of the two is a folder here, the other begins with {SCHEME}")
        if up and not rules.dry_run:
            self._api.demand_key()
        place = _folder(_place(str(target if up else source)))
        self.repository(place)
        if up:
            return sync_up(self._door, Path(source), place, rules)
        return sync_down(self._door, place, Path(target), rules)

    def _download_one(self, place: Place, target: Path) -> Transfer:
        one = find_object(self._door.s3, place)
        if target.is_dir():
            target = path_below(target, place.key.rpartition("/")[2])
        self._progress.expect(one.size)
        return download_object(self._door, place, one, target)

    @cached_property
    def _door(self) -> Door:
        endpoint = self._api.get("/endpoints")["s3"]
        s3 = open_s3(self.profile, endpoint, 2 * self._parallel)
        pools = (ThreadPoolExecutor(self._parallel), ThreadPoolExecutor(self._parallel))
        return Door(s3, *pools, journals=folder(), progress=self._progress)


def _about(place: str, *names: str) -> str:
    """Where something about an account is, or about a repository where it names one."""
    account_id, _, repository_id = place.removeprefix(SCHEME).rstrip("/").partition("/")
    if repository_id:
        return path_of("repositories", account_id, repository_id, *names)
    return path_of("accounts", account_id, *names)


def _avatar(account_id: str) -> str:
    return path_of("accounts", account_id, "avatar")


def _place(place: Place | str) -> Place:
    return Place.parse(place) if isinstance(place, str) else place


def _folder(place: Place) -> Place:
    return (
        place if place.is_folder else Place(place.account_id, place.repository_id, f"{place.key}/")
    )


def _links(place: Place) -> str:
    return path_of("repositories", place.account_id, place.repository_id, "share-links")


def _requests(place: Place) -> str:
    return path_of("repositories", place.account_id, place.repository_id, "access-requests")
