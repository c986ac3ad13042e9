"""Machines without secrets: an issuer's token for a short-lived key, and what such a key may do."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import boto3  # type: ignore[import-untyped]
import httpx
import pytest
from botocore.client import Config
from botocore.exceptions import ClientError

from services.storage.issuers.sessions import Sessions
from shared.contracts.accounts import CreateTrust, RemoveTrust, Trust
from shared.contracts.base import KeyAction, now
from shared.keyfile import load_key_file
from tests import control_plane
from tests.door import ACCOUNT, HIDDEN, Client, Door, body_of, plain, refusal
from tests.issuer import AUDIENCE, Issuer, issuing, public_pem, rsa_key
from tests.waiting import until

NAMES = {"sts": "https://sts.amazonaws.com/doc/2011-06-15/"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def trust(door: Door, issuer: Issuer) -> Trust:
    return trusting(door, issuer)


def trusting(door: Door, issuer: Issuer, **changes: Any) -> Trust:
    """The laboratory trusts the issuer's tokens about its own repository."""
    wanted = {
        "account_uid": laboratory(door),
        "issuer": issuer.url,
        "audience": AUDIENCE,
        "subject": "repo:river-lab/*:ref:refs/heads/main",
    }
    actor = control_plane.actor_of(door.people["owner"].account)
    return door.ask(CreateTrust(actor=actor, **wanted | changes))


def laboratory(door: Door) -> str:
    """The uid of the organization."""
    return door.repository().account_uid


def assume(door: Door, trust: Trust, token: str, **more: str) -> httpx.Response:
    """The exchange as a form."""
    fields = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": trust.role_arn,
        "RoleSessionName": "nightly",
        "WebIdentityToken": token,
    }
    return plain.post(f"{door.url}/.sts", data=fields | more)


def code_of(answer: httpx.Response) -> str:
    """The error's code in STS's own form."""
    assert answer.headers["content-type"] == "application/xml"
    root = ET.fromstring(answer.content)  # noqa: S314 (our own answer)
    assert root.tag == f"{{{NAMES['sts']}}}ErrorResponse"
    return root.findtext("sts:Error/sts:Code", "", NAMES)


def key_from(answer: httpx.Response) -> dict[str, str]:
    """The key that was given."""
    assert answer.status_code == 200, answer.text
    root = ET.fromstring(answer.content)  # noqa: S314 (our own answer)
    found = root.find("sts:AssumeRoleWithWebIdentityResult/sts:Credentials", NAMES)
    assert found is not None
    return {one.tag.partition("}")[2]: one.text or "" for one in found}


def client_of(door: Door, key: dict[str, str]) -> Client:
    """boto3 with such a key."""
    return boto3.client(
        "s3",
        endpoint_url=door.url,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key["SessionToken"],
        config=Config(
            s3={"addressing_style": "path"},
            signature_version="s3v4",
            retries={"total_max_attempts": 1},
        ),
    )


@pytest.fixture
def machine(door: Door, issuer: Issuer, trust: Trust) -> Iterator[Client]:
    client = client_of(door, key_from(assume(door, trust, issuer.token())))
    yield client
    client.close()


def test_boto_knows_how(door: Door, issuer: Issuer, trust: Trust) -> None:
    sts = boto3.client(
        "sts",
        endpoint_url=f"{door.url}/.sts",
        region_name="us-east-1",
        aws_access_key_id="",
        aws_secret_access_key="",
    )
    role = {"RoleArn": trust.role_arn, "RoleSessionName": "nightly"}
    answer = sts.assume_role_with_web_identity(
        **role, WebIdentityToken=issuer.token("ec"), DurationSeconds=900
    )
    assert answer["Audience"] == AUDIENCE
    assert answer["Provider"] == issuer.url
    client = client_of(door, answer["Credentials"])
    assert body_of(client, ACCOUNT, f"{HIDDEN}/README.md") == b"# Embargoed\n"
    with pytest.raises(ClientError, match="IDPRejectedClaim"):
        sts.assume_role_with_web_identity(**role, WebIdentityToken=issuer.token(aud="other"))
    client.close()
    sts.close()


def test_read_write_presign(door: Door, machine: Client) -> None:
    name = door.repository().repository_id
    machine.put_object(Bucket=ACCOUNT, Key=f"{name}/a", Body=b"x")
    place = {"Bucket": ACCOUNT, "Key": f"{name}/a"}
    assert body_of(machine, bucket=ACCOUNT, key=f"{name}/a") == b"x"
    assert plain.get(machine.generate_presigned_url("get_object", Params=place)).content == b"x"


def test_in_the_query_too(door: Door, issuer: Issuer, trust: Trust) -> None:
    fields = {
        "Action": "AssumeRoleWithWebIdentity",
        "RoleArn": f"arn:aws:iam::123456789012:role/{trust.trust_uid}",
        "RoleSessionName": "nightly",
        "WebIdentityToken": issuer.token(),
    }
    key = key_from(plain.get(f"{door.url}/.sts", params=fields))
    assert key["AccessKeyId"].startswith("COOPSESSION")


def test_within_the_limits_of_the_trust(door: Door, issuer: Issuer) -> None:
    one, other = door.repository(), door.repository()
    trust = trusting(
        door,
        issuer,
        actions=[KeyAction.READ, KeyAction.WRITE],
        places=[f"{ACCOUNT}/{one.repository_id}/in/"],
    )
    client = client_of(door, key_from(assume(door, trust, issuer.token())))
    put = {"Bucket": ACCOUNT, "Body": b"x"}
    assert refusal(client.put_object, Key=f"{one.repository_id}/in/a", **put) == ("", 200)
    for key in (f"{one.repository_id}/out/a", f"{other.repository_id}/in/a"):
        assert refusal(client.put_object, Key=key, **put) == ("AccessDenied", 403)
    place = {"Bucket": ACCOUNT, "Key": f"{one.repository_id}/in/a"}
    assert refusal(client.delete_object, **place) == ("AccessDenied", 403)
    client.close()


def test_tokens_that_are_not_taken(door: Door, issuer: Issuer, trust: Trust) -> None:
    now = issuer.claims()["iat"]
    pem = public_pem(issuer.keys["rsa"])
    rogue = Issuer(issuer.url, keys={"rsa": rsa_key()})
    good = issuer.token()
    head, body, signature = good.split(".")
    for code, token in (
        ("IDPRejectedClaim", issuer.token(aud="another")),
        ("IDPRejectedClaim", issuer.token(aud=["a", "b"])),
        ("ExpiredTokenException", issuer.token(exp=now - 60)),
        ("InvalidIdentityToken", issuer.token(nbf=now + 3600)),
        ("InvalidIdentityToken", issuer.token(iat=now + 3600)),
        ("InvalidIdentityToken", issuer.token(exp=None)),
        ("InvalidIdentityToken", issuer.token(sub=None)),
        ("InvalidIdentityToken", issuer.token(exp="soon")),
        ("IDPRejectedClaim", issuer.token(aud=7)),
        ("AccessDenied", issuer.token(iss="https://elsewhere.example")),
        ("AccessDenied", issuer.token(iss=None)),
        ("AccessDenied", issuer.token(sub="repo:other/gauges:ref:refs/heads/main")),
        ("AccessDenied", issuer.token(sub="repo:river-lab/gauges:ref:refs/heads/mainly")),
        ("AccessDenied", issuer.token(sub="repo:river-lab/\ud800:ref:refs/heads/main")),
        ("AccessDenied", issuer.token(sub="repo:river-lab/" + "x" * 2000 + ":ref:refs/heads/main")),
        ("InvalidIdentityToken", issuer.forged({"alg": "none", "kid": "rsa"})),
        ("InvalidIdentityToken", issuer.forged({"alg": "None", "kid": "rsa"})),
        ("InvalidIdentityToken", issuer.forged({"alg": "HS256", "kid": "rsa"}, pem)),
        ("InvalidIdentityToken", issuer.forged({"alg": "RS256", "kid": "rsa"}, pem)),
        ("InvalidIdentityToken", issuer.forged({"alg": "ES256", "kid": "rsa"}, pem)),
        ("InvalidIdentityToken", issuer.forged({"alg": "RS256", "kid": "rsa", "crit": ["x"]}, pem)),
        ("InvalidIdentityToken", issuer.forged({"alg": "RS256", "kid": 7}, pem)),
        ("InvalidIdentityToken", rogue.token()),
        ("InvalidIdentityToken", f"{head}.{body}.{signature[:-8]}AAAAAAAA"),
        ("InvalidIdentityToken", "x"),
        ("InvalidIdentityToken", "é.é.é"),
        ("InvalidIdentityToken", "..."),
        ("InvalidIdentityToken", "a" * 30_000),
        ("InvalidIdentityToken", "a" * 100_000),
    ):
        answer = assume(door, trust, token)
        assert answer.status_code != 200, token
        assert code_of(answer) == code, (token[:200], answer.text)
        assert answer.status_code in {400, 403}


def test_requests_that_are_not_whole(door: Door, issuer: Issuer, trust: Trust) -> None:
    token = issuer.token()
    for code, changes in (
        ("InvalidAction", {"Action": "GetCallerIdentity"}),
        ("MissingParameter", {"RoleArn": ""}),
        ("ValidationError", {"RoleSessionName": "a b"}),
        ("ValidationError", {"DurationSeconds": "899"}),
        ("ValidationError", {"DurationSeconds": "3601"}),
        ("ValidationError", {"DurationSeconds": "-1"}),
        ("ValidationError", {"Policy": "{}"}),
        ("AccessDenied", {"RoleArn": "arn:aws:iam::river-lab:role/01ARZ3NDEKTSV4RRFFQ69G5FAV"}),
        ("AccessDenied", {"RoleArn": "arn:aws:iam::river-lab:role/%00"}),
    ):
        assert code_of(assume(door, trust, token, **changes)) == code, changes
    twice = plain.post(f"{door.url}/.sts?Action=x", data={"Action": "y"})
    assert code_of(twice) == "MalformedQueryString"
    assert plain.put(f"{door.url}/.sts").status_code == 405
    assert code_of(plain.post(f"{door.url}/.sts")) == "InvalidAction"


def test_issuers_that_do_not_answer(door: Door, issuer: Issuer) -> None:
    for spoilt in (
        {"/keys": b"["},
        {"/keys": b"[]"},
        {"/keys": b'{"keys": 1}'},
        {"/keys": b"x" * 300_000},
        {"/.well-known/openid-configuration": b'{"issuer": "https://another"}'},
    ):
        with issuing() as other:
            other.documents |= spoilt
            answer = assume(door, trusting(door, other), other.token())
            assert code_of(answer) == "IDPCommunicationError", spoilt
    with issuing() as other:
        other.redirect = f"{issuer.url}/keys"
        answer = assume(door, trusting(door, other), other.token())
        assert code_of(answer) == "IDPCommunicationError"
    assert issuer.asked == 0


def test_nobody_is_asked_for_a_stranger(door: Door, issuer: Issuer, trust: Trust) -> None:
    with issuing() as stranger:
        assert code_of(assume(door, trust, stranger.token())) == "AccessDenied"
        assert (stranger.asked, issuer.asked) == (0, 0)


def test_a_trust_that_is_removed_ends_its_keys(door: Door, issuer: Issuer, trust: Trust) -> None:
    client = client_of(door, key_from(assume(door, trust, issuer.token())))
    place = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md"}
    assert refusal(client.get_object, **place) == ("", 200)
    actor = control_plane.actor_of(door.people["owner"].account)
    door.ask(RemoveTrust(actor=actor, account_uid=trust.account_uid, trust_uid=trust.trust_uid))
    until(lambda: refusal(client.get_object, **place) == ("InvalidToken", 400), seconds=2)
    until(lambda: code_of(assume(door, trust, issuer.token())) == "AccessDenied", seconds=2)
    client.close()


def test_a_key_ends_with_its_time(door: Door, trust: Trust) -> None:
    sessions = Sessions(load_key_file(door.platform.home))
    session, token = sessions.make(trust.trust_uid, now() - timedelta(seconds=1))
    key = {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": sessions.secret_of(session.access_key_id),
        "SessionToken": token,
    }
    client = client_of(door, key)
    place = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md"}
    assert refusal(client.get_object, **place) == ("ExpiredToken", 400)
    client.close()


def test_a_token_goes_with_its_own_key_only(door: Door, issuer: Issuer, trust: Trust) -> None:
    one, other = (key_from(assume(door, trust, issuer.token())) for _ in range(2))
    assert one["SecretAccessKey"] != other["SecretAccessKey"]
    place = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md"}
    owner = door.people["owner"].credentials
    lasting = {"AccessKeyId": owner.access_key, "SecretAccessKey": owner.secret_key}
    for key, code in (
        (one | {"SessionToken": other["SessionToken"]}, "InvalidToken"),
        (one | {"SessionToken": one["SessionToken"][:-4] + "AAA="}, "InvalidToken"),
        (one | {"SessionToken": "x" * 10_000}, "InvalidToken"),
        (one | {"SecretAccessKey": other["SecretAccessKey"]}, "SignatureDoesNotMatch"),
        (lasting | {"SessionToken": one["SessionToken"]}, "InvalidToken"),
        (one | {"SessionToken": None}, "InvalidAccessKeyId"),
    ):
        client = client_of(door, key)
        assert refusal(client.get_object, **place)[0] == code
        client.close()
