"""Exports: all that is kept of a person, for that person alone, also when a process is killed."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.accounts.operations import exporting
from services.accounts.operations.access_keys import create_access_key
from services.accounts.operations.belongings import SECTIONS, Sources
from services.accounts.operations.exporting import (
    get_export,
    get_export_document,
    start_export,
    write_export,
)
from services.accounts.operations.working import work_once
from services.accounts.store import jobs
from services.accounts.store.identities import keep_email
from services.accounts.store.jobs import JOBS, Job, JobKind
from shared.contracts.accounts import (
    Account,
    CreateAccessKey,
    EmailState,
    Export,
    GetExport,
    GetExportDocument,
    Role,
    StartExport,
)
from shared.contracts.base import KeyAction, Scope, now
from shared.contracts.repositories import Repository
from shared.errors import Forbidden, NotFound, Unavailable
from shared.outbox import Outbox
from shared.policy import Principal, service_principal
from tests.people import (
    actor_of,
    grant,
    no_repository,
    organization,
    person,
    principal_of,
    repository_of,
    sources,
)

WEEK = timedelta(days=7)
KEY = bytes(32)


async def start(outbox: Outbox, who: Account, lifetime: timedelta = WEEK) -> Export:
    wanted = StartExport(actor=actor_of(who))
    return await start_export(outbox, await principal_of(outbox, who), wanted, lifetime=lifetime)


async def current(outbox: Outbox, who: Account) -> Export:
    return await get_export(outbox, await principal_of(outbox, who), GetExport(actor=actor_of(who)))


async def work(outbox: Outbox, things: Sources) -> None:
    async def write(job: Job) -> None:
        await write_export(things, job)

    async def told(_: Job) -> None:
        """Mail is another test's."""

    await work_once(outbox, {JobKind.EXPORT: write, JobKind.EXPORT_MAIL: told})


async def document(outbox: Outbox, who: Account, export: Export, name: str) -> Any:
    wanted = GetExportDocument(actor=actor_of(who), export_uid=export.export_uid, name=name)
    read = await get_export_document(outbox, await principal_of(outbox, who), wanted)
    return json.loads(read.content)


async def ada_with_things(outbox: Outbox) -> tuple[Account, str]:
    """With a role, a key and a proven address; the key's secret too."""
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", eve)
    await grant(outbox, eve, org, ada, Role.WRITER)
    await keep_email(outbox, "identity-ada", EmailState(email="ada@example.org", verified=True))
    key = await create_access_key(
        outbox,
        await principal_of(outbox, ada),
        CreateAccessKey(actor=actor_of(ada), account_uid=ada.account_uid, name="laptop"),
        sealing_key=KEY,
        find_repository=no_repository,
    )
    return ada, key.secret_access_key.get_secret_value()


async def test_it_has_all_sections_and_no_secret(outbox: Outbox) -> None:
    ada, secret = await ada_with_things(outbox)
    mask = repository_of(ada, "mask")
    await start(outbox, ada)
    await work(outbox, sources(outbox, mask))
    export = await current(outbox, ada)
    assert export.ready_at is not None
    assert {name.rpartition("-")[0] for name in export.documents} == set(SECTIONS) - {
        "trusts",
        "invitations",
        "access-requests",
    }
    read = {name: await document(outbox, ada, export, name) for name in export.documents}
    assert read["account-0001.json"][0]["account_id"] == "ada"
    assert read["address-0001.json"][0]["email"] == "ada@example.org"
    assert read["memberships-0001.json"][0]["role"] == "writer"
    assert read["access-keys-0001.json"][0]["name"] == "laptop"
    assert read["repositories-0001.json"][0]["repository_id"] == "mask"
    assert [one["action"] for one in read["audit-0001.json"]] == [
        "access_key_created",
        "export_started",
    ]
    assert secret not in json.dumps(read)
    assert "sealed" not in json.dumps(read)
    assert "identity-ada" not in json.dumps(read)


async def test_one_at_a_time_and_its_mail_once_it_is_ready(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    first = await start(outbox, ada)
    assert await start(outbox, ada) == first
    await work(outbox, sources(outbox))
    (row,) = (await outbox.table.query(JOBS)).items
    assert Job.model_validate_json(row["body"]).kind == JobKind.EXPORT_MAIL
    assert (await start(outbox, ada)).export_uid != first.export_uid


async def test_nobody_else_reads_it(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    await start(outbox, ada)
    await work(outbox, sources(outbox))
    export = await current(outbox, ada)
    with pytest.raises(NotFound):
        await current(outbox, eve)
    name = export.documents[0]
    for other in (eve, await organization(outbox, "noaa", ada)):
        with pytest.raises(NotFound):
            await document(outbox, other, export, name)
    admin = Principal(kind="account", account_uid=eve.account_uid, admin=True)
    limited = Principal(
        kind="account",
        account_uid=ada.account_uid,
        scope=Scope(actions=frozenset([KeyAction.READ])),
    )
    wanted = GetExportDocument(actor=actor_of(ada), export_uid=export.export_uid, name=name)
    for principal, problem in (
        (admin, NotFound),
        (service_principal("web"), NotFound),
        (limited, Forbidden),
    ):
        with pytest.raises(problem):
            await get_export_document(outbox, principal, wanted)


async def test_nothing_is_read_before_all_is_ready_and_a_killed_job_goes_on(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await person(outbox, "ada")
    await start(outbox, ada)

    async def away(_: Account) -> AsyncIterator[Repository]:
        raise Unavailable("repositories does not answer")
        yield

    monkeypatch.setattr(jobs, "FIRST_WAIT", timedelta(milliseconds=1))
    await work(outbox, Sources(outbox, away))
    export = await current(outbox, ada)
    assert (export.sections_done, export.ready_at) == (len(SECTIONS) - 1, None)
    with pytest.raises(NotFound):
        await document(outbox, ada, export, export.documents[0])
    await work(outbox, sources(outbox))
    assert (await current(outbox, ada)).ready_at is not None


async def test_its_time_is_up_and_nothing_is_left(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    export = await start(outbox, ada, timedelta(seconds=-1))
    assert export.expires_at < now()
    with pytest.raises(NotFound):
        await current(outbox, ada)
    await work(outbox, sources(outbox))
    with pytest.raises(NotFound):
        await current(outbox, ada)


async def test_what_is_much_comes_in_several_documents(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await person(outbox, "ada")
    monkeypatch.setattr(exporting, "DOCUMENT_CHARACTERS", 1000)
    many = [repository_of(ada, f"number-{n}") for n in range(5)]
    await start(outbox, ada)
    await work(outbox, sources(outbox, *many))
    export = await current(outbox, ada)
    names = [name for name in export.documents if name.startswith("repositories-")]
    assert len(names) > 1
    read = [one for name in names for one in await document(outbox, ada, export, name)]
    assert [one["repository_id"] for one in read] == [one.repository_id for one in many]
