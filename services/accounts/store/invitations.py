"""Invitations, where they are listed, and that there is one at a time for each invitee."""

from collections.abc import Sequence
from hashlib import sha256

from services.accounts.models import InvitationRecord
from services.accounts.store.accounts import account_key
from services.accounts.store.layout import OFFER, RECORD_VERSION
from services.accounts.store.memberships import place_key
from shared.contracts.accounts import InvitationState
from shared.contracts.base import Listed
from shared.outbox import Outbox
from shared.paging import Stretch
from shared.tables import Absent, Action, AnyOf, Condition, Delete, Equals, Item, Put, Range

# No key that begins with the second comes after the third.
LISTED, FOR, FOR_END = "INVITE#", "INVITED#", "INVITED$"
CHUNK = 100


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


async def pending_after(
    outbox: Outbox, invitees: Sequence[str], invitation_uid: str | None
) -> Stretch[InvitationRecord]:
    """The next of what is offered to any of these, newest first."""
    end = f"{FOR}{invitation_uid}" if invitation_uid else FOR_END
    ranges = [Range(invitee, FOR, end) for invitee in invitees]
    found, rest = await outbox.table.merge(ranges, forward=False, limit=CHUNK)
    uids = [str(item["sk"]).removeprefix(FOR) for item in found]
    return await _all(outbox, uids), uids[-1] if rest else None


async def _all(outbox: Outbox, uids: list[str]) -> list[InvitationRecord]:
    keys = [(f"INVITATION#{uid}", "INVITATION") for uid in uids]
    items = await outbox.table.get_many(keys)
    return [InvitationRecord.model_validate_json(item["body"]) for item in items if item]
