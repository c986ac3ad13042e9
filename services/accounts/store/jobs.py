"""What is still to be done: rows that stand from a change's transaction on until it is done.

A process that takes a job leases it; if it dies, another takes it once the lease has run out. So a
job may be done twice, and must not mind.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.contracts.base import now
from shared.outbox import Outbox
from shared.tables import Below, ConditionFailed, Delete, Present, Put, Update

JOBS = "JOBS"
AT_ONCE = 10
LEASE = timedelta(minutes=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(hours=1)


class JobKind(StrEnum):
    """Who does it."""

    INVITATION_MAIL = "invitation_mail"
    SIGN_OUT = "sign_out"
    EXPORT = "export"
    DELETION = "deletion"
    DOMAIN = "domain"
    DELETION_MAIL = "deletion_mail"
    EXPORT_MAIL = "export_mail"
    EMAIL_CODE = "email_code"
    EMAIL_CHANGED = "email_changed"
    REQUEST_MAIL = "request_mail"
    ANSWER_MAIL = "answer_mail"
    TRANSFER_MAIL = "transfer_mail"


class Job(BaseModel):
    """One thing to do about `subject`; `version` is what the subject was when it was ordered.

    `kind` is a JobKind, or one that only a newer release knows.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    subject: str
    version: int
    made_at: AwareDatetime
    due_at: AwareDatetime
    tries: int = 0

    @property
    def name(self) -> str:
        """The same however often it is tried."""
        return f"{self.kind}-{self.subject}-{self.version}"

    @property
    def place(self) -> str:
        """Where it stands among the others, in the order of time."""
        return f"{_stamp(self.due_at)}#{self.name}"


def _stamp(moment: datetime) -> str:
    return f"{int(moment.timestamp() * 1000):015d}"


def ordered(kind: JobKind, subject: str, version: int, due_at: datetime | None = None) -> Put:
    """The row that has it done, from `due_at` on."""
    moment = now()
    job = Job(kind=kind, subject=subject, version=version, made_at=moment, due_at=due_at or moment)
    return _row(job)


def _row(job: Job) -> Put:
    body = job.model_dump_json()
    return Put({"pk": JOBS, "sk": job.place, "leased_until": "", "body": body})


async def taken(outbox: Outbox) -> list[Job]:
    """Jobs that are due, leased by us; some at most. `$` is what comes after `#`."""
    moment = now()
    page = await outbox.table.query(JOBS, end=f"{_stamp(moment)}$", limit=AT_ONCE)
    due = [Job.model_validate_json(item["body"]) for item in page.items]
    return [job for job in due if await _lease(outbox, job, moment)]


async def _lease(outbox: Outbox, job: Job, moment: datetime) -> bool:
    until = _stamp(moment + LEASE)
    free = Below("leased_until", _stamp(moment))
    try:
        await outbox.table.write(Update(JOBS, job.place, set={"leased_until": until}, when=free))
    except ConditionFailed:
        return False
    return True


async def done(outbox: Outbox, job: Job) -> None:
    """Nothing is left of it."""
    await outbox.table.write(Delete(JOBS, job.place))


async def postponed(outbox: Outbox, job: Job) -> Job:
    """It is tried again later: after 2 seconds, 4, 8 … an hour."""
    wait = min(FIRST_WAIT * 2 ** min(job.tries, 16), LONGEST_WAIT)
    later = job.model_copy(update={"due_at": now() + wait, "tries": job.tries + 1})
    with suppress(ConditionFailed):  # Our lease ran out, and another has seen to it.
        await outbox.table.write(Delete(JOBS, job.place, when=Present()), _row(later))
    return later
