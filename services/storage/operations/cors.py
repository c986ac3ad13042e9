"""Which scripts of other origins a repository lets read it; without rules of its own, all."""

from collections.abc import Iterable
from dataclasses import asdict

from services.storage.s3.cors import Rule
from services.storage.store.cors import drop_rules, find_rules, put_rules
from shared.contracts.repositories import Repository
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL, repository_resource, sees


async def rules_of(outbox: Outbox, repository: Repository) -> list[Rule]:
    """Its rules in their order."""
    return [Rule(**one) for one in await find_rules(outbox, repository.repository_uid)]


async def rules_for_everyone(outbox: Outbox, repository: Repository) -> list[Rule]:
    """Those that may be told to anyone: of a hidden one they would tell that it is there."""
    if not sees(ANONYMOUS_PRINCIPAL, repository_resource(repository)):
        return []
    return await rules_of(outbox, repository)


async def set_rules(outbox: Outbox, repository: Repository, rules: Iterable[Rule]) -> None:
    """These and no others; all origins again where there are none."""
    rows = [asdict(rule) for rule in rules]
    if rows:
        await put_rules(outbox, repository.repository_uid, rows)
    else:
        await drop_rules(outbox, repository.repository_uid)
