"""Share links; their rows go by themselves some while after they ended."""

import asyncio
from datetime import UTC, datetime, timedelta

from services.repositories.models import LinkRecord
from services.repositories.store.layout import RECORD_VERSION
from shared.contracts.base import Listed
from shared.contracts.repositories import ShareLink, ShareLinkPage
from shared.outbox import Outbox
from shared.paging import stretches
from shared.tables import Absent, Action, Delete, Equals, Item, Put, Update

LINK, USED, LAST = "LINK", "USED", "LAST"
# Those who look for what was open once find it in the list for so long.
SHOWN_FOR = timedelta(days=30)
ROWS = 1000
MINUTE = "%Y-%m-%dT%H:%MZ"


def new_link(record: LinkRecord, *, after: str) -> list[Action]:
    """A link of an id that there was none of, and its place in its repository's list.

    `after`: the one that was made last, so that of two made at once each is counted.
    """
    last = {"pk": _made(record.repository_uid), "sk": LAST, "link_id": record.link_id}
    unchanged = Equals("link_id", after) if after else Absent()
    return [Put(_row(record), when=Absent()), Put(_place(record)), Put(last, when=unchanged)]


async def last_made(outbox: Outbox, repository_uid: str) -> str:
    """The id of the link of a repository that was made last, if there was one."""
    row = await outbox.table.get(_made(repository_uid), LAST)
    return str(row["link_id"]) if row else ""


def changed_link(record: LinkRecord, *, before: LinkRecord) -> list[Action]:
    """The link in its new version, if `before` is what is stored."""
    return [Put(_row(record), when=Equals("version", before.version)), Put(_place(record))]


def gone_link(record: LinkRecord) -> list[Action]:
    """Nothing of it any more."""
    return [
        Delete(_link(record.link_id), LINK),
        Delete(_link(record.link_id), USED),
        Delete(_links(record.repository_uid), record.link_id),
    ]


def noted_use(link: LinkRecord, times: int, at: datetime) -> Action:
    """It was used so often more."""
    minute = at.astimezone(UTC).strftime(MINUTE)
    kept = {"used_at": minute, "expires_at": _forgotten_at(link)}
    return Update(_link(link.link_id), USED, set=kept, add={"uses": times})


def gone_links(repository_uid: str) -> Action:
    """No link of a repository was ever made, for all that is known."""
    return Delete(_made(repository_uid), LAST)


async def find_link(outbox: Outbox, link_id: str) -> LinkRecord | None:
    """By its id, also when it is revoked."""
    row = await outbox.table.get(_link(link_id), LINK)
    return LinkRecord.model_validate_json(row["body"]) if row else None


async def page_of_links(outbox: Outbox, repository_uid: str, listed: Listed) -> ShareLinkPage:
    """A repository's links, newest first, with how often they were used."""
    page = await outbox.table.query(
        _links(repository_uid), forward=False, limit=listed.limit, cursor=listed.cursor
    )
    ids = [_link(row["sk"]) for row in page.items]
    rows, uses = await asyncio.gather(
        outbox.table.get_many([(pk, LINK) for pk in ids]),
        outbox.table.get_many([(pk, USED) for pk in ids]),
    )
    links = [_shown(row, used) for row, used in zip(rows, uses, strict=True) if row]
    return ShareLinkPage(share_links=links, cursor=page.cursor)


async def links_of(outbox: Outbox, repository_uid: str) -> list[LinkRecord]:
    """Some of a repository's links, newest first."""
    page = await outbox.table.query(_links(repository_uid), forward=False, limit=100)
    rows = await outbox.table.get_many([(_link(row["sk"]), LINK) for row in page.items])
    return [LinkRecord.model_validate_json(row["body"]) for row in rows if row]


async def count_open(outbox: Outbox, repository_uid: str, *, moment: datetime) -> int:
    """How many links of a repository are neither revoked nor expired."""
    count, seconds, links = 0, moment.timestamp(), _links(repository_uid)
    async for rows in stretches(
        lambda cursor: outbox.table.query(links, limit=ROWS, cursor=cursor)
    ):
        count += len([row for row in rows if not row["revoked"] and row["until"] > seconds])
    return count


def _row(record: LinkRecord) -> Item:
    return {
        "pk": _link(record.link_id),
        "sk": LINK,
        "schema": RECORD_VERSION,
        "version": record.version,
        "expires_at": _forgotten_at(record),
        "body": record.model_dump_json(),
    }


def _place(record: LinkRecord) -> Item:
    return {
        "pk": _links(record.repository_uid),
        "sk": record.link_id,
        "until": int(record.expires_at.timestamp()),
        "revoked": record.revoked,
        "expires_at": _forgotten_at(record),
    }


def _shown(row: Item, used: Item | None) -> ShareLink:
    link = LinkRecord.model_validate_json(row["body"]).shown()
    if used is None:
        return link
    moment = datetime.strptime(used["used_at"], MINUTE).replace(tzinfo=UTC)
    return link.model_copy(update={"uses": used["uses"], "last_used_at": moment})


def _forgotten_at(record: LinkRecord) -> int:
    return int((record.expires_at + SHOWN_FOR).timestamp())


def _link(link_id: str) -> str:
    return f"LINK#{link_id}"


def _links(repository_uid: str) -> str:
    return f"LINKS#{repository_uid}"


def _made(repository_uid: str) -> str:
    return f"MADE#{repository_uid}"
