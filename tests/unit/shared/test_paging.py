"""Pages are full, whole and in order, however many rows are hidden."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.base import Listed
from shared.errors import Invalid
from shared.paging import Stretch, cursor_at, fill, place_at, stretches


async def pages(hidden: list[bool], *, limit: int, stretch: int) -> list[list[int]]:
    """All pages of the numbers that are not hidden."""

    async def read(after: str | None) -> Stretch[int]:
        start = int(after) + 1 if after else 0
        rows = list(range(start, min(start + stretch, len(hidden))))
        return rows, str(rows[-1]) if rows and rows[-1] + 1 < len(hidden) else None

    found, cursor = [], None
    while True:
        rows, cursor = await fill(
            read, Listed(limit=limit, cursor=cursor), keep=lambda row: not hidden[row], place=str
        )
        found.append(rows)
        if cursor is None:
            return found


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 9), st.integers(1, 9))
async def test_all_that_is_shown_comes_once_and_only_the_last_page_is_not_full(
    hidden: list[bool], limit: int, stretch: int
) -> None:
    found = await pages(hidden, limit=limit, stretch=stretch)
    assert list(chain.from_iterable(found)) == [
        number for number, is_hidden in enumerate(hidden) if not is_hidden
    ]
    assert all(len(page) == limit for page in found[:-1])
    assert found == [[]] or all(found), "no page but the first of nothing is empty"


async def test_a_stretch_without_rows_is_passed_over() -> None:
    async def read(after: str | None) -> Stretch[int]:
        return ([], "gap") if after is None else ([7], None)

    assert await fill(read, Listed(), keep=bool, place=str) == ([7], None)


@pytest.mark.parametrize("place", ["a", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "ü/\0\n"])
def test_a_cursor_names_its_place(place: str) -> None:
    assert place_at(cursor_at(place)) == place


@pytest.mark.parametrize("cursor", ["", "=", "a", "YQ==", "YR", "_w", "Y Q", "YQ\n"])
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        place_at(cursor)


async def test_a_list_is_read_to_its_end_and_over_stretches_without_rows() -> None:
    told: dict[str | None, Stretch[int]] = {
        None: ([1, 2], "2"),
        "2": ([], "gap"),
        "gap": ([7], None),
    }

    async def read(after: str | None) -> Stretch[int]:
        return told[after]

    assert [rows async for rows in stretches(read)] == [[1, 2], [], [7]]
