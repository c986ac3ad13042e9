"""The three ways in: an account, the endpoint of an account, and the alias of a repository."""

import pytest
from botocore.exceptions import ClientError

from shared.contracts.repositories import Visibility
from tests.door import ACCOUNT, HIDDEN, Client, Door, body_of, keys_of, plain, refusal


@pytest.fixture
def name(door: Door) -> str:
    return door.repository().repository_id


def test_one_object_three_names(door: Door, s3: Client, name: str) -> None:
    endpoint = door.client(at=f"/{ACCOUNT}")
    s3.put_object(Bucket=ACCOUNT, Key=f"{name}/2026/a.csv", Body=b"account")
    assert body_of(endpoint, name, "2026/a.csv") == b"account"
    assert body_of(s3, f"{ACCOUNT}--{name}", "2026/a.csv") == b"account"
    assert plain.get(f"{door.url}/{ACCOUNT}/{name}/2026/a.csv").content == b"account"
    endpoint.put_object(Bucket=name, Key="b.csv", Body=b"endpoint")
    s3.put_object(Bucket=f"{ACCOUNT}--{name}", Key="c.csv", Body=b"alias")
    assert keys_of(s3, ACCOUNT, Prefix=f"{name}/") == [
        f"{name}/{key}" for key in ("2026/a.csv", "b.csv", "c.csv")
    ]
    assert keys_of(endpoint, name) == keys_of(s3, f"{ACCOUNT}--{name}")


def test_an_account_lists_its_repositories(door: Door, s3: Client) -> None:
    first, second = door.repository("sorted"), door.repository("sorted-after")
    for repository in (first, second):
        s3.put_object(Bucket=ACCOUNT, Key=f"{repository.repository_id}/k", Body=b"")
    answer = s3.list_objects_v2(Bucket=ACCOUNT, Delimiter="/", Prefix="sorted")
    # By name and slash, as keys are sorted: `-` comes before `/`.
    prefixes = [one["Prefix"] for one in answer["CommonPrefixes"]]
    assert prefixes == ["sorted-after/", "sorted/"]
    assert keys_of(s3, ACCOUNT, Prefix="sorted") == ["sorted-after/k", "sorted/k"]


def test_an_account_does_not_list_what_may_not_be_seen(door: Door) -> None:
    seen = {
        who: {
            one["Prefix"]
            for one in door.client(who).list_objects_v2(Bucket=ACCOUNT, Delimiter="/")[
                "CommonPrefixes"
            ]
        }
        for who in ("owner", "reader", "stranger", "anonymous")
    }
    assert f"{HIDDEN}/" in seen["owner"]
    assert f"{HIDDEN}/" in seen["reader"]
    assert f"{HIDDEN}/" not in seen["stranger"] | seen["anonymous"]
    assert keys_of(door.client("stranger"), ACCOUNT, Prefix=f"{HIDDEN}/") == []


def test_all_keys_of_an_account_page_by_page(door: Door, s3: Client) -> None:
    made = [door.repository().repository_id for _ in range(3)]
    for name in made:
        for number in range(4):
            s3.put_object(Bucket=ACCOUNT, Key=f"{name}/{number}", Body=b"")
    expected = [f"{name}/{number}" for name in made for number in range(4)]
    keys = keys_of(s3, ACCOUNT, PaginationConfig={"PageSize": 3})
    assert [key for key in keys if key.partition("/")[0] in made] == sorted(expected)
    assert keys == sorted(keys, key=str.encode)
    assert len(keys) == len(set(keys))


def test_buckets_are_the_accounts_one_belongs_to(door: Door) -> None:
    names = {
        who: {one["Name"] for one in door.client(who).list_buckets()["Buckets"]}
        for who in ("owner", "reader", "stranger")
    }
    assert {ACCOUNT, "ada"} <= names["owner"]
    assert ACCOUNT in names["reader"]
    assert names["stranger"] == {"dora"}


def test_nobody_may_ask_for_buckets_namelessly(door: Door) -> None:
    assert plain.get(f"{door.url}/").status_code in {200, 403}
    assert "<Name>" not in plain.get(f"{door.url}/").text


def test_whether_a_bucket_is_there(s3: Client, name: str) -> None:
    for bucket in (ACCOUNT, f"{ACCOUNT}--{name}"):
        assert refusal(s3.head_bucket, Bucket=bucket) == ("", 200)
    for bucket in ("nobody", f"{ACCOUNT}--none"):
        assert refusal(s3.head_bucket, Bucket=bucket) == ("404", 404)


def test_a_repository_is_no_file(door: Door, name: str) -> None:
    """pyarrow, rclone and s3fs ask whether it is one, and would take a 200 for an empty one."""
    assert plain.head(f"{door.url}/{ACCOUNT}/{name}").status_code == 404
    assert plain.head(f"{door.url}/{ACCOUNT}/{name}/").status_code == 200
    assert plain.head(f"{door.url}/{ACCOUNT}/none/").status_code == 404


def test_a_folder_is_no_file(door: Door, s3: Client, name: str) -> None:
    s3.put_object(Bucket=ACCOUNT, Key=f"{name}/a/b", Body=b"")
    for path in (f"{name}/a", f"{name}/a/"):
        assert plain.head(f"{door.url}/{ACCOUNT}/{path}").status_code == 404


def test_the_bucket_of_the_endpoint_answers_a_bare_get(door: Door, s3: Client, name: str) -> None:
    s3.put_object(Bucket=ACCOUNT, Key=f"{name}/a", Body=b"")
    for path in (name, f"{name}/"):
        answer = plain.get(f"{door.url}/{ACCOUNT}/{path}")
        assert "<Key>a</Key>" in answer.text


def test_making_what_is_there(door: Door, s3: Client, name: str) -> None:
    """rclone makes its bucket before the first write."""
    mine = {("", 200), ("BucketAlreadyOwnedByYou", 409)}
    for bucket in (ACCOUNT, f"{ACCOUNT}--{name}"):
        assert refusal(s3.create_bucket, Bucket=bucket) in mine
    endpoint = door.client(at=f"/{ACCOUNT}")
    assert refusal(endpoint.create_bucket, Bucket=name) in mine
    assert keys_of(s3, f"{ACCOUNT}--{name}") == []


def test_nothing_is_made_over_s3(door: Door, s3: Client) -> None:
    for bucket in ("brand-new", f"{ACCOUNT}--brand-new"):
        with pytest.raises(ClientError, match="`coop create account/repository`") as refused:
            s3.create_bucket(Bucket=bucket)
        assert refused.value.response["Error"]["Code"] == "AccessDenied"
        assert "COOP_STORAGE__BUCKETS=manage" in str(refused.value)
    put = {"Bucket": ACCOUNT, "Key": "brand-new/a", "Body": b""}
    assert refusal(s3.put_object, **put) == ("NoSuchBucket", 404)
    assert refusal(s3.list_objects_v2, Bucket=f"{ACCOUNT}--brand-new")[0] == "NoSuchBucket"
    assert not (door.bytes_folder / ACCOUNT / "brand-new").exists()


def test_no_repository_is_deleted_over_s3(door: Door, s3: Client, name: str) -> None:
    s3.put_object(Bucket=ACCOUNT, Key=f"{name}/a", Body=b"kept")
    endpoint = door.client(at=f"/{ACCOUNT}")
    assert refusal(s3.delete_object, Bucket=ACCOUNT, Key=name) == ("AccessDenied", 403)
    assert refusal(endpoint.delete_bucket, Bucket=name) == ("AccessDenied", 403)
    for bucket in (ACCOUNT, f"{ACCOUNT}--{name}"):
        assert refusal(s3.delete_bucket, Bucket=bucket)[1] in {403, 409}
    s3.delete_object(Bucket=ACCOUNT, Key=f"{name}/")
    assert body_of(s3, ACCOUNT, f"{name}/a") == b"kept"


def test_folder_markers(s3: Client, name: str) -> None:
    """pyarrow makes folders: that of the repository is there, others become an empty object."""
    s3.put_object(Bucket=ACCOUNT, Key=f"{name}/", Body=b"")
    assert keys_of(s3, ACCOUNT, Prefix=f"{name}/") == []
    s3.put_object(Bucket=ACCOUNT, Key=f"{name}/new/", Body=b"")
    assert keys_of(s3, ACCOUNT, Prefix=f"{name}/") == [f"{name}/new/"]
    assert refusal(s3.put_object, Bucket=ACCOUNT, Key=name, Body=b"x") == (
        "InvalidRequest",
        400,
    )


def test_what_tools_ask_of_a_bucket(s3: Client, bucket: str) -> None:
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert refusal(s3.get_bucket_policy, Bucket=bucket) == ("NoSuchBucketPolicy", 404)


def test_unlisted_is_read_by_who_knows_it(door: Door, s3: Client) -> None:
    bucket = door.bucket(Visibility.UNLISTED)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    anonymous = door.client("anonymous")
    assert body_of(anonymous, bucket, "a") == b"x"
    listed = anonymous.list_objects_v2(Bucket=ACCOUNT, Delimiter="/")["CommonPrefixes"]
    assert f"{bucket.partition('--')[2]}/" not in {one["Prefix"] for one in listed}
