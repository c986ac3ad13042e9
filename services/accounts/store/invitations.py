"""Invitations, where they are listed, and that there is one at a time for each invitee."""

from hashlib import sha256

from services.accounts.models import InvitationRecord
from services.accounts.store.accounts import account_key
from services.accounts.store.layout import OFFER, RECORD_VERSION
from services.accounts.store.memberships import place_key
from shared.contracts.accounts import InvitationState
from shared.contracts.base import Listed
from shared.outbox import Outbox
from shared.tables import Absent, Action, AnyOf, Condition, Delete, Equals, Item, Put

LISTED, FOR = "INVITE#", "INVITED#"
MOST_PENDING = 200


def invitee_key(*, account_uid: str = "", email: str = "") -> str:
    """The partition of what is offered to an account or an address, which no key shows."""
    return account_key(account_uid) if account_uid else f"EMAIL#{_digest(email)}"


def _digest(email: str) -> str:
    return sha256(email.encode()).hexdigest()


def written_invitation(
    record: InvitationRecord, *, before: InvitationRecord | None
) -> list[Action]:
    """The invitation in its new version, and for as long as it can be accepted its places."""
    unchanged: Condition = Equals("version", before.version) if before else Absent()
    rows: list[Action] = [Put(_row(record), when=unchanged)]
    place = place_key(record.organization_uid, record.repository_uid)
    if before is None:
        listed = {"pk": place, "sk": LISTED + record.invitation_uid}
        rows.append(Put(listed))
    invitee = invitee_key(account_uid=record.invitee_uid, email=record.email)
    pointer, offer = (invitee, FOR + record.invitation_uid), (place, _offer(record))
    if record.state is not InvitationState.PENDING:
        return [*rows, Delete(*pointer), Delete(*offer)]
    until = {"expires_at": int(record.expires_at.timestamp())}
    own = Equals("invitation", record.invitation_uid)
    rows.append(Put({"pk": pointer[0], "sk": pointer[1], **until}))
    taken = {"pk": offer[0], "sk": offer[1], "invitation": record.invitation_uid, **until}
    return [*rows, Put(taken, when=AnyOf(Absent(), own))]


def _row(record: InvitationRecord) -> Item:
    return {
        "pk": f"INVITATION#{record.invitation_uid}",
        "sk": "INVITATION",
        "schema": RECORD_VERSION,
        "version": record.version,
        "body": record.model_dump_json(),
    }


def _offer(record: InvitationRecord) -> str:
    return OFFER + (record.invitee_uid or _digest(record.email))


async def find_invitation(outbox: Outbox, invitation_uid: str) -> InvitationRecord | None:
    """By uid, whatever became of it."""
    item = await outbox.table.get(f"INVITATION#{invitation_uid}", "INVITATION")
    return InvitationRecord.model_validate_json(item["body"]) if item else None


async def page_of_invitations(
    outbox: Outbox, place: str, listed: Listed
) -> tuple[list[InvitationRecord], str | None]:
    """What was offered at a place, newest first."""
    page = await outbox.table.query(
        place, prefix=LISTED, forward=False, limit=listed.limit, cursor=listed.cursor
    )
    uids = [str(item["sk"]).removeprefix(LISTED) for item in page.items]
    return await _all(outbox, uids), page.cursor


async def pending_for(outbox: Outbox, invitee: str) -> list[InvitationRecord]:
    """What is offered to one invitee, newest first; the 200 newest at most."""
    page = await outbox.table.query(invitee, prefix=FOR, forward=False, limit=MOST_PENDING)
    return await _all(outbox, [str(item["sk"]).removeprefix(FOR) for item in page.items])


async def _all(outbox: Outbox, uids: list[str]) -> list[InvitationRecord]:
    keys = [(f"INVITATION#{uid}", "INVITATION") for uid in uids]
    items = await outbox.table.get_many(keys)
    return [InvitationRecord.model_validate_json(item["body"]) for item in items if item]
