"""The one thread that writes to a SQLite file, with group commit.

It takes everything that is queued, makes one transaction and one sync to disk of it, and only then
tells each writer how it went. Other processes may write to the same file: conditions are judged
after BEGIN IMMEDIATE, when no one else can.
"""

import sqlite3
from asyncio import AbstractEventLoop, Future
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic

from shared.errors import Problem, Unavailable
from shared.log import logger
from shared.tables.port import Schema
from shared.tables.sqlite_batch import Batch, Step, sweep
from shared.tables.sqlite_file import unavailable

log = logger("tables")
WRITES_A_COMMIT = 512
Outcome = BaseException | None


@dataclass(frozen=True, slots=True)
class Job:
    """One write and who waits for it."""

    steps: Sequence[Step]
    loop: AbstractEventLoop
    future: "Future[None]"


class Writer:
    """The thread, its queue and its connection."""

    def __init__(
        self, connection: sqlite3.Connection, schema: Schema, sweep_seconds: float
    ) -> None:
        self.connection = connection
        self.schema = schema
        self.sweep_seconds = sweep_seconds
        self.swept = monotonic()
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self.is_closed = False
        self.lock = Lock()
        self.thread = Thread(target=self.run, name=f"write-{schema.name}", daemon=True)
        self.thread.start()

    def submit(self, job: Job) -> None:
        """Queue a write; Unavailable once closed."""
        with self.lock:
            if self.is_closed:
                raise Unavailable("The table is closed")
            self.jobs.put(job)

    def close(self) -> None:
        """Finish what is queued and close the file; blocks."""
        with self.lock:
            if not self.is_closed:
                self.is_closed = True
                self.jobs.put(None)
        self.thread.join()

    def run(self) -> None:
        """Commit group after group until closed."""
        is_open = True
        while is_open:
            jobs, is_open = self.take()
            if jobs:
                settle(jobs, self.commit(jobs))
            if monotonic() - self.swept >= self.sweep_seconds:
                self.sweep()
        self.connection.close()

    def take(self) -> tuple[list[Job], bool]:
        """Everything that is queued, waiting for the first; False when there will be no more."""
        jobs: list[Job] = []
        try:
            job = self.jobs.get(timeout=self.sweep_seconds)
            while job is not None and len(jobs) < WRITES_A_COMMIT:
                jobs.append(job)
                if len(jobs) < WRITES_A_COMMIT:
                    job = self.jobs.get_nowait()
        except Empty:
            return jobs, True
        return jobs, job is not None

    def commit(self, jobs: Sequence[Job]) -> list[Outcome]:
        """One transaction; how each write went."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            batch = Batch(self.schema)
            batch.load(self.connection, (step for job in jobs for step in job.steps))
            outcomes = [judge(batch, job) for job in jobs]
            batch.save(self.connection)
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.roll_back()
            log.warning("records_not_written", table=self.schema.name, error=str(error))
            return [unavailable(error)] * len(jobs)
        except Exception as error:  # noqa: BLE001 - a bug must reach who waits, not hang them
            self.roll_back()
            return [error] * len(jobs)
        return outcomes

    def roll_back(self) -> None:
        """Leave no transaction open; after some errors SQLite has done it already."""
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            log.warning("records_not_rolled_back", table=self.schema.name, error=str(error))

    def sweep(self) -> None:
        """Delete what expired; a failure waits for the next time."""
        self.swept = monotonic()
        try:
            sweep(self.connection)
        except sqlite3.Error as error:
            self.roll_back()
            log.warning("expired_not_swept", table=self.schema.name, error=str(error))


def judge(batch: Batch, job: Job) -> Outcome:
    """Add the write to the batch, or say why not."""
    try:
        batch.apply(job.steps)
    except Problem as problem:
        return problem
    return None


def settle(jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
    """Tell every writer, with one wake-up for each loop."""
    for loop in {job.loop for job in jobs}:
        told = [
            (job.future, how) for job, how in zip(jobs, outcomes, strict=True) if job.loop is loop
        ]
        try:
            loop.call_soon_threadsafe(resolve, told)
        except RuntimeError:
            # The loop was closed while its write was under way: nobody is left to be told.
            continue


def resolve(told: Sequence[tuple["Future[None]", Outcome]]) -> None:
    """On the loop: give each future its end, unless its task was cancelled."""
    for future, outcome in told:
        if future.done():
            continue
        if outcome is None:
            future.set_result(None)
        else:
            future.set_exception(outcome)
