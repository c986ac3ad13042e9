"""Who has which role where, and how many own an organization."""

from services.accounts.models import Membership
from services.accounts.store.accounts import account_key
from services.accounts.store.layout import RECORD_VERSION
from shared.contracts.accounts import Role
from shared.outbox import Outbox
from shared.paging import Stretch
from shared.tables import Absent, Action, Check, Condition, Delete, Equals, Item, Put, Update

PREFIX = "MEMBER#"
CHUNK = 200


def place_key(organization_uid: str, repository_uid: str = "") -> str:
    """The partition of those who hold a role there."""
    return f"REPOSITORY#{repository_uid}" if repository_uid else account_key(organization_uid)


def _key(membership: Membership) -> tuple[str, str]:
    place = place_key(membership.organization_uid, membership.repository_uid)
    return place, PREFIX + membership.member_uid


def member_row(membership: Membership) -> Item:
    """A membership as it is kept; it repeats the role, so that a condition can be put on it."""
    pk, sk = _key(membership)
    return {
        "pk": pk,
        "sk": sk,
        "schema": RECORD_VERSION,
        "version": membership.version,
        "role": membership.role,
        "body": membership.model_dump_json(),
    }


def first_owner(membership: Membership) -> list[Action]:
    """The membership that every organization begins with."""
    owners = {"pk": account_key(membership.organization_uid), "sk": "OWNERS", "owners": 1}
    return [Put(owners, when=Absent()), Put(member_row(membership), when=Absent())]


def changed_membership(membership: Membership, *, before: Membership | None) -> Action:
    """The membership in its new version, if it is still as it was."""
    unchanged: Condition = Equals("version", before.version) if before else Absent()
    return Put(member_row(membership), when=unchanged)


def removed_membership(before: Membership) -> Action:
    """No role any more, if it is still as it was."""
    return Delete(*_key(before), when=Equals("version", before.version))


def owners_changed(organization_uid: str, *, owners: int, by: int) -> Action:
    """One owner more or fewer, if there are still as many as were counted."""
    pk = account_key(organization_uid)
    return Update(pk, "OWNERS", add={"owners": by}, when=Equals("owners", owners))


def still_holds(place: str, member_uid: str, role: Role) -> Action:
    """Nothing is written unless this account holds this role at this place."""
    return Check(place, PREFIX + member_uid, Equals("role", role))


async def find_membership(outbox: Outbox, place: str, member_uid: str) -> Membership | None:
    """The role of one account at a place."""
    item = await outbox.table.get(place, PREFIX + member_uid)
    return Membership.model_validate_json(item["body"]) if item else None


async def count_owners(outbox: Outbox, organization_uid: str) -> int:
    """How many own it."""
    item = await outbox.table.get(account_key(organization_uid), "OWNERS")
    return int(item["owners"]) if item else 0


async def memberships_after(
    outbox: Outbox, place: str, member_uid: str | None, *, limit: int = CHUNK
) -> Stretch[Membership]:
    """The next memberships in the order of their members' uids; the place is a member's uid."""
    page = await outbox.table.query(
        place,
        prefix=PREFIX,
        # The place after a key is that key and the smallest character there is.
        start=f"{PREFIX}{member_uid}\0" if member_uid else None,
        limit=limit,
    )
    rows = [Membership.model_validate_json(item["body"]) for item in page.items]
    return rows, rows[-1].member_uid if page.cursor and rows else None
