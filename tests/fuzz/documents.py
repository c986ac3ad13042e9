"""The XML and the JSON that clients send, misspelt."""

from base64 import b64encode
from random import Random

from services.storage.s3.bodies import MAX_PARTS, parse_complete, parse_delete
from services.storage.s3.post_policy import Policy, check_form, check_length, parse_policy
from tests.fuzz.outcome import outcome
from tests.mutations import misspelt

NAMESPACE = b' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
DELETE = (
    b'<?xml version="1.0" encoding="UTF-8"?><Delete%b><Quiet>true</Quiet>'
    b"<Object><Key>a &amp; b/\xc3\xa9&#10;</Key><VersionId>null</VersionId></Object>"
    b'<Object><Key>c</Key><ETag>"e"</ETag></Object></Delete>' % NAMESPACE
)
COMPLETE = (
    b'<CompleteMultipartUpload%b><Part><PartNumber>1</PartNumber><ETag>"e1"</ETag></Part>'
    b"<Part><ChecksumCRC32>AAAAAA==</ChecksumCRC32><ETag>e2</ETag><PartNumber>2</PartNumber></Part>"
    b"</CompleteMultipartUpload>" % NAMESPACE
)
POLICY = (
    b'{"expiration": "2026-11-23T12:00:00.000Z", "conditions": [{"bucket": "noaa"},'
    b'["starts-with", "$key", "a/"], ["content-length-range", 0, 1000]]}'
)
XML_WORDS = (
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&#0;",
    b"&#xD800;",
    b"&e;",
    b"<!DOCTYPE a [<!ENTITY e 'x'>]>",
    b"<?a b?>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<Object>",
    b"<Key>",
    b"<Part>",
    b"<PartNumber>10001</PartNumber>",
    b"\xef\xbb\xbf",
    b'encoding="UTF-16"',
    b'encoding="none"',
    b"\xc3",
    b"a:",
)
JSON_WORDS = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"null",
    b"-1",
    b"1e999",
    b"9" * 30,
    b'"\\ud800"',
    b"\\u0000",
    b"[" * 600,
    b'"eq",',
    b'"expiration"',
    b'"conditions"',
    b"9999-12-31",
    b"+25:00",
)


def delete(randomness: Random) -> str:
    """Each key can be looked up."""
    ended, read = outcome(parse_delete, misspelt(DELETE, XML_WORDS, randomness))
    if ended == "read":
        assert 1 <= len(read.objects) <= 1000
        assert all(one.key.encode() for one in read.objects)
    return ended


def complete(randomness: Random) -> str:
    """Parts are in order, and there can be such."""
    ended, parts = outcome(parse_complete, misspelt(COMPLETE, XML_WORDS, randomness))
    if ended == "read":
        numbers = [part.number for part in parts]
        assert numbers == sorted(set(numbers))
        assert 1 <= numbers[0] <= numbers[-1] <= MAX_PARTS
        assert all(part.etag.encode() or part for part in parts)
    return ended


def policy(randomness: Random) -> str:
    """Whatever a policy says can be compared with a form."""
    written = misspelt(POLICY, JSON_WORDS, randomness)
    encoded = b64encode(written).decode()
    if randomness.random() < 0.1:
        encoded = misspelt(encoded.encode(), (b"=", b"-", b"\n"), randomness).decode("latin-1")
    ended, read = outcome(parse_policy, encoded)
    if ended == "read":
        outcome(compare, read)
    return ended


def compare(read: Policy) -> None:
    """With a form of three fields."""
    assert read.expires.tzinfo is not None
    check_form(read, {"key": "a/b", "policy": "x"}, bucket="noaa")
    check_length(read, 10)
