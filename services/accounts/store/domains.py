"""Domains of organizations."""

from services.accounts.store.accounts import account_key
from services.accounts.store.layout import RECORD_VERSION
from shared.contracts.accounts import Domain
from shared.outbox import Outbox
from shared.tables import Absent, Action, Delete, Equals, Put

PREFIX = "DOMAIN#"
MOST = 5


def written_domain(domain: Domain, *, before: Domain | None) -> Action:
    """The domain in its new version, if it is still as it was."""
    row = {
        "pk": account_key(domain.account_uid),
        "sk": PREFIX + domain.name,
        "schema": RECORD_VERSION,
        "version": domain.version,
        "body": domain.model_dump_json(),
    }
    return Put(row, when=Equals("version", before.version) if before else Absent())


def removed_domain(domain: Domain) -> Action:
    """No such domain any more, if it is still as it was."""
    unchanged = Equals("version", domain.version)
    return Delete(account_key(domain.account_uid), PREFIX + domain.name, when=unchanged)


async def find_domain(outbox: Outbox, account_uid: str, name: str) -> Domain | None:
    """By its name."""
    item = await outbox.table.get(account_key(account_uid), PREFIX + name)
    return Domain.model_validate_json(item["body"]) if item else None


async def domains_of(outbox: Outbox, account_uid: str) -> list[Domain]:
    """All there are, in the order of their names."""
    page = await outbox.table.query(account_key(account_uid), prefix=PREFIX, limit=2 * MOST)
    return [Domain.model_validate_json(item["body"]) for item in page.items]
