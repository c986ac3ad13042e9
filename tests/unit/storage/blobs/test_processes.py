"""Several processes on one folder: who lives, who left something behind."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from services.storage.blobs.local import LocalBlobs, open_local
from shared.lifeline import tied_to_this_process
from tests.blob_writes import FOLDER, get, names_in, put, written

TMP = ".sc/noaa/globe-land-mask/tmp"
# Leaves a named draft and says who it was, then hangs until it is killed.
WRITER = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from services.storage.blobs.local import open_local
from tests.blob_writes import FOLDER, put, written

async def main():
    blobs = await open_local(Path(sys.argv[1]), fsync="off")
    blobs.disk = replace(blobs.disk, has_nameless_files=False)
    await put(blobs, "whole", b"whole")
    async with blobs.drafting(FOLDER, "key") as draft:
        await draft.write([b"half"], lambda _: None)
        print(blobs.process, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def start_writer(home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)],
        cwd=Path(__file__).parents[4],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509
    )


async def test_what_a_killed_process_left_is_swept(blobs: LocalBlobs, home: Path) -> None:
    writer = start_writer(home)
    assert writer.stdout is not None
    process = (await asyncio.to_thread(writer.stdout.readline)).strip()
    assert await blobs.is_alive(process)
    assert await blobs.sweep() == 0
    writer.kill()
    writer.wait()
    assert len(names_in(home / TMP)) == 1
    assert await blobs.sweep() == 1
    assert names_in(home / TMP) == []
    assert not await blobs.is_alive(process)
    keys = [found.key async for batch in blobs.walk(FOLDER) for found in batch]
    assert keys == ["whole"]
    writer.stdout.close()


async def test_the_living_are_not_swept(blobs: LocalBlobs, home: Path) -> None:
    other = await open_local(home, fsync="off")
    other.disk = replace(other.disk, has_nameless_files=False)
    async with other.drafting(FOLDER, "key") as draft:
        await written(draft, b"half")
        assert await blobs.sweep() == 0
        assert await blobs.is_alive(other.process)
        published = await other.publish(FOLDER, "key", draft, None)
    assert await get(blobs, "key", published.stored) == b"half"
    await other.close()
    assert not await blobs.is_alive(other.process)


async def test_strangers_files_go_when_they_are_old(blobs: LocalBlobs, home: Path) -> None:
    await put(blobs, "key", b"bytes")
    young, old = home / TMP / "young", home / TMP / "old"
    young.write_text("young")
    old.write_text("old")
    day_before = time.time() - 25 * 3600
    os.utime(old, (day_before, day_before))
    assert await blobs.sweep() == 1
    assert names_in(home / TMP) == ["young"]


async def test_a_key_is_locked_across_processes(blobs: LocalBlobs, home: Path) -> None:
    other = await open_local(home, fsync="off")
    async with blobs.locked(FOLDER, "key"):
        waiting = asyncio.create_task(put(other, "key", b"other"))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 5)
    await other.close()


async def test_two_processes_never_mix_one_key(blobs: LocalBlobs, home: Path) -> None:
    other = await open_local(home, fsync="off")

    async def churn(mine: LocalBlobs, name: str) -> None:
        for number in range(50):
            content = f"{name} {number}".encode() * 100
            async with mine.drafting(FOLDER, "key") as draft:
                await written(draft, content)
                async with mine.locked(FOLDER, "key"):
                    published = await mine.publish(FOLDER, "key", draft, None)
                    assert await get(mine, "key", published.stored) == content
                await published.settle()

    await asyncio.gather(churn(blobs, "one"), churn(other, "two"))
    await other.close()
