"""Domains of organizations: added, proven, looked at again, removed."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field

from services.web.api.idempotency import IdempotencyKey
from services.web.api.members import WhyQuery
from services.web.api.models import Body
from services.web.api.queries import AccountName, ask, find_account
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from shared.contracts.accounts import (
    AddDomain,
    CheckDomain,
    Domain,
    DomainState,
    ListDomains,
    Reason,
    RemoveDomain,
)

router = routing("domains")
ALL = "/accounts/{account_id}/domains"
ONE = f"{ALL}/{{domain}}"
DomainName = Annotated[str, Path(max_length=253, description="The domain, such as noaa.gov")]


class NewDomain(Body):
    """A domain to be proven."""

    name: Annotated[str, Field(min_length=1, max_length=253)]
    reason: Reason = ""


class DomainView(BaseModel):
    """Proven once `proof` is the text of the TXT record, or in the file at the address."""

    name: str
    state: DomainState
    record: str
    address: str
    proof: str
    added_at: datetime
    checked_at: datetime | None

    @classmethod
    def of(cls, domain: Domain) -> "DomainView":
        """Without uids that lead nowhere here."""
        return cls(**domain.model_dump(include=set(cls.model_fields)))


class DomainViews(BaseModel):
    """The domains of an organization, five at most."""

    domains: list[DomainView]


@router.get(ALL, summary="An organization's domains")
async def list_domains(request: Request, visitor: SignedIn, account_id: AccountName) -> DomainViews:
    """Proven or not, for owners and maintainers; those that are proven stand on its page."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    found = await ask(request, ListDomains(actor=visitor.actor, account_uid=uid))
    return DomainViews(domains=[DomainView.of(one) for one in found.domains])


@router.post(ALL, status_code=201, summary="Add a domain")
async def add_domain(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    wanted: NewDomain,
    key: IdempotencyKey,
) -> DomainView:
    """It is looked at within seconds and then daily."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    asked = {**wanted.model_dump(), "idempotency_key": key}
    add = AddDomain(actor=visitor.actor, account_uid=uid, **asked)
    return DomainView.of(await ask(request, add))


@router.post(f"{ONE}/check", status_code=202, summary="Look for a domain's proof again")
async def check_domain(
    request: Request, visitor: SignedIn, account_id: AccountName, domain: DomainName
) -> DomainView:
    """Within seconds; 429 where it was looked at a moment ago."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    check = CheckDomain(actor=visitor.actor, account_uid=uid, name=domain)
    return DomainView.of(await ask(request, check))


@router.delete(ONE, status_code=204, summary="Remove a domain")
async def remove_domain(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    domain: DomainName,
    reason: WhyQuery = "",
) -> None:
    """It is shown no more."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    remove = RemoveDomain(actor=visitor.actor, account_uid=uid, name=domain, reason=reason)
    await ask(request, remove)
