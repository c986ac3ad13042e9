"""Mail of accounts on a real SMTP server: sent once, kept while it is away, never in the open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.mail import app
from infra.mail.catcher import Caught
from infra.mail.page import Page
from infra.settings import MailSettings
from services.accounts.mail import Mail, Mailer
from services.accounts.operations.invitations import invite_member, resend_invitation
from services.accounts.operations.mailing import Post
from services.accounts.operations.working import work_once
from services.accounts.store import jobs
from services.accounts.store.identities import keep_email
from services.accounts.store.invitations import find_invitation, written_invitation
from services.accounts.store.jobs import JOBS, JobKind
from shared.contracts.accounts import (
    Account,
    EmailState,
    Invitation,
    InvitationState,
    InviteMember,
    ResendInvitation,
    Role,
)
from shared.errors import Invalid, Unavailable
from shared.outbox import Outbox
from shared.runtime import free_port
from tests.people import actor_of, no_repository, organization, person, principal_of

KEY = bytes(32)
WEB = "https://coop.example"
MAIL = Mail("one-1", "eve@example.org", "Words", "Text.")


@asynccontextmanager
async def catching(port: int) -> AsyncIterator[Caught]:
    async with app.opened(MailSettings(smtp_port=port)) as opened:
        assert isinstance(opened.beside, Page)
        yield opened.beside.caught


@asynccontextmanager
async def posting(outbox: Outbox, port: int) -> AsyncIterator[Post]:
    mailer = Mailer(f"smtp://127.0.0.1:{port}/?disable_starttls=true", "Coop <coop@coop.example>")
    yield Post(outbox, mailer, WEB, KEY)
    mailer.close()


async def invited(outbox: Outbox, **whom: str) -> tuple[Account, Invitation]:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    wanted = InviteMember(
        actor=actor_of(ada), organization_uid=org.account_uid, role=Role.WRITER, **whom
    )
    principal = await principal_of(outbox, ada)
    return ada, await invite_member(outbox, principal, wanted, find_repository=no_repository)


async def settle(outbox: Outbox, invitation: Invitation, **changes: object) -> None:
    record = await find_invitation(outbox, invitation.invitation_uid)
    assert record is not None
    await outbox.commit(*written_invitation(record.model_copy(update=changes), before=record))


async def sent(outbox: Outbox, post: Post) -> int:
    return await work_once(outbox, {JobKind.INVITATION_MAIL: post.send_invitation})


async def test_who_is_invited_by_an_address_is_told_where_and_what(outbox: Outbox) -> None:
    port = free_port()
    async with catching(port) as caught, posting(outbox, port) as post:
        await invited(outbox, email="eve@example.org")
        assert await sent(outbox, post) == 1
        assert await sent(outbox, post) == 0
    (mail,) = caught.mails
    assert (mail.to, mail.subject) == ("eve@example.org", "You are invited to noaa")
    assert 'ada offers you the role "writer" on noaa' in mail.text
    assert f"{WEB}/-/invitations" in mail.text
    assert "$" not in mail.text


async def test_an_account_is_told_at_its_proven_address_alone(outbox: Outbox) -> None:
    port, eve = free_port(), await person(outbox, "eve")
    async with catching(port) as caught, posting(outbox, port) as post:
        ada, invitation = await invited(outbox, invitee_uid=eve.account_uid)
        await keep_email(outbox, "identity-eve", EmailState(email="eve@example.org"))
        await sent(outbox, post)
        assert not caught.mails
        await keep_email(outbox, "identity-eve", EmailState(email="eve@example.org", verified=True))
        record = await find_invitation(outbox, invitation.invitation_uid)
        assert record is not None
        await settle(outbox, invitation, sent_at=record.sent_at - timedelta(minutes=2))
        wanted = ResendInvitation(actor=actor_of(ada), invitation_uid=invitation.invitation_uid)
        principal = await principal_of(outbox, ada)
        await resend_invitation(outbox, principal, wanted, find_repository=no_repository)
        await sent(outbox, post)
    assert [mail.to for mail in caught.mails] == ["eve@example.org"]


async def test_nobody_is_told_of_what_was_taken_back_meanwhile(outbox: Outbox) -> None:
    port = free_port()
    async with catching(port) as caught, posting(outbox, port) as post:
        _, invitation = await invited(outbox, email="eve@example.org")
        await settle(outbox, invitation, state=InvitationState.REVOKED)
        assert await sent(outbox, post) == 1
    assert not caught.mails
    assert (await outbox.table.query(JOBS)).items == []


async def test_a_server_that_is_away_gets_it_when_it_is_back(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FIRST_WAIT", timedelta(milliseconds=1))
    port = free_port()
    async with posting(outbox, port) as post:
        await invited(outbox, email="eve@example.org")
        for _ in range(3):
            assert await sent(outbox, post) == 1
            await asyncio.sleep(0.01)
        async with catching(port) as caught:
            assert await sent(outbox, post) == 1
            assert await sent(outbox, post) == 0
    assert len(caught.mails) == 1


async def test_after_four_days_it_is_given_up(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with posting(outbox, free_port()) as post:
        await invited(outbox, email="eve@example.org")
        path = "services.accounts.operations.mailing.GIVEN_UP_AFTER"
        monkeypatch.setattr(path, timedelta(0))
        assert await sent(outbox, post) == 1
    assert (await outbox.table.query(JOBS)).items == []


async def test_without_a_server_nothing_waits(outbox: Outbox) -> None:
    await invited(outbox, email="eve@example.org")
    assert await sent(outbox, Post(outbox, None, WEB, KEY)) == 1
    assert (await outbox.table.query(JOBS)).items == []


async def test_nothing_is_said_in_the_open_unless_that_is_set() -> None:
    port = free_port()
    mailer = Mailer(f"smtp://127.0.0.1:{port}/", "coop@localhost")
    async with catching(port) as caught:
        with pytest.raises(Unavailable):
            await mailer.send(MAIL)
    mailer.close()
    assert not caught.mails


class Refusing(Caught):
    """Knows nobody, for now or for good."""

    answer = "550 Nobody of this name"

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, ___: Envelope, ____: str, _____: list[str]
    ) -> str:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "problem"), [("550 Nobody of this name", Invalid), ("450 Later", Unavailable)]
)
async def test_a_no_for_good_is_told_from_one_for_now(
    answer: str, problem: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "Caught", Refusing)
    monkeypatch.setattr(Refusing, "answer", answer)
    port = free_port()
    mailer = Mailer(f"smtp://127.0.0.1:{port}/?disable_starttls=true", "coop@localhost")
    async with catching(port):
        with pytest.raises(problem):
            await mailer.send(MAIL)
    mailer.close()


def test_its_id_is_the_same_however_often_it_is_sent() -> None:
    mailer = Mailer("smtp://127.0.0.1/", "Coop <coop@coop.example>")
    assert mailer.message(MAIL)["Message-ID"] == "<one-1@coop.example>"
    assert mailer.message(MAIL)["Auto-Submitted"] == "auto-generated"
    with pytest.raises(ValueError, match="linefeed"):
        mailer.message(Mail("x", "eve@example.org", "Words\nBcc: all@example.org", ""))
    mailer.close()
