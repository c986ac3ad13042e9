"""Requests for access, and where they are listed: at who asks, and at what is asked for."""

from datetime import datetime, timedelta

from services.accounts.models import AskRecord
from services.accounts.store.accounts import account_key, page_below
from services.accounts.store.layout import RECORD_VERSION
from services.accounts.store.memberships import place_key
from services.accounts.store.tellings import claim, give_back
from shared.contracts.accounts import AskState
from shared.contracts.base import Listed
from shared.outbox import Outbox
from shared.tables import Absent, Action, Condition, Delete, Equals, Item, Put

OWN, OPEN, WAITING, TOLD, LAST = "ASKED#", "ASKING#", "ASK#", "TOLD#", "ASKED"
# Who asked can look for so long at what became of it.
SHOWN_FOR = timedelta(days=90)


def written_request(record: AskRecord, *, before: AskRecord | None) -> list[Action]:
    """The request in its new version, and its places in lists; one is open at a time by a name."""
    unchanged: Condition = Equals("version", before.version) if before else Absent()
    asker, kept = account_key(record.asker_uid), _seconds(record, SHOWN_FOR)
    own = {"pk": asker, "sk": OWN + record.request_uid, "expires_at": kept}
    rows: list[Action] = [Put(_row(record, kept), when=unchanged), Put(own)]
    open_place, waiting = (asker, OPEN + record.place), _waiting(record)
    if record.state is not AskState.OPEN:
        return [*rows, Delete(*open_place), *(Delete(*place) for place in waiting)]
    until = {"expires_at": _seconds(record)}
    rows.append(Put({"pk": open_place[0], "sk": open_place[1], **until}, when=Absent()))
    return [*rows, *(Put({"pk": pk, "sk": sk, **until}) for pk, sk in waiting)]


def asked_last(record: AskRecord, *, after: str) -> Action:
    """That it is the newest of who asks, if `after` still is: two made at once are both counted."""
    pk, until = account_key(record.asker_uid), _seconds(record)
    row = {"pk": pk, "sk": LAST, "request": record.request_uid, "expires_at": until}
    return Put(row, when=Equals("request", after) if after else Absent())


async def last_asked(outbox: Outbox, asker_uid: str) -> str:
    """The uid of the newest request that somebody made, while that can be open."""
    row = await outbox.table.get(account_key(asker_uid), LAST)
    return str(row["request"]) if row else ""


def _waiting(record: AskRecord) -> list[tuple[str, str]]:
    """Its place among those that wait at the repository, where there is one."""
    place = place_key("", record.repository_uid)
    return [(place, WAITING + record.request_uid)] if record.repository_uid else []


def _row(record: AskRecord, expires_at: int) -> Item:
    return {
        "pk": f"REQUEST#{record.request_uid}",
        "sk": "REQUEST",
        "schema": RECORD_VERSION,
        "version": record.version,
        "expires_at": expires_at,
        "body": record.model_dump_json(),
    }


def _seconds(record: AskRecord, after: timedelta = timedelta()) -> int:
    return int((record.expires_at + after).timestamp())


async def find_request(outbox: Outbox, request_uid: str) -> AskRecord | None:
    """By uid, whatever became of it."""
    item = await outbox.table.get(f"REQUEST#{request_uid}", "REQUEST")
    return AskRecord.model_validate_json(item["body"]) if item else None


async def open_places(outbox: Outbox, asker_uid: str, *, limit: int) -> set[str]:
    """What somebody asks for at this moment, as `account/repository`; so many at most."""
    page = await outbox.table.query(account_key(asker_uid), prefix=OPEN, limit=limit)
    return {str(item["sk"]).removeprefix(OPEN) for item in page.items}


async def page_of_waiting(
    outbox: Outbox, repository_uid: str, listed: Listed
) -> tuple[list[AskRecord], str | None]:
    """What waits for an answer at a repository, newest first."""
    return await _page(outbox, place_key("", repository_uid), WAITING, listed)


async def page_of_own(
    outbox: Outbox, asker_uid: str, listed: Listed
) -> tuple[list[AskRecord], str | None]:
    """What somebody asked for, newest first."""
    return await _page(outbox, account_key(asker_uid), OWN, listed)


async def _page(
    outbox: Outbox, place: str, prefix: str, listed: Listed
) -> tuple[list[AskRecord], str | None]:
    page = await page_below(outbox, place, prefix, listed)
    uids = [str(item["sk"]).removeprefix(prefix) for item in page.items]
    items = await outbox.table.get_many([(f"REQUEST#{uid}", "REQUEST") for uid in uids])
    found = [AskRecord.model_validate_json(item["body"]) for item in items if item]
    return found, page.cursor


async def claim_telling(
    outbox: Outbox, record: AskRecord, moment: datetime, until: datetime
) -> bool:
    """Whether this request is the one of its asker that is told there by mail until then."""
    return await claim(outbox, _telling(record), record.request_uid, moment, until)


async def give_telling_back(outbox: Outbox, record: AskRecord) -> None:
    """It was not told after all; another may be."""
    await give_back(outbox, _telling(record), record.request_uid)


def _telling(record: AskRecord) -> tuple[str, str]:
    return account_key(record.asker_uid), TOLD + record.repository_uid
