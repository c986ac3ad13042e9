"""Exports of one's own data: begun, written section by section by a job, read by the person."""

from collections.abc import AsyncIterator
from datetime import timedelta

from services.accounts.operations.auditing import audited
from services.accounts.operations.belongings import SECTIONS, Sources
from services.accounts.store.accounts import find_account
from services.accounts.store.exports import (
    changed_export,
    find_document,
    find_export,
    find_export_of,
    new_export,
    written_document,
)
from services.accounts.store.jobs import Job, JobKind, ordered
from services.accounts.store.layout import commit
from shared.contracts.accounts import (
    Account,
    Export,
    ExportDocument,
    GetExport,
    GetExportDocument,
    StartExport,
)
from shared.contracts.base import now
from shared.errors import Forbidden, NotFound
from shared.identifiers import new_uid
from shared.outbox import Outbox, next_version
from shared.policy import Principal
from shared.races import until_won

# An item may have 400 KB and a message 1 MB; one row may have 240 KB.
DOCUMENT_CHARACTERS = 60_000


async def start_export(
    outbox: Outbox, principal: Principal, wanted: StartExport, *, lifetime: timedelta
) -> Export:
    """Order one; while one is being made, that one is told."""

    async def attempt() -> Export:
        account = await own_account(outbox, principal)
        before = await find_export_of(outbox, account.account_uid)
        if before is not None and before.ready_at is None:
            return before
        export = _first_version(account, lifetime)
        await commit(
            outbox,
            *new_export(export, after=before),
            ordered(JobKind.EXPORT, export.export_uid, export.version),
            *await audited(
                outbox, account.account_uid, wanted.actor, "export_started", export.export_uid
            ),
        )
        return export

    return await until_won(attempt)


def _first_version(account: Account, lifetime: timedelta) -> Export:
    moment = now()
    return Export(
        export_uid=new_uid(),
        account_uid=account.account_uid,
        account_id=account.account_id,
        sections=len(SECTIONS),
        created_at=moment,
        expires_at=moment + lifetime,
        version=next_version(),
    )


async def get_export(outbox: Outbox, principal: Principal, _: GetExport) -> Export:
    """How far it is."""
    account = await own_account(outbox, principal)
    export = await find_export_of(outbox, account.account_uid)
    if export is None:
        raise NotFound
    return export


async def get_export_document(
    outbox: Outbox, principal: Principal, wanted: GetExportDocument
) -> ExportDocument:
    """One document of what is ready."""
    account = await own_account(outbox, principal)
    export = await find_export(outbox, wanted.export_uid)
    if export is None or export.account_uid != account.account_uid or export.ready_at is None:
        raise NotFound
    document = await find_document(outbox, wanted.export_uid, wanted.name)
    if document is None:
        raise NotFound
    return document


async def own_account(outbox: Outbox, principal: Principal) -> Account:
    """The account of who asks, in person; NotFound for services, Forbidden for limited keys."""
    if principal.kind != "account" or principal.disabled:
        raise NotFound
    if principal.scope is not None:
        raise Forbidden("An access key with limits does not do this.")
    account = await find_account(outbox, principal.account_uid)
    if account is None or account.kind != "individual":
        raise NotFound
    return account


async def write_export(sources: Sources, job: Job) -> None:
    """Go on where the last process ended; a section that was begun is written again."""
    export = await find_export(sources.outbox, job.subject)
    account = await find_account(sources.outbox, export.account_uid) if export else None
    if export is None or account is None:
        return
    for name in list(SECTIONS)[export.sections_done :]:
        documents = [one async for one in _write(sources, account, export, name)]
        export = await _advance(sources.outbox, export, documents)


async def _advance(outbox: Outbox, before: Export, documents: list[str]) -> Export:
    done = before.sections_done + 1
    is_last = done == before.sections
    changes = {
        "sections_done": done,
        "documents": before.documents + documents,
        "ready_at": now() if is_last else None,
    }
    after, row = changed_export(before.model_copy(update=changes), before=before)
    uid = before.export_uid
    mail = [ordered(JobKind.EXPORT_MAIL, uid, after.version)] if is_last else []
    await commit(outbox, row, *mail)
    return after


async def _write(
    sources: Sources, account: Account, export: Export, section: str
) -> AsyncIterator[str]:
    """Writes the documents of a section and tells their names; a section may be empty."""
    number = 0
    async for content in _contents(sources, account, section):
        number += 1
        document = ExportDocument(name=f"{section}-{number:04d}.json", content=content)
        await sources.outbox.table.write(written_document(export, document))
        yield document.name


async def _contents(sources: Sources, account: Account, section: str) -> AsyncIterator[str]:
    """JSON arrays of a bounded length."""
    waiting, length = list[str](), 0
    async for row in SECTIONS[section](sources, account):
        text = row.model_dump_json()
        if waiting and length + len(text) > DOCUMENT_CHARACTERS:
            yield _array(waiting)
            waiting, length = [], 0
        waiting.append(text)
        length += len(text)
    if waiting:
        yield _array(waiting)


def _array(rows: list[str]) -> str:
    return "[\n" + ",\n".join(rows) + "\n]\n"
