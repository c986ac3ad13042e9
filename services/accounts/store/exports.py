"""Exports and their documents; all of it is gone once its time is up."""

from services.accounts.store.accounts import account_key
from services.accounts.store.layout import RECORD_VERSION
from shared.contracts.accounts import Export, ExportDocument
from shared.outbox import Outbox, next_version
from shared.tables import Absent, Action, Equals, Put

EXPORT = "EXPORT"


def _key(export_uid: str) -> str:
    return f"{EXPORT}#{export_uid}"


def _until(export: Export) -> int:
    return int(export.expires_at.timestamp())


def new_export(export: Export, *, after: Export | None) -> list[Action]:
    """An export, in the place of the account's last one, if that is `after`."""
    pointer = {
        "pk": account_key(export.account_uid),
        "sk": EXPORT,
        "export_uid": export.export_uid,
        "expires_at": _until(export),
    }
    unchanged = Equals("export_uid", after.export_uid) if after else Absent()
    return [_row(export, Absent()), Put(pointer, when=unchanged)]


def changed_export(export: Export, *, before: Export) -> tuple[Export, Action]:
    """The export in its new version, if it is still as it was."""
    after = export.model_copy(update={"version": next_version(before.version)})
    return after, _row(after, Equals("version", before.version))


def _row(export: Export, when: Absent | Equals) -> Put:
    row = {
        "pk": _key(export.export_uid),
        "sk": EXPORT,
        "schema": RECORD_VERSION,
        "version": export.version,
        "expires_at": _until(export),
        "body": export.model_dump_json(),
    }
    return Put(row, when=when)


def written_document(export: Export, document: ExportDocument) -> Action:
    """One document, in the place of the same one that a killed process wrote."""
    row = {
        "pk": _key(export.export_uid),
        "sk": f"DOCUMENT#{document.name}",
        "expires_at": _until(export),
        "body": document.content,
    }
    return Put(row)


async def find_export(outbox: Outbox, export_uid: str) -> Export | None:
    """By uid."""
    item = await outbox.table.get(_key(export_uid), EXPORT)
    return Export.model_validate_json(item["body"]) if item else None


async def find_export_of(outbox: Outbox, account_uid: str) -> Export | None:
    """An account's last one."""
    pointer = await outbox.table.get(account_key(account_uid), EXPORT)
    return await find_export(outbox, pointer["export_uid"]) if pointer else None


async def find_document(outbox: Outbox, export_uid: str, name: str) -> ExportDocument | None:
    """By the export and its name in it."""
    item = await outbox.table.get(_key(export_uid), f"DOCUMENT#{name}")
    return ExportDocument(name=name, content=item["body"]) if item else None
