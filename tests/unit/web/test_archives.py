"""Zip archives: whole, and sent while they are made."""

import io
import zipfile
from collections.abc import AsyncIterator

from services.web.render.archives import zipped


async def test_every_file_is_in_it_and_comes_as_it_is_made() -> None:
    made = []

    async def files() -> AsyncIterator[tuple[str, str]]:
        for name in ("a.json", "ü.json"):
            made.append(name)
            yield name, f'["{name}"]' * 1000

    pieces = [(piece, len(made)) async for piece in zipped(files())]
    assert [count for _, count in pieces] == [1, 2, 2]
    with zipfile.ZipFile(io.BytesIO(b"".join(piece for piece, _ in pieces))) as archive:
        assert archive.testzip() is None
        assert archive.read("ü.json").decode() == '["ü.json"]' * 1000
