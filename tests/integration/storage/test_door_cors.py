"""Rules of a repository for scripts of other origins; without any, all origins may."""

from typing import Any

import httpx
import pytest

from tests.door import ACCOUNT, HIDDEN, Client, Door, plain, refusal

MAP, OTHER = "https://map.example", "https://other.example"
RULE = {
    "ID": "map",
    "AllowedOrigins": [MAP],
    "AllowedMethods": ["GET", "PUT"],
    "AllowedHeaders": ["range", "x-amz-*"],
    "ExposeHeaders": ["ETag"],
    "MaxAgeSeconds": 600,
}
ALLOWED = "access-control-allow-origin"


def set_rules(s3: Client, bucket: str, *rules: dict[str, Any]) -> None:
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": list(rules)})


def preflight(url: str, origin: str, method: str = "GET", headers: str = "") -> httpx.Response:
    asked = {"origin": origin, "access-control-request-method": method}
    if headers:
        asked["access-control-request-headers"] = headers
    return plain.options(url, headers=asked)


@pytest.fixture
def url(door: Door, s3: Client, bucket: str) -> str:
    s3.put_object(Bucket=bucket, Key="a", Body=b"12345")
    return f"{door.url}/{bucket}/a"


def test_set_told_and_removed(s3: Client, bucket: str, url: str) -> None:
    get = {"Bucket": bucket}
    assert refusal(s3.get_bucket_cors, **get) == ("NoSuchCORSConfiguration", 404)
    set_rules(s3, bucket, RULE)
    assert s3.get_bucket_cors(**get)["CORSRules"] == [RULE]
    s3.delete_bucket_cors(**get)
    assert refusal(s3.get_bucket_cors, **get) == ("NoSuchCORSConfiguration", 404)
    assert preflight(url, OTHER).headers[ALLOWED] == "*"


def test_a_preflight_is_judged_by_the_rules(s3: Client, bucket: str, url: str) -> None:
    set_rules(s3, bucket, RULE)
    yes = preflight(url, MAP, "PUT", "range, x-amz-date")
    assert yes.status_code == 200
    assert yes.headers[ALLOWED] == MAP
    assert yes.headers["access-control-allow-methods"] == "GET, PUT"
    assert yes.headers["access-control-allow-headers"] == "range, x-amz-date"
    assert yes.headers["access-control-max-age"] == "600"
    assert "Origin" in yes.headers["vary"]
    for no in (
        preflight(url, OTHER),
        preflight(url, MAP, "DELETE"),
        preflight(url, MAP, "GET", "authorization"),
    ):
        assert no.status_code == 403
        assert "<Code>AccessForbidden</Code>" in no.text
        assert ALLOWED not in no.headers
    for headers in ({}, {"origin": MAP}, {"access-control-request-method": "GET"}):
        assert plain.options(url, headers=headers).status_code == 400


def test_an_answer_is_open_to_whom_the_rules_allow(s3: Client, bucket: str, url: str) -> None:
    set_rules(s3, bucket, RULE)
    mine = plain.get(url, headers={"origin": MAP})
    assert (mine.content, mine.headers[ALLOWED]) == (b"12345", MAP)
    assert mine.headers["access-control-expose-headers"] == "ETag"
    other = plain.get(url, headers={"origin": OTHER})
    assert other.status_code == 200
    assert not [name for name in other.headers if name.startswith("access-control-")]
    missing = plain.get(f"{url}.none", headers={"origin": MAP})
    assert (missing.status_code, missing.headers[ALLOWED]) == (404, MAP)


def test_a_refusal_too_is_open_to_whom_the_rules_allow(s3: Client, bucket: str, url: str) -> None:
    set_rules(s3, bucket, RULE)
    asked = "access-control-request-method"
    for headers, allowed in (
        ({"origin": MAP}, MAP),
        ({"origin": OTHER}, None),
        # Judged by the method that a preflight would ask for, where it is said.
        ({"origin": MAP, asked: "GET"}, MAP),
        ({"origin": MAP, asked: "DELETE"}, None),
    ):
        answer = plain.put(url, headers=headers)
        assert (answer.status_code, answer.headers.get(ALLOWED)) == (403, allowed)


def test_any_origin_by_a_rule(s3: Client, bucket: str, url: str) -> None:
    set_rules(s3, bucket, RULE, {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]})
    assert plain.get(url, headers={"origin": OTHER}).headers[ALLOWED] == "*"
    assert preflight(url, OTHER, "PUT").status_code == 403


def test_every_way_to_a_repository_has_its_rules(door: Door, s3: Client, bucket: str) -> None:
    set_rules(s3, bucket, RULE)
    name = bucket.partition("--")[2]
    for address in (f"{ACCOUNT}/{name}/a", f"{ACCOUNT}--{name}", f"{ACCOUNT}/{name}/"):
        assert preflight(f"{door.url}/{address}", OTHER).status_code == 403
    at = door.client("owner", at=f"/{ACCOUNT}")
    assert at.get_bucket_cors(Bucket=name)["CORSRules"] == [RULE]
    at.delete_bucket_cors(Bucket=name)
    assert preflight(f"{door.url}/{ACCOUNT}/{name}/a", OTHER).status_code == 204


def test_a_preflight_tells_nothing_of_hidden_rules(door: Door, s3: Client) -> None:
    set_rules(s3, f"{ACCOUNT}--{HIDDEN}", RULE)
    try:
        hidden, never = (
            preflight(f"{door.url}/{ACCOUNT}/{name}/a", OTHER) for name in (HIDDEN, "never-was")
        )
        assert (hidden.status_code, hidden.content) == (never.status_code, never.content)
        assert hidden.headers[ALLOWED] == never.headers[ALLOWED] == "*"
    finally:
        s3.delete_bucket_cors(Bucket=f"{ACCOUNT}--{HIDDEN}")


@pytest.mark.parametrize("who", ["writer", "reader", "stranger", "anonymous"])
def test_only_who_manages_sets_them(door: Door, s3: Client, bucket: str, who: str) -> None:
    set_rules(s3, bucket, RULE)
    client = door.client(who)
    put = {"Bucket": bucket, "CORSConfiguration": {"CORSRules": [RULE]}}
    assert refusal(client.put_bucket_cors, **put) == ("AccessDenied", 403)
    assert refusal(client.delete_bucket_cors, Bucket=bucket) == ("AccessDenied", 403)
    assert client.get_bucket_cors(Bucket=bucket)["CORSRules"] == [RULE]


def test_an_account_has_none(s3: Client) -> None:
    put = {"Bucket": ACCOUNT, "CORSConfiguration": {"CORSRules": [RULE]}}
    assert refusal(s3.put_bucket_cors, **put) == ("NotImplemented", 501)
    assert refusal(s3.get_bucket_cors, Bucket=ACCOUNT) == ("NoSuchCORSConfiguration", 404)


def test_rules_that_are_none(s3: Client, bucket: str) -> None:
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["PATCH"]}
    put = {"Bucket": bucket, "CORSConfiguration": {"CORSRules": [rule]}}
    assert refusal(s3.put_bucket_cors, **put) == ("InvalidRequest", 400)
    assert refusal(s3.get_bucket_cors, Bucket=bucket)[0] == "NoSuchCORSConfiguration"


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("get_bucket_request_payment", {"Payer": "BucketOwner"}),
        ("get_bucket_logging", {}),
        ("get_bucket_notification_configuration", {}),
        ("get_bucket_accelerate_configuration", {}),
        ("delete_bucket_lifecycle", {}),
        ("delete_bucket_policy", {}),
        ("delete_bucket_tagging", {}),
        ("delete_bucket_website", {}),
        ("delete_bucket_encryption", {}),
    ],
)
def test_what_a_bucket_has_none_of(
    s3: Client, bucket: str, call: str, answer: dict[str, str]
) -> None:
    told = getattr(s3, call)(Bucket=bucket)
    told.pop("ResponseMetadata")
    assert told == answer
