import re
from pathlib import Path

from infra.sample.content import HERE, ORGANIZATIONS, REPOSITORIES, media_type
from infra.sample.credentials import sample_account
from infra.sample.marker import is_published, mark_published
from infra.sample.upload import signed

KEY = bytes(range(32))
LINK = re.compile(r"\]\((?!https?:)([^)]+)\)")


def test_every_file_of_the_data_belongs_to_a_repository() -> None:
    published = {path for repository in REPOSITORIES for _, path in repository.files()}
    present = {path for path in (HERE / "data").rglob("*") if path.is_file()}

    assert present <= published
    assert {path for path in published if path.name.endswith(".md")} == set(
        (HERE / "readmes").iterdir()
    )


def test_every_repository_belongs_to_an_organization() -> None:
    assert {one.account_id for one in REPOSITORIES} == {one.account_id for one in ORGANIZATIONS}


def test_keys_follow_the_folders() -> None:
    keys = {key for key, _ in REPOSITORIES[0].files()}

    assert {"README.md", "countries.parquet", "shapefile/countries.shp"} <= keys


def test_every_link_of_a_readme_leads_to_a_file() -> None:
    for repository in REPOSITORIES:
        keys = dict(repository.files())
        assert set(LINK.findall(keys["README.md"].read_text())) <= set(keys)


def test_media_types_tell_what_a_file_is() -> None:
    assert media_type(Path("a.geojson")) == "application/geo+json"
    assert media_type(Path("a.shx")) == "application/octet-stream"


def test_credentials_follow_from_the_key_file_and_have_the_shape_of_real_ones() -> None:
    person = sample_account(KEY)

    assert person == sample_account(KEY) != sample_account(bytes(32))
    assert re.fullmatch(r"COOP[A-Z2-7]{16}", person.access_key_id)
    assert re.fullmatch(r"[A-Za-z0-9_-]{40}", person.secret_access_key)
    assert len(person.password) == 16


def test_an_upload_is_signed_and_never_replaces_a_file() -> None:
    headers = signed(
        "http://127.0.0.1:9000/noaa/a/b c.txt", b"x", "text/plain", sample_account(KEY)
    )

    assert headers["If-None-Match"] == "*"
    assert headers["X-Amz-Content-SHA256"].startswith("2d711642b726b044")
    assert "if-none-match" in headers["Authorization"]
    assert sample_account(KEY).access_key_id in headers["Authorization"]


def test_what_was_published_once_is_remembered(tmp_path: Path) -> None:
    assert not is_published(tmp_path)
    mark_published(tmp_path)
    assert is_published(tmp_path)
