"""Mail about repositories that are offered, on a real SMTP server: to whom, and how often."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from infra.mail.catcher import Caught
from services.accounts.operations.mailing import Post
from services.accounts.operations.trails import audit_repository, audit_transfer
from services.accounts.operations.transfer_mail import send_offer
from services.accounts.operations.working import work_once
from services.accounts.store.jobs import JobKind
from shared.cloudevents import envelop
from shared.contracts.accounts import Account, Role
from shared.contracts.base import now
from shared.contracts.repositories import (
    RepositoryDeleted,
    Transfer,
    TransferDeclined,
    TransferEvent,
    TransferOffered,
)
from shared.outbox import Outbox, next_version
from shared.runtime import free_port
from tests.integration.accounts.test_mail import catching, posting
from tests.integration.accounts.test_request_mail import mailable
from tests.people import grant, organization, person, repository_of

OFFERED = "noaa/mask is offered to usgs"


class Letters:
    """What comes of offers of an organization's repository to another, once all jobs are done."""

    def __init__(
        self, post: Post, caught: Caught, noaa: Account, usgs: Account, eve: Account
    ) -> None:
        self.post, self.caught = post, caught
        self.noaa, self.usgs, self.eve = noaa, usgs, eve
        self.mask = repository_of(noaa, "mask")

    async def tell(
        self, kind: type[TransferEvent], last: Transfer | None = None, days: int = 14
    ) -> Transfer:
        """An offer, or its end, is announced, twice."""
        transfer = last or Transfer(
            repository_uid=self.mask.repository_uid,
            account_uid=self.noaa.account_uid,
            account_id="noaa",
            repository_id="mask",
            to_account_uid=self.usgs.account_uid,
            to_account_id="usgs",
            offered_by="01ADA",
            offered_at=now(),
            expires_at=now() + timedelta(days=days),
            version=next_version(),
        )
        data = kind(account_id="noaa", repository_id="mask", transfer=transfer)
        aggregate = f"{transfer.repository_uid}.transfer"
        event = envelop(data, aggregate=aggregate, version=next_version(transfer.version))
        for _ in range(2):
            await audit_transfer(self.post.outbox, event)
        return transfer

    async def to(self) -> list[tuple[str, str]]:
        """To whom mail went since the last look, and its subject."""
        before = len(self.caught.mails)
        while await work_once(
            self.post.outbox, {JobKind.TRANSFER_MAIL: partial(send_offer, self.post)}
        ):
            pass
        new = list(self.caught.mails)[: len(self.caught.mails) - before]
        return sorted((mail.to, mail.subject) for mail in new)


@pytest.fixture
async def letters(outbox: Outbox) -> AsyncIterator[Letters]:
    ada, eve = await mailable(outbox, "ada"), await mailable(outbox, "eve")
    noaa, usgs = await organization(outbox, "noaa", ada), await organization(outbox, "usgs", eve)
    port = free_port()
    async with catching(port) as caught, posting(outbox, port) as post:
        yield Letters(post, caught, noaa, usgs, eve)


async def test_those_who_may_take_it_are_told_once_and_nobody_else(letters: Letters) -> None:
    outbox = letters.post.outbox
    kim, lea = await mailable(outbox, "kim"), await mailable(outbox, "lea")
    unproven = await person(outbox, "joe")
    for member, role in ((kim, Role.MAINTAINER), (lea, Role.WRITER), (unproven, Role.OWNER)):
        await grant(outbox, letters.eve, letters.usgs, member, role)
    await letters.tell(TransferOffered)
    assert await letters.to() == [("eve@example.org", OFFERED), ("kim@example.org", OFFERED)]
    mail = letters.caught.mails[0]
    assert "https://coop.example/-/usgs/repositories" in mail.text
    assert "$" not in mail.text


async def test_offered_again_and_again_it_is_told_once_a_day(letters: Letters) -> None:
    for number in range(3):
        transfer = await letters.tell(TransferOffered)
        assert len(await letters.to()) == (1 if number == 0 else 0)
        await letters.tell(TransferDeclined, transfer)


async def test_what_is_over_is_told_to_nobody(letters: Letters) -> None:
    transfer = await letters.tell(TransferOffered)
    await letters.tell(TransferDeclined, transfer)
    assert await letters.to() == []
    await letters.tell(TransferOffered, days=0)
    assert await letters.to() == []
    await letters.tell(TransferOffered)
    data = RepositoryDeleted(account_id="noaa", repository_id="mask", repository=letters.mask)
    gone = envelop(data, aggregate=letters.mask.repository_uid, version=next_version())
    await audit_repository(letters.post.outbox, gone)
    assert await letters.to() == []
    await letters.tell(TransferOffered)
    assert len(await letters.to()) == 1
