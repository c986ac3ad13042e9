import pytest

from services.storage.s3.errors import S3Error
from services.storage.s3.lifecycle import Expiry, lifecycle_document, parse_lifecycle

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
WHOLE, ENABLED = "<Filter><Prefix/></Filter>", "<Status>Enabled</Status>"


def action(days: str, newer: str = "") -> str:
    told = f"<NewerNoncurrentVersions>{newer}</NewerNoncurrentVersions>" if newer else ""
    days = f"<NoncurrentDays>{days}</NoncurrentDays>"
    return f"<NoncurrentVersionExpiration>{days}{told}</NoncurrentVersionExpiration>"


def lifecycle(*rules: str) -> bytes:
    lines = "".join(f"<Rule>{rule}</Rule>" for rule in rules)
    return f"<LifecycleConfiguration {NAMESPACE}>{lines}</LifecycleConfiguration>".encode()


def refused(*rules: str) -> S3Error:
    with pytest.raises(S3Error) as caught:
        parse_lifecycle(lifecycle(*rules))
    return caught.value


@pytest.mark.parametrize("expiry", [Expiry(1), Expiry(30, 3), Expiry(36_500, 1000)])
def test_what_is_told_is_what_was_set(expiry: Expiry) -> None:
    assert parse_lifecycle(lifecycle_document(expiry)) == expiry


@pytest.mark.parametrize(
    "place", [WHOLE, "<Filter/>", "<Filter>\n <Prefix></Prefix>\n</Filter>", "<Prefix/>"]
)
def test_the_ways_to_say_a_whole_bucket(place: str) -> None:
    rule = f"<ID>mine</ID>\n{place}\n{ENABLED}\n{action('30', '3')}"
    assert parse_lifecycle(lifecycle(rule)) == Expiry(30, 3)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ("<Expiration><Days>1</Days></Expiration>", "Expiration"),
        ("<Expiration><ExpiredObjectDeleteMarker/></Expiration>", "Expiration"),
        ("<Transition><StorageClass>GLACIER</StorageClass></Transition>", "Transition"),
        ("<Transition/><Transition/>", "Transition"),
        ("<NoncurrentVersionTransition/>", "NoncurrentVersionTransition"),
        ("<AbortIncompleteMultipartUpload/>", "AbortIncompleteMultipartUpload"),
        ("<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>", "Filter/Tag"),
        ("<Filter><And><Prefix/><Tag><Key>a</Key></Tag></And></Filter>", "Filter/And"),
        (
            "<Filter><ObjectSizeLessThan>9</ObjectSizeLessThan></Filter>",
            "Filter/ObjectSizeLessThan",
        ),
        ("<Filter><Prefix>a/</Prefix></Filter>", "Filter/Prefix"),
        ("<Prefix>a/</Prefix>", "Prefix"),
    ],
)
def test_what_is_not_done_is_named(more: str, name: str) -> None:
    place = "" if "<Filter" in more or "<Prefix" in more else WHOLE
    error = refused(f"{place}{ENABLED}{action('30')}{more}")
    assert (error.code, error.details) == ("NotImplemented", {"Header": name})
    assert name in error.message


def test_a_second_rule_and_one_that_is_off_are_not_done() -> None:
    rule = f"{WHOLE}{ENABLED}{action('30')}"
    assert refused(rule, rule).details == {"Header": "Rule"}
    assert refused(rule.replace("Enabled", "Disabled")).details == {"Header": "Status"}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (f"{WHOLE}{ENABLED}", "InvalidRequest"),
        (f"{ENABLED}{action('30')}", "MalformedXML"),
        (f"{WHOLE}{action('30')}", "MalformedXML"),
        (f"{WHOLE}<Status>enabled</Status>{action('30')}", "MalformedXML"),
        (f"{WHOLE}{ENABLED}<NoncurrentVersionExpiration/>", "MalformedXML"),
        (f"{WHOLE}{ENABLED}{action('30')}{action('31')}", "MalformedXML"),
        (f"{WHOLE}{ENABLED}{action('30')}<Unknown/>", "MalformedXML"),
        (f"{WHOLE}{ENABLED}{action('30')}<Filter><Unknown/></Filter>", "MalformedXML"),
        (f"{WHOLE}{ENABLED}{action('<a><b><c/></b></a>')}", "MalformedXML"),
        *((f"{WHOLE}{ENABLED}{action(days)}", "InvalidArgument") for days in ("0", "-1", "1.5")),
        *((f"{WHOLE}{ENABLED}{action(days)}", "InvalidArgument") for days in ("", "a", "36501")),
        (f"{WHOLE}{ENABLED}{action('30', '0')}", "InvalidArgument"),
        (f"<ID>{'a' * 256}</ID>{WHOLE}{ENABLED}{action('30')}", "InvalidArgument"),
    ],
)
def test_rules_that_are_none(rule: str, code: str) -> None:
    assert refused(rule).code == code


@pytest.mark.parametrize("body", [b"", b"<Lifecycle/>", lifecycle(), b"<!DOCTYPE a><a/>"])
def test_documents_that_are_none(body: bytes) -> None:
    with pytest.raises(S3Error) as caught:
        parse_lifecycle(body)
    assert caught.value.code == "MalformedXML"
