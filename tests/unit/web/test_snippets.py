"""Lines to paste for what is not for all, and for one folder of a repository."""

import ast
import shlex

from services.web.render.snippets import Target, for_object, for_repository

DOOR = "http://127.0.0.1:9000"
ROOT = f"{DOOR}/noaa/mask/"
TOKEN = "01LINK.secret"


def words_of(code: str) -> list[str]:
    """As a shell takes them."""
    return shlex.split(code.replace("\\\n", " "))


def test_a_folder_is_fetched_and_not_the_whole_repository() -> None:
    for is_open in (True, False):
        target = Target(ROOT, DOOR, "noaa", "mask", "2024/it's/", is_open=is_open)
        code = next(one.code for one in for_repository(target) if one.slug == "aws")
        assert words_of(code)[:5] == ["aws", "s3", "sync", "s3://noaa/mask/2024/it's/", "."]


def test_who_came_by_a_link_needs_no_key_for_a_file() -> None:
    target = Target(f"{ROOT}a%20b.csv", DOOR, "noaa", "mask", "a b.csv", "", False, share=TOKEN)
    curl, python = for_object(target)
    assert words_of(curl.code) == ["curl", "-o", "a b.csv", f"{ROOT}a%20b.csv?share={TOKEN}"]
    ast.parse(python.code)
    assert f'"{ROOT}a%20b.csv?share={TOKEN}"' in python.code
    assert "AWS" not in curl.code + python.code


def test_who_came_by_a_link_gets_a_folder_as_an_archive() -> None:
    target = Target(ROOT, DOOR, "noaa", "mask", "it's/a b/", is_open=False, share=TOKEN)
    (curl,) = for_repository(target)
    query = f"archive=zip&prefix=it%27s%2Fa+b%2F&share={TOKEN}"
    assert words_of(curl.code) == ["curl", "-OJ", f"{ROOT}?{query}"]


def test_a_link_changes_nothing_where_all_is_open() -> None:
    target = Target(f"{ROOT}a.csv", DOOR, "noaa", "mask", "a.csv", "CSV", is_open=True)
    assert all(TOKEN not in one.code for one in for_object(target))


def test_a_store_is_opened_by_its_folder() -> None:
    target = Target(
        f"{ROOT}a%20b.zarr/zarr.json", DOOR, "noaa", "mask", "a b.zarr/zarr.json", "Zarr"
    )
    python = for_object(target)[0]
    ast.parse(python.code)
    assert f'"{ROOT}a%20b.zarr"' in python.code
