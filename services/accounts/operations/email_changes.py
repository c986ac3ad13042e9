"""Another address for a person: a code is mailed there, and until it comes back nothing changes.

Nobody is asked whose the address is before it is proven, as when registering (ADR 0011):
taken and free ones get the same answer in the same time, and who reads the mail learns the rest.
"""

import hmac
from datetime import timedelta

from services.accounts.kratos import Kratos
from services.accounts.models import EmailChangeRecord
from services.accounts.operations.accounts import demand_service
from services.accounts.store.email_changes import (
    address_before,
    done_change,
    find_change,
    new_change,
    tried_change,
)
from services.accounts.store.identities import keep_email
from services.accounts.store.jobs import JobKind, ordered
from services.accounts.store.layout import commit
from shared.contracts.accounts import (
    EMAIL_CODE_LIFETIME,
    ConfirmEmailChange,
    EmailChange,
    EmailState,
    StartEmailChange,
)
from shared.contracts.base import Done, now
from shared.errors import NotFound
from shared.fields import email_address, invalid
from shared.identifiers import new_uid
from shared.outbox import Outbox
from shared.policy import Principal
from shared.races import until_won
from shared.tables import Action

# As often as Kratos' own codes.
TRIES = 5
FIGURES = 6
# As long as a mail is tried.
TOLD_WITHIN = timedelta(days=4)


def code_of(key: bytes, record: EmailChangeRecord) -> str:
    """Six figures that follow from the change and our key, so that no table holds them."""
    name = f"email-change/{record.change_uid}/{record.identity_id}/{record.email}"
    number = int.from_bytes(hmac.digest(key, name.encode(), "sha256"))
    return f"{number % 10**FIGURES:0{FIGURES}}"


async def start_email_change(
    outbox: Outbox, principal: Principal, wanted: StartEmailChange
) -> EmailChange:
    """Kept beside the mail that is to be sent."""
    demand_service(principal)
    moment = now()
    record = EmailChangeRecord(
        change_uid=new_uid(),
        identity_id=wanted.identity_id,
        email=email_address("email", wanted.email),
        made_at=moment,
        expires_at=moment + EMAIL_CODE_LIFETIME,
    )
    await commit(outbox, new_change(record), ordered(JobKind.EMAIL_CODE, record.change_uid, 1))
    return record.shown()


async def confirm_email_change(
    outbox: Outbox, principal: Principal, wanted: ConfirmEmailChange, *, kratos: Kratos, key: bytes
) -> Done:
    """Kratos takes it or refuses it; what is kept is what Kratos says then.

    The address before is told, for whoever reads it if they did not do this.
    """
    demand_service(principal)
    record = await until_won(lambda: _try(outbox, wanted))
    if not hmac.compare_digest(code_of(key, record).encode(), wanted.code.strip().encode()):
        raise invalid("code", "is not the code of the mail; check it, or ask for another")
    before = await kratos.email_of(record.identity_id)
    await kratos.change_email(record.identity_id, record.email)
    await commit(outbox, done_change(record.change_uid), *_told(record, before))
    await keep_email(outbox, record.identity_id, await kratos.email_of(record.identity_id))
    return Done()


def _told(record: EmailChangeRecord, before: EmailState) -> list[Action]:
    """The rows that have a mail sent to the address before, if it was theirs."""
    if not before.verified or before.email == record.email:
        return []
    uid, until = record.change_uid, now() + TOLD_WITHIN
    return [address_before(uid, before.email, until), ordered(JobKind.EMAIL_CHANGED, uid, 1)]


async def _try(outbox: Outbox, wanted: ConfirmEmailChange) -> EmailChangeRecord:
    """Counted before the code is looked at, so that no two tries are counted as one."""
    before = await find_change(outbox, wanted.change_uid)
    is_own = before is not None and before.identity_id == wanted.identity_id
    if before is None or not is_own or before.tries >= TRIES or before.expires_at <= now():
        raise NotFound("The code is too old, or was tried too often; ask for another.")
    after, row = tried_change(before)
    await commit(outbox, row)
    return after
