"""Form uploads: the policy that permits one, made for a page and checked when the form arrives.

Rules: Amazon S3 API reference, "POST Policy". Every field of the form must be named by a
condition, so nothing can be added to what was signed.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from hmac import digest as hmac

import orjson

from services.storage.s3.claims import ALGORITHM, parse_credential, parse_timestamp
from services.storage.s3.errors import S3Error
from services.storage.s3.presign import DEFAULT_LIFETIME, Signer
from services.storage.s3.sigv4 import signing_key

MAX_POLICY_BYTES = 20 * 1024
MAX_OBJECT_BYTES = 5 * 1024**3
_UNCOVERED = {"policy", "x-amz-signature", "file"}
_NEEDED = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")


@dataclass(slots=True)
class FormUpload:
    """What a form may upload: any key below `key_prefix` of `bucket`, up to `max_bytes`.

    The browser is sent to `redirect` afterwards (`success_action_redirect`). `fields` are further
    hidden fields, signed like all others.
    """

    bucket: str
    key_prefix: str
    max_bytes: int = MAX_OBJECT_BYTES
    redirect: str = ""
    lifetime: timedelta = DEFAULT_LIFETIME
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class FormClaim:
    """What a form says of itself, before its signature is proved."""

    access_key_id: str
    date: str
    region: str
    policy: str
    signature: str


@dataclass(slots=True)
class Policy:
    """A policy as it was signed. `conditions` are (operator, field, value), fields lower-case."""

    expires: datetime
    conditions: list[tuple[str, str, str]] = field(default_factory=list)
    min_bytes: int = 0
    max_bytes: int = MAX_OBJECT_BYTES


def make_form(signer: Signer, upload: FormUpload, *, now: datetime) -> dict[str, str]:
    """The hidden fields of a form whose last field is the `file`; `now` is in UTC.

    `key` ends in `${filename}`, which `fill_filename` replaces with the name of the chosen file.
    """
    fields = {
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": f"{signer.access_key_id}/{signer.scope(now)}",
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
    }
    fields.update(upload.fields)
    if upload.redirect:
        fields["success_action_redirect"] = upload.redirect
    conditions: list[object] = [{name: value} for name, value in fields.items()]
    conditions += [
        {"bucket": upload.bucket},
        ["starts-with", "$key", upload.key_prefix],
        ["content-length-range", 0, upload.max_bytes],
    ]
    expires = f"{now + upload.lifetime:%Y-%m-%dT%H:%M:%S.000Z}"
    policy = b64encode(orjson.dumps({"expiration": expires, "conditions": conditions}))
    signature = hmac(signer.key(now), policy, "sha256").hex()
    key = f"{upload.key_prefix}${{filename}}"
    return {"key": key, **fields, "policy": policy.decode(), "x-amz-signature": signature}


def read_form_claim(fields: Mapping[str, str]) -> FormClaim | None:
    """The claim of a form, None for an anonymous one; the names of `fields` are lower-case.

    Raises InvalidArgument, InvalidRequest (Signature Version 2), AccessDenied.
    """
    if "policy" not in fields:
        return None
    if "awsaccesskeyid" in fields:
        raise S3Error("InvalidRequest", "Please use AWS4-HMAC-SHA256.")
    for name in _NEEDED:
        if not fields.get(name):
            raise S3Error("InvalidArgument", f"Bucket POST must contain a field named '{name}'.")
    if fields["x-amz-algorithm"] != ALGORITHM:
        raise S3Error("InvalidArgument", f"x-amz-algorithm must be {ALGORITHM}.")
    code = "InvalidArgument"
    access_key_id, date, region = parse_credential(fields["x-amz-credential"], code)
    if f"{parse_timestamp(fields['x-amz-date'], code):%Y%m%d}" != date:
        raise S3Error(code, "x-amz-date is not the date of x-amz-credential.")
    return FormClaim(access_key_id, date, region, fields["policy"], fields["x-amz-signature"])


def verify_form(claim: FormClaim, secret_access_key: str, *, now: datetime) -> Policy:
    """The policy, once its signature is proved and its time has not passed.

    Raises SignatureDoesNotMatch, InvalidPolicyDocument, AccessDenied (expired).
    """
    key = signing_key(secret_access_key, claim.date, claim.region)
    expected = hmac(key, claim.policy.encode(), "sha256").hex()
    if not compare_digest(expected.encode(), claim.signature.encode()):
        raise S3Error("SignatureDoesNotMatch", AWSAccessKeyId=claim.access_key_id)
    policy = parse_policy(claim.policy)
    if now >= policy.expires:
        raise S3Error("AccessDenied", "Invalid according to Policy: Policy expired.")
    return policy


def check_form(policy: Policy, fields: Mapping[str, str], *, bucket: str) -> None:
    """The fields before `file`, `${filename}` filled in, against the conditions.

    Raises AccessDenied: a condition fails, or a field was not signed.
    """
    given = {**fields, "bucket": bucket}
    for operator, name, value in policy.conditions:
        actual = given.get(name, "")
        if not (actual == value if operator == "eq" else actual.startswith(value)):
            raise S3Error(
                "AccessDenied",
                "Invalid according to Policy: Policy Condition failed: "
                f'["{operator}", "${name}", "{value}"]',
            )
    covered = {name for _, name, _ in policy.conditions} | _UNCOVERED
    extra = [name for name in fields if name not in covered and not name.startswith("x-ignore-")]
    if extra or "bucket" not in covered or "key" not in covered:
        raise S3Error(
            "AccessDenied",
            f"Invalid according to Policy: Extra input fields: {', '.join(extra) or 'bucket, key'}",
        )


def check_length(policy: Policy, size: int) -> None:
    """The bytes of the file, so far or in the end. Raises EntityTooLarge and EntityTooSmall."""
    if size > policy.max_bytes:
        raise S3Error("EntityTooLarge", ProposedSize=size, MaxSizeAllowed=policy.max_bytes)
    if size < policy.min_bytes:
        raise S3Error("EntityTooSmall", ProposedSize=size, MinSizeAllowed=policy.min_bytes)


def fill_filename(key: str, filename: str) -> str:
    """`${filename}` in a key replaced; of a path that a browser sends, only the last name."""
    return key.replace("${filename}", filename.replace("\\", "/").rpartition("/")[2])


def parse_policy(encoded: str) -> Policy:
    """Read a policy document. Raises InvalidPolicyDocument."""
    if len(encoded) > MAX_POLICY_BYTES:
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: too long.")
    try:
        document = orjson.loads(b64decode(encoded, validate=True))
        expires = datetime.fromisoformat(document["expiration"])
        policy = Policy(expires if expires.tzinfo else expires.replace(tzinfo=UTC))
        for condition in document["conditions"]:
            _add_condition(policy, condition)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: not what S3 defines.") from None
    return policy


def _add_condition(policy: Policy, condition: object) -> None:
    match condition:
        case dict():
            policy.conditions += [
                ("eq", name.lower(), _text(value)) for name, value in condition.items()
            ]
        case ["content-length-range", int() | str() as least, int() | str() as most]:
            policy.min_bytes = max(policy.min_bytes, int(least))
            policy.max_bytes = min(policy.max_bytes, int(most))
        case [str(operator), str(name), str(value)] if name.startswith("$"):
            if operator.lower() not in {"eq", "starts-with"}:
                raise ValueError(operator)
            policy.conditions.append((operator.lower(), name[1:].lower(), value))
        case _:
            raise ValueError("not a condition")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a condition compares text")
    return value
