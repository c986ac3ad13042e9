"""Jobs: done until they are done, by one process at a time, also after one was killed."""

import asyncio
from datetime import timedelta

import pytest

from services.accounts.operations.working import work_once
from services.accounts.store import jobs
from services.accounts.store.jobs import JOBS, Job, JobKind, ordered, taken
from shared.contracts.base import now
from shared.errors import Unavailable
from shared.outbox import Outbox
from shared.tables import Put


class Worker:
    """Does jobs, the first few times badly."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.done: list[Job] = []

    async def work(self, job: Job) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.done.append(job)


async def round_of(outbox: Outbox, worker: Worker) -> int:
    return await work_once(outbox, {JobKind.SIGN_OUT: worker.work})


async def waiting(outbox: Outbox) -> list[Job]:
    page = await outbox.table.query(JOBS)
    return [Job.model_validate_json(item["body"]) for item in page.items]


async def test_it_is_done_once_and_gone(outbox: Outbox) -> None:
    worker = Worker()
    await outbox.commit(ordered(JobKind.SIGN_OUT, "ada", 7))
    assert await round_of(outbox, worker) == 1
    assert [(job.subject, job.version) for job in worker.done] == [("ada", 7)]
    assert await round_of(outbox, worker) == 0
    assert await waiting(outbox) == []


@pytest.mark.parametrize("failure", [Unavailable("Away."), ValueError("A slip.")])
async def test_what_fails_is_tried_again_later_and_later(
    outbox: Outbox, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(failure, failure)
    await outbox.commit(ordered(JobKind.SIGN_OUT, "ada", 7))
    await round_of(outbox, worker)
    assert await round_of(outbox, worker) == 0
    (job,) = await waiting(outbox)
    assert job.tries == 1
    assert timedelta(seconds=1) < job.due_at - now() <= timedelta(seconds=2)
    monkeypatch.setattr(jobs, "FIRST_WAIT", timedelta(milliseconds=1))
    await jobs.postponed(outbox, job)
    await asyncio.sleep(0.01)
    await round_of(outbox, worker)
    await asyncio.sleep(0.01)
    await round_of(outbox, worker)
    assert [job.name for job in worker.done] == ["sign_out-ada-7"]


async def test_a_job_of_a_newer_release_waits_and_holds_up_none(outbox: Outbox) -> None:
    worker = Worker()
    await outbox.commit(ordered(JobKind.SIGN_OUT, "ada", 7))
    (row,) = (await outbox.table.query(JOBS)).items
    named = {name: row[name].replace("sign_out", "greet") for name in ("sk", "body")}
    await outbox.table.write(Put({**row, **named}))
    await round_of(outbox, worker)
    assert [job.name for job in worker.done] == ["sign_out-ada-7"]
    assert [(job.kind, job.tries) for job in await waiting(outbox)] == [("greet", 1)]


async def test_each_wait_is_twice_the_last_and_none_over_an_hour(outbox: Outbox) -> None:
    await outbox.commit(ordered(JobKind.SIGN_OUT, "ada", 7))
    (job,) = await waiting(outbox)
    waits = []
    for _ in range(14):
        await asyncio.sleep(0.002)
        job = await jobs.postponed(outbox, job)
        waits.append(round((job.due_at - now()).total_seconds()))
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert waits[-3:] == [3600, 3600, 3600]


async def test_nothing_is_done_before_its_time(outbox: Outbox) -> None:
    worker = Worker()
    later = now() + timedelta(hours=1)
    await outbox.commit(ordered(JobKind.SIGN_OUT, "ada", 7, later))
    assert await round_of(outbox, worker) == 0
    assert len(await waiting(outbox)) == 1


async def test_one_process_has_it_and_another_once_that_is_dead(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outbox.commit(ordered(JobKind.SIGN_OUT, "ada", 7))
    assert len(await taken(outbox)) == 1
    assert await taken(outbox) == []
    moment = now()
    monkeypatch.setattr(jobs, "now", lambda: moment + timedelta(seconds=59))
    assert await taken(outbox) == []
    monkeypatch.setattr(jobs, "now", lambda: moment + timedelta(seconds=61))
    (job,) = await taken(outbox)
    await jobs.done(outbox, job)
    await jobs.postponed(outbox, job)
    assert await waiting(outbox) == []
