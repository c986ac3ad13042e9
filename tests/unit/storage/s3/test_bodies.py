import pytest

from services.storage.s3.bodies import (
    MAX_COMPLETE_BYTES,
    MAX_DELETE_BYTES,
    CompletedPart,
    ObjectToDelete,
    parse_complete,
    parse_delete,
)
from services.storage.s3.errors import S3Error
from tests.effort import costing

XMLNS = b'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def delete(*objects: bytes, quiet: bytes = b"") -> bytes:
    lines = b"".join(b"<Object>%b</Object>" % fields for fields in objects)
    return b"<Delete %b>%b%b</Delete>" % (XMLNS, lines, quiet)


def complete(*parts: bytes) -> bytes:
    lines = b"".join(b"<Part>%b</Part>" % fields for fields in parts)
    return b"<CompleteMultipartUpload %b>%b</CompleteMultipartUpload>" % (XMLNS, lines)


def part(number: int | str, etag: str = "e") -> bytes:
    return f"<PartNumber>{number}</PartNumber><ETag>{etag}</ETag>".encode()


def refusal(body: bytes) -> tuple[str, int]:
    codes = set()
    for parse in (parse_delete, parse_complete):
        with pytest.raises(S3Error) as caught:
            parse(body)
        codes.add((caught.value.code, caught.value.status))
    (code,) = codes
    return code


def test_delete() -> None:
    body = delete(
        b"<Key>a&amp;b&#13;&#10;</Key>",
        b"<Key> spaced </Key><VersionId>null</VersionId>",
        b'\n  <ETag>"e"</ETag>\n  <Key>\xc3\xa9</Key>\n',
        quiet=b"<Quiet>true</Quiet>",
    )
    request = parse_delete(b'<?xml version="1.0" encoding="UTF-8"?>\n' + body)
    assert request.is_quiet
    assert request.objects == [
        ObjectToDelete("a&b\r\n"),
        ObjectToDelete(" spaced ", "null"),
        ObjectToDelete("é", etag="e"),
    ]


def test_delete_without_a_namespace_or_with_a_prefix() -> None:
    plain = b"<Delete><Object><Key>k</Key></Object><Quiet>false</Quiet></Delete>"
    assert parse_delete(plain).objects == [ObjectToDelete("k")]
    assert not parse_delete(plain).is_quiet
    prefixed = b"<s:Delete xmlns:s='x'><s:Object><s:Key>k</s:Key></s:Object></s:Delete>"
    assert parse_delete(prefixed).objects == [ObjectToDelete("k")]


def test_delete_takes_a_thousand_keys() -> None:
    assert len(parse_delete(delete(*[b"<Key>k</Key>"] * 1000)).objects) == 1000
    with pytest.raises(S3Error, match="MalformedXML"):
        parse_delete(delete(*[b"<Key>k</Key>"] * 1001))


def test_complete() -> None:
    body = complete(
        part(1, "&quot;e1&quot;"),
        part(" 3 ", '"e3"') + b"<ChecksumCRC64NVME>A=</ChecksumCRC64NVME>",
        part(10000, "e"),
    )
    assert parse_complete(body) == [
        CompletedPart(1, "e1"),
        CompletedPart(3, "e3", {"CRC64NVME": "A="}),
        CompletedPart(10000, "e"),
    ]


def test_complete_takes_ten_thousand_parts_with_checksums() -> None:
    checksum = b"<ChecksumSHA256>LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=</ChecksumSHA256>"
    numbers = range(1, 10_001)
    body = complete(*(part(number, f"&quot;{'e' * 32}&quot;") + checksum for number in numbers))
    assert len(parse_complete(body)) == 10_000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (complete(part(2), part(1)), "InvalidPartOrder"),
        (complete(part(1), part(1)), "InvalidPartOrder"),
        (complete(part(0)), "InvalidArgument"),
        (complete(part(10001)), "InvalidArgument"),
        (complete(part("x")), "MalformedXML"),
        (complete(part("-1")), "MalformedXML"),
        (complete(part("٣")), "MalformedXML"),
        (complete(part("9" * 100_000)), "MalformedXML"),
        (complete(part(1, "")), "MalformedXML"),
        (complete(b"<PartNumber>1</PartNumber>"), "MalformedXML"),
        (complete(part(1) + part(2)), "MalformedXML"),
        (complete(), "MalformedXML"),
    ],
    ids=lambda value: str(value[:110]),
)
def test_parts_that_cannot_be(body: bytes, code: str) -> None:
    with pytest.raises(S3Error, match=f"^{code}: ") as caught:
        parse_complete(body)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        delete(),
        delete(b"<VersionId>1</VersionId>"),
        delete(b"<Key></Key>"),
        delete(b"<Key>a</Key><Key>b</Key>"),
        delete(b"<Key>a<b/></Key>"),
        delete(b"<Key>&#0;</Key>"),
    ],
    ids=str,
)
def test_deletions_that_cannot_be(body: bytes) -> None:
    with pytest.raises(S3Error, match=r"^MalformedXML: ") as caught:
        parse_delete(body)
    assert caught.value.status == 400


BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">]>
<Delete><Object><Key>&lol2;</Key></Object></Delete>"""
QUADRATIC = b'<!DOCTYPE d [<!ENTITY a "%b">]><Delete>%b</Delete>' % (b"a" * 50_000, b"&a;" * 50_000)
EXTERNAL = b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><Delete/>'
PARAMETER = b'<!DOCTYPE d [<!ENTITY %% x SYSTEM "http://localhost/">%x;]><Delete/>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<Delete",
        b"<Delete><Object></Delete>",
        b"<Other/>",
        b"<Delete/><Delete/>",
        b"<?php evil ?><Delete/>",
        b'<?xml version="1.0" encoding="utf-7"?><Delete/>',
        b'<?xml version="1.0" encoding="nonsense"?><Delete/>',
        b"<Delete>\xff</Delete>",
        b"<Delete>&undefined;</Delete>",
        b"<Delete><Object><Key>\x00</Key></Object></Delete>",
        BILLION_LAUGHS,
        QUADRATIC,
        EXTERNAL,
        PARAMETER,
        b"<!DOCTYPE d><Delete/>",
        b"<a>" * 100_000,
        b"<Delete>" + b"<a/>" * 200_000 + b"</Delete>",
        b"<Delete><a>" + b"<b/>" * 200_000 + b"</a></Delete>",
        b"<Delete " + b"a='1' " * 100_000 + b"/>",
    ],
    ids=lambda body: str(body[:40]),
)
def test_bodies_that_are_refused(body: bytes) -> None:
    with costing():
        assert refusal(body) == ("MalformedXML", 400)


def test_bodies_over_the_limit() -> None:
    for parse, limit in ((parse_delete, MAX_DELETE_BYTES), (parse_complete, MAX_COMPLETE_BYTES)):
        with pytest.raises(S3Error, match="MaxMessageLengthExceeded") as caught:
            parse(b" " * (limit + 1))
        assert caught.value.status == 400
