"""What is told by mail: to whom, and in which words.

No word of a mail is chosen by other people but the names in URLs, which cannot lead anywhere; and
no address in it opens an account: who follows it still signs in. A code proves an address alone.
"""

from datetime import timedelta
from pathlib import Path
from string import Template

from services.accounts.mail import Mail, Mailer
from services.accounts.operations.email_changes import code_of
from services.accounts.store.accounts import find_account
from services.accounts.store.deletions import find_deletion
from services.accounts.store.email_changes import find_address_before, find_change
from services.accounts.store.exports import find_export
from services.accounts.store.identities import find_email
from services.accounts.store.invitations import find_invitation
from services.accounts.store.jobs import Job
from shared.contracts.accounts import InvitationState
from shared.contracts.base import now
from shared.errors import Invalid
from shared.log import logger
from shared.outbox import Outbox

log = logger("mail")
TEMPLATES = Path(__file__).parents[1] / "templates"
GIVEN_UP_AFTER = timedelta(days=4)


class Post:
    """Sends what was ordered. Without a mailer (no server is set) nothing is sent.

    `key` is what codes are made of.
    """

    def __init__(self, outbox: Outbox, mailer: Mailer | None, web_url: str, key: bytes) -> None:
        self.outbox = outbox
        self.mailer = mailer
        self.web_url = web_url.rstrip("/")
        self.key = key

    async def send_invitation(self, job: Job) -> None:
        """To the account or the address that is invited, if it still is."""
        record = await find_invitation(self.outbox, job.subject)
        is_stale = record is None or record.version != job.version
        if record is None or is_stale or record.at(now()) is not InvitationState.PENDING:
            return
        giver = await find_account(self.outbox, record.invited_by)
        words = {
            "giver": giver.account_id if giver else "Somebody",
            "role": record.role,
            "place": record.place,
            "until": f"{record.expires_at:%d %B %Y}",
        }
        to = record.email or await self.address_of(record.invitee_uid)
        await self.send(job, to, "invitation", words)

    async def send_export(self, job: Job) -> None:
        """To the person whose data is ready, while it is there."""
        export = await find_export(self.outbox, job.subject)
        if export is not None:
            words = {"account": export.account_id, "until": f"{export.expires_at:%d %B %Y}"}
            await self.send(job, await self.address_of(export.account_uid), "export", words)

    async def send_deletion(self, job: Job) -> None:
        """To the person, or who asked for an organization's; unless it has changed since."""
        deletion = await find_deletion(self.outbox, job.subject)
        if deletion is not None and deletion.version == job.version:
            words = {
                "account": deletion.account_id,
                "when": f"{deletion.due_at:%d %B %Y}",
                "hindrance": deletion.hindrance,
            }
            to = await self.address_of(deletion.account_uid)
            to = to or await self.address_of(deletion.requested_by)
            await self.send(job, to, f"deletion_{deletion.state}", words)

    async def send_email_code(self, job: Job) -> None:
        """To the address that is to be proven, whoever has it, while the code is good."""
        record = await find_change(self.outbox, job.subject)
        if record is not None and record.expires_at > now():
            words = {"code": code_of(self.key, record), "until": f"{record.expires_at:%H:%M}"}
            await self.send(job, record.email, "email_code", words)

    async def send_email_changed(self, job: Job) -> None:
        """To the address before. The new one is not named: who reads the old one need not know."""
        to = await find_address_before(self.outbox, job.subject)
        await self.send(job, to, "email_changed", {})

    async def address_of(self, account_uid: str) -> str:
        """A person's address, if it was proven to be theirs."""
        _, state = await find_email(self.outbox, account_uid)
        return state.email if state.verified else ""

    async def send(self, job: Job, to: str, template: str, words: dict[str, str]) -> None:
        """Raises Unavailable to be tried again; what cannot be sent is logged, without address."""
        reason = self._hindrance(job, to)
        if self.mailer is None or reason:
            log.warning("mail is not sent", job=job.name, reason=reason)
            return
        subject, text = written(template, {"web": self.web_url, **words})
        try:
            await self.mailer.send(Mail(job.name, to, subject, text))
        except Invalid as refused:
            log.warning("mail is not sent", job=job.name, reason=refused.detail)
        else:
            log.info("mail sent", job=job.name)

    def _hindrance(self, job: Job, to: str) -> str:
        if self.mailer is None:
            return "no server is set that sends mail"
        if not to:
            return "no proven address is known"
        return "it was tried for four days" if now() - job.made_at > GIVEN_UP_AFTER else ""


def written(template: str, words: dict[str, str]) -> tuple[str, str]:
    """Subject, which is the first line, and text."""
    content = Template((TEMPLATES / f"{template}.txt").read_text()).substitute(words)
    subject, _, text = content.partition("\n\n")
    return subject, text
