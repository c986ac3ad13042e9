"""Mail about requests for access on a real SMTP server: to whom, and what is not in it."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

import pytest

from infra.mail.catcher import Caught
from services.accounts.operations.mailing import Post
from services.accounts.operations.request_mail import send_answer, send_request
from services.accounts.operations.working import work_once
from services.accounts.store.identities import keep_email
from services.accounts.store.jobs import JOBS, JobKind
from shared.contracts.accounts import Account, AskState, EmailState, Role
from shared.outbox import Outbox
from shared.runtime import free_port
from tests.integration.accounts.test_mail import catching, posting
from tests.people import finder, grant, organization, person
from tests.unit.accounts.test_access_requests import Place
from tests.unit.accounts.test_repository_roles import give


class Letters:
    """What comes of requests at a place, once all jobs are done."""

    def __init__(self, place: Place, post: Post, caught: Caught) -> None:
        self.place, self.post, self.caught = place, post, caught

    async def to(self) -> Sequence[tuple[str, str]]:
        """To whom mail went since the last look, and its subject."""
        works = {
            JobKind.REQUEST_MAIL: partial(send_request, self.post, self.place.find),
            JobKind.ANSWER_MAIL: partial(send_answer, self.post),
        }
        before = len(self.caught.mails)
        while await work_once(self.place.outbox, works):
            pass
        new = list(self.caught.mails)[: len(self.caught.mails) - before]
        return sorted((mail.to, mail.subject) for mail in new)


async def mailable(outbox: Outbox, account_id: str) -> Account:
    """Somebody whose address is proven."""
    account = await person(outbox, account_id)
    state = EmailState(email=f"{account_id}@example.org", verified=True, active=True)
    await keep_email(outbox, f"identity-{account_id}", state)
    return account


@pytest.fixture
async def letters(outbox: Outbox) -> AsyncIterator[Letters]:
    ada, eve = await mailable(outbox, "ada"), await mailable(outbox, "eve")
    place = Place(outbox, ada, eve, await organization(outbox, "noaa", ada))
    port = free_port()
    async with catching(port) as caught, posting(outbox, port) as post:
        yield Letters(place, post, caught)


ASKED = "eve asks for access to noaa/secret"


async def test_those_who_may_answer_are_told_and_nobody_else(letters: Letters) -> None:
    place, outbox = letters.place, letters.place.outbox
    kept, wrote, unproven = [
        await mailable(outbox, "kim"),
        await mailable(outbox, "lea"),
        await person(outbox, "joe"),
    ]
    await grant(outbox, place.ada, place.org, kept, Role.MAINTAINER)
    await grant(outbox, place.ada, place.org, wrote, Role.WRITER)
    await grant(outbox, place.ada, place.org, unproven, Role.OWNER)
    local = await mailable(outbox, "max")
    await give(outbox, place.ada, place.secret, local, Role.OWNER)
    await place.ask(place.eve, message="Win at http://evil.example/")
    told = ["ada@example.org", "kim@example.org", "max@example.org"]
    assert await letters.to() == [(one, ASKED) for one in told]
    mail = letters.caught.mails[0]
    assert "/-/noaa/secret/requests" in mail.text
    assert "evil" not in mail.text
    assert "$" not in mail.text


async def test_what_is_not_there_is_told_to_nobody(letters: Letters) -> None:
    for name in ("open", "nothing-here"):
        await letters.place.ask(letters.place.eve, name)
    assert not (await letters.place.outbox.table.query(JOBS)).items
    assert await letters.to() == []


async def test_taken_back_gone_or_made_anew_it_is_told_to_nobody(letters: Letters) -> None:
    place = letters.place
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    await place.withdraw(place.eve, waiting.request_uid)
    assert await letters.to() == []
    for find in (finder(), finder(place.secret.model_copy(update={"repository_uid": "01ANEW"}))):
        other = await mailable(place.outbox, f"other-{len(letters.caught.mails)}-{id(find)}")
        await place.ask(other)
        kept, place.find = place.find, find
        assert await letters.to() == []
        place.find = kept


async def test_asking_again_and_again_sends_one_mail(letters: Letters) -> None:
    place = letters.place
    for number in range(3):
        await place.ask(place.eve)
        assert len(await letters.to()) == (1 if number == 0 else 0)
        (waiting,) = await place.waiting(place.ada)
        await place.withdraw(place.eve, waiting.request_uid)


async def withdraw(place: Place) -> None:
    """Whatever eve asks for."""
    for one in await place.own(place.eve):
        if one.state is AskState.OPEN:
            await place.withdraw(place.eve, one.request_uid)


async def test_names_that_are_made_up_make_nobody_forget_what_was_told(letters: Letters) -> None:
    place = letters.place
    await place.ask(place.eve)
    assert len(await letters.to()) == 1
    for number in range(55):
        await withdraw(place)
        await place.ask(place.eve, f"made-up-{number}")
    await withdraw(place)
    await place.ask(place.eve)
    assert await letters.to() == []


async def test_taken_back_before_it_was_told_the_next_is_told(letters: Letters) -> None:
    place = letters.place
    for _ in range(3):
        await withdraw(place)
        await place.ask(place.eve)
    assert await letters.to() == [("ada@example.org", ASKED)]


async def test_who_asked_is_told_the_answer(letters: Letters) -> None:
    place = letters.place
    await place.ask(place.eve)
    await letters.to()
    (waiting,) = await place.waiting(place.ada)
    await place.decline(place.ada, waiting.request_uid)
    declined = "Your request for access to noaa/secret was declined"
    assert await letters.to() == [("eve@example.org", declined)]
    assert "Not yet." not in letters.caught.mails[0].text
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    await place.approve(place.ada, waiting.request_uid)
    assert await letters.to() == [("eve@example.org", "You have access to noaa/secret")]
    assert '"reader". Sign in' in letters.caught.mails[0].text


async def test_a_person_s_own_repository_is_answered_by_the_person(outbox: Outbox) -> None:
    ada, eve = await mailable(outbox, "ada"), await mailable(outbox, "eve")
    place = Place(outbox, ada, eve, ada)
    port = free_port()
    async with catching(port) as caught, posting(outbox, port) as post:
        place.find = finder(place.secret.model_copy(update={"account_id": "noaa"}))
        await place.ask(eve)
        assert await Letters(place, post, caught).to() == [("ada@example.org", ASKED)]
