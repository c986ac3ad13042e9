"""An account in its next version, and the rows that announce it."""

from datetime import datetime

from services.accounts.models import Membership, Place
from services.accounts.operations.profiles import public
from shared.contracts.accounts import (
    Account,
    AccountCreated,
    AccountUpdated,
    CreateAccount,
    MembershipGranted,
    MembershipRevoked,
    Role,
)
from shared.contracts.base import Actor, now
from shared.fields import one_line
from shared.identifiers import new_uid
from shared.outbox import announce, next_version
from shared.tables import Put


def with_role(
    account: Account, place_uid: str, role: Role | None, until: datetime | None = None
) -> Account:
    """The account in the version in which it holds this role there, or none."""
    others = {uid: held for uid, held in account.roles.items() if uid != place_uid}
    other_ends = {uid: end for uid, end in account.role_ends.items() if uid != place_uid}
    changes = {
        "roles": {**others, place_uid: role} if role else others,
        "role_ends": {**other_ends, place_uid: until} if role and until else other_ends,
        "version": next_version(account.version),
    }
    return account.model_copy(update=changes)


def updated(
    event: type[AccountCreated] | type[AccountUpdated], account: Account, actor: Actor
) -> Put:
    """The row that announces an account as it is now."""
    return announce(
        event(account_id=account.account_id, account=public(account)),
        aggregate=account.account_uid,
        version=account.version,
        actor=actor.uid,
    )


def membership_told(
    event: type[MembershipGranted] | type[MembershipRevoked],
    place: Place,
    membership: Membership,
    actor: Actor,
    reason: str = "",
) -> Put:
    """The row that announces who got or lost which role where."""
    data = event(
        account_id=place.account.account_id,
        repository_id=place.repository_id or "-",
        reason=reason,
        **membership.model_dump(exclude={"version"}),
    )
    return announce(
        data, aggregate=membership.aggregate, version=membership.version, actor=actor.uid
    )


def first_version(wanted: CreateAccount) -> Account:
    """The account that is asked for; raises Invalid for a name that nobody could see."""
    return Account(
        account_uid=new_uid(),
        account_id=wanted.account_id,
        kind=wanted.kind,
        name=one_line("name", wanted.name),
        bio=wanted.bio,
        created_at=now(),
        version=next_version(),
    )
