"""Share links: made, shown once, listed, revoked, counted."""

import secrets
import string

from services.repositories.models import LinkRecord
from services.repositories.operations.repositories import demanded
from services.repositories.operations.resources import Resources
from services.repositories.store.names import find_repository
from services.repositories.store.share_links import (
    changed_link,
    count_open,
    find_link,
    last_made,
    new_link,
    noted_use,
    page_of_links,
)
from shared.contracts.accounts import Account
from shared.contracts.base import Done
from shared.contracts.repositories import (
    CreateShareLink,
    GetSealedShareLink,
    ListShareLinks,
    NoteLinkUse,
    Repository,
    RevokeShareLink,
    SealedShareLink,
    ShareLinkCreated,
    ShareLinkEvent,
    ShareLinkPage,
    ShareLinkRevoked,
    ShareLinkSealed,
    ShareLinkSecret,
    State,
    hash_of,
)
from shared.errors import Conflict, Forbidden, NotFound
from shared.fields import invalid
from shared.identifiers import is_uid, new_uid
from shared.outbox import Outbox, announce, next_version
from shared.policy import Action, Principal, demand, repository_resource
from shared.races import until_won
from shared.tables import Put

SECRET_CHARACTERS, SECRET_LENGTH = string.ascii_letters + string.digits, 32


async def create_share_link(
    resources: Resources, principal: Principal, account: Account, wanted: CreateShareLink
) -> ShareLinkSecret:
    """A new link with its token, which is told this once. Conflict where too many are open."""
    secret = "".join(secrets.choice(SECRET_CHARACTERS) for _ in range(SECRET_LENGTH))

    async def attempt() -> ShareLinkSecret:
        repository = await _shareable(resources, principal, account, wanted)
        last = await last_made(resources.outbox, repository.repository_uid)
        await _demand_room(resources, repository)
        record = _new_record(resources, repository, wanted, secret)
        told = _announced(ShareLinkCreated, repository, record, wanted)
        await resources.outbox.commit(*new_link(record, after=last), *told)
        token = f"{record.link_id}.{secret}"
        return ShareLinkSecret(**record.shown().model_dump(), token=token)

    return await until_won(attempt)


async def list_share_links(
    resources: Resources, principal: Principal, account: Account, wanted: ListShareLinks
) -> ShareLinkPage:
    """A repository's links, newest first; revoked and expired ones too, for a while."""
    found = await find_repository(resources.outbox, account.account_uid, wanted.repository_id)
    repository = demanded(principal, Action.REPOSITORY_SHARE, found)
    return await page_of_links(resources.outbox, repository.repository_uid, wanted)


async def revoke_share_link(
    resources: Resources, principal: Principal, account: Account, wanted: RevokeShareLink
) -> Done:
    """The link opens nothing more. NotFound for one of another repository."""

    async def attempt() -> Done:
        found = await find_repository(resources.outbox, account.account_uid, wanted.repository_id)
        repository = demanded(principal, Action.REPOSITORY_SHARE, found)
        before = await find_link(resources.outbox, wanted.link_id)
        if before is None or before.repository_uid != repository.repository_uid:
            raise NotFound
        if before.revoked:
            return Done()
        after = revoked(before)
        told = _announced(ShareLinkRevoked, repository, after, wanted)
        await resources.outbox.commit(*changed_link(after, before=before), *told)
        return Done()

    return await until_won(attempt)


async def is_revoked(outbox: Outbox, link: ShareLinkSecret) -> bool:
    """Whether it opens nothing more, or is forgotten."""
    record = await find_link(outbox, link.link_id)
    return record is None or record.revoked


def revoked(before: LinkRecord) -> LinkRecord:
    """The link with nothing left that it could be checked by."""
    version = next_version(before.version)
    return before.model_copy(update={"revoked": True, "secret_hash": "", "version": version})


async def get_sealed_share_link(
    resources: Resources, principal: Principal, wanted: GetSealedShareLink
) -> SealedShareLink:
    """For services alone; a revoked link is told as such."""
    _demand_service(principal)
    record = await find_link(resources.outbox, wanted.link_id) if is_uid(wanted.link_id) else None
    if record is None:
        raise NotFound
    return record.sealed()


async def note_link_use(resources: Resources, principal: Principal, wanted: NoteLinkUse) -> Done:
    """For services alone; a link that is forgotten already is not counted."""
    _demand_service(principal)
    for link_id, times in wanted.used.items():
        link = await find_link(resources.outbox, link_id)
        if link is not None:
            await resources.outbox.table.write(noted_use(link, times, wanted.at))
    return Done()


def told_sealed(record: LinkRecord, actor_uid: str) -> Put:
    """The row that tells storage and web: on one subject for all the life of the link."""
    data = ShareLinkSealed(
        account_id=record.account_uid, repository_id=record.link_id, share_link=record.sealed()
    )
    return announce(data, aggregate=record.link_id, version=record.version, actor=actor_uid)


async def _shareable(
    resources: Resources, principal: Principal, account: Account, wanted: CreateShareLink
) -> Repository:
    """The repository, if who asks may share this part of it and may read all of that."""
    found = await find_repository(resources.outbox, account.account_uid, wanted.repository_id)
    repository = demanded(principal, Action.REPOSITORY_SHARE, found, wanted.prefix)
    for action in (Action.DATA_READ, Action.DATA_LIST):
        demand(principal, action, repository_resource(repository), wanted.prefix)
    if repository.state is not State.ACTIVE:
        raise Conflict("It is put aside: a link would open nothing.")
    return repository


async def _demand_room(resources: Resources, repository: Repository) -> None:
    rules, uid = resources.rules, repository.repository_uid
    if await count_open(resources.outbox, uid, moment=rules.clock()) >= rules.open_links:
        raise Conflict(f"A repository has at most {rules.open_links} open share links; revoke one.")


def _new_record(
    resources: Resources, repository: Repository, wanted: CreateShareLink, secret: str
) -> LinkRecord:
    rules, moment, link_id = resources.rules, resources.rules.clock(), new_uid()
    expires_at = wanted.expires_at or moment + min(rules.share_for, rules.share_longest)
    if expires_at <= moment:
        raise invalid("expires_at", "must be a time to come")
    if expires_at > moment + rules.share_longest:
        raise invalid("expires_at", f"must be within {rules.share_longest.days} days")
    return LinkRecord(
        version=next_version(),
        link_id=link_id,
        account_uid=repository.account_uid,
        repository_uid=repository.repository_uid,
        prefix=wanted.prefix,
        name=wanted.name,
        made_by=wanted.actor.uid,
        created_at=moment,
        expires_at=expires_at,
        secret_hash=hash_of(link_id, secret),
    )


def _announced(
    event: type[ShareLinkEvent],
    repository: Repository,
    record: LinkRecord,
    wanted: CreateShareLink | RevokeShareLink,
) -> list[Put]:
    """Everyone hears of the link; storage and web get what it is checked by, or lose it."""
    told = event(
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        share_link=record.shown(),
        reason=wanted.reason,
        access_key_id=wanted.actor.access_key_id,
    )
    uid, version = wanted.actor.uid, record.version
    return [
        announce(told, aggregate=record.link_id, version=version, actor=uid),
        told_sealed(record, uid),
    ]


def _demand_service(principal: Principal) -> None:
    if principal.kind != "service":
        raise Forbidden
