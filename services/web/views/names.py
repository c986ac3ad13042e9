"""Which thing an address names, and what the visitor may do with it."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from services.web.addresses import Place, check_query, is_slug, place_of
from services.web.resources import resources_of, visitor_afresh, visitor_of
from services.web.security.cookies import SHARE
from services.web.views.page import raw_path
from shared.contracts.accounts import Account, GetAccount
from shared.contracts.repositories import GetRepository, Repository, State
from shared.errors import Forbidden, NotFound
from shared.policy import (
    ANONYMOUS_PRINCIPAL,
    Action,
    Principal,
    account_resource,
    may,
    repository_resource,
    sees,
)


@dataclass(frozen=True, slots=True)
class May:
    """What to offer; the owners of things decide again when it is asked for.

    `see`: it exists for them whatever a share link opens; `browse`: all of its files.
    """

    write: bool = False
    edit: bool = False
    grant: bool = False
    delete: bool = False
    deactivate: bool = False
    activate: bool = False
    move: bool = False
    share: bool = False
    see: bool = False
    browse: bool = False

    @property
    def settle(self) -> bool:
        """Whether its settings have anything to offer."""
        return self.edit or self.deactivate or self.activate or self.move or self.delete


class Moved(Exception):
    """It has another name: `address` is where this page is now, `name` its own of today."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(address)
        self.address = address
        self.name = name


@dataclass(frozen=True, slots=True)
class MayAccount:
    """What to offer on an account's page."""

    edit: bool = False
    grant: bool = False
    create: bool = False
    keys: bool = False
    audit: bool = False
    delete: bool = False
    connect: bool = False


def place_of_request(request: Request) -> Place:
    """What the path names; `?key=` and `?prefix=` carry keys that a path cannot."""
    check_query(request.scope["query_string"])
    place = place_of(raw_path(request))
    query = request.query_params
    asked = query.get("key") or query.get("prefix")
    if place.repository_id and not place.key and asked:
        return Place(place.account_id, place.repository_id, asked)
    return place


def named(request: Request) -> Place:
    """What a page under `/-/{account}/{repository}/` is about."""
    check_query(request.scope["query_string"])
    names = request.path_params
    account_id, repository_id = names["account_id"], names.get("repository_id", "")
    if not is_slug(account_id) or (repository_id and not is_slug(repository_id)):
        raise NotFound
    return Place(account_id, repository_id)


def is_open(repository: Repository) -> bool:
    """Whether its files are for anyone, so that addresses of them need carry no permission."""
    return may(ANONYMOUS_PRINCIPAL, Action.DATA_READ, repository_resource(repository))


async def share_of(request: Request, repository: Repository) -> str:
    """The token of the link by which the visitor reads this; empty for those who may without."""
    visitor = await visitor_of(request)
    if visitor.share is None or may(
        visitor.principal, Action.DATA_READ, repository_resource(repository)
    ):
        return ""
    return request.cookies[SHARE]


async def find_repository(request: Request, place: Place) -> Repository:
    """The repository, if the visitor may see it. Moved where it has another name today."""
    visitor = await visitor_of(request)
    found = await resources_of(request).bus.request(
        GetRepository(
            actor=visitor.actor,
            account_id=place.account_id,
            repository_id=place.repository_id,
        )
    )
    if (found.account_id, found.repository_id) != (place.account_id, place.repository_id):
        raise Moved(moved_address(request, found), found.full_name)
    return found


def moved_address(request: Request, repository: Repository) -> str:
    """The address of this request with the names of today in the place of the former ones."""
    path = raw_path(request).decode("latin-1")
    start, rest = ("/-/", path[3:]) if path.startswith("/-/") else ("/", path[1:])
    names_and_key = rest.split("/", 2)
    rest = "/".join([repository.account_id, repository.repository_id, *names_and_key[2:]])
    query = request.scope["query_string"].decode("latin-1")
    return f"{start}{rest}?{query}" if query else f"{start}{rest}"


async def find_account(request: Request, account_id: str) -> Account:
    """The account, if the visitor may see it."""
    visitor = await visitor_of(request)
    return await resources_of(request).bus.request(
        GetAccount(actor=visitor.actor, account_id=account_id)
    )


def may_of(principal: Principal, repository: Repository) -> May:
    """What this visitor is offered on a repository's pages."""
    resource = repository_resource(repository)
    return May(
        write=may(principal, Action.DATA_WRITE, resource),
        edit=may(principal, Action.REPOSITORY_EDIT, resource),
        grant=may(principal, Action.REPOSITORY_GRANT, resource),
        delete=may(principal, Action.REPOSITORY_DELETE, resource),
        deactivate=repository.state is State.ACTIVE
        and may(principal, Action.REPOSITORY_DEACTIVATE, resource),
        activate=repository.state is State.DEACTIVATED
        and may(principal, Action.REPOSITORY_ACTIVATE, resource),
        move=may(principal, Action.REPOSITORY_MOVE, resource),
        share=may(principal, Action.REPOSITORY_SHARE, resource),
        see=sees(principal, resource),
        browse=may(principal, Action.DATA_LIST, resource, ""),
    )


def may_account(principal: Principal, account: Account) -> MayAccount:
    """What this visitor is offered on an account's page."""
    resource = account_resource(account)
    return MayAccount(
        edit=may(principal, Action.ACCOUNT_EDIT, resource),
        grant=may(principal, Action.ACCOUNT_GRANT, resource),
        audit=may(principal, Action.ACCOUNT_AUDIT, resource),
        create=may(principal, Action.REPOSITORY_CREATE, resource),
        keys=may(principal, Action.ACCESS_KEY_MANAGE, resource),
        delete=may(principal, Action.ACCOUNT_DELETE, resource),
        connect=may(principal, Action.CONNECTION_MANAGE, resource),
    )


async def demand(request: Request, is_allowed: Callable[[Principal], bool], refusal: str) -> None:
    """Forbidden where the visitor may not, asked afresh first: a new role counts at once."""
    if is_allowed((await visitor_of(request)).principal):
        return
    if not is_allowed((await visitor_afresh(request)).principal):
        raise Forbidden(refusal)
