import pytest

from services.storage.s3.errors import S3Error
from services.storage.s3.tagging import (
    Tags,
    parse_tagging,
    parse_tagging_header,
    tagging_document,
)


def tagging(*tags: tuple[str, str]) -> bytes:
    lines = "".join(f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>" for name, value in tags)
    return f"<Tagging><TagSet>{lines}</TagSet></Tagging>".encode()


def many(count: int) -> list[tuple[str, str]]:
    return [(f"k{number}", "v") for number in range(count)]


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"river": "Rhine"},
        {"b": "", "a": "x"},
        {"é 名": "Ω+-=._:/@"},
        {"k" * 128: "v" * 256},
        dict(many(10)),
    ],
)
def test_what_is_told_is_what_was_set(tags: Tags) -> None:
    read = parse_tagging(tagging_document(tags))
    assert list(read.items()) == list(tags.items())


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("", {}),
        ("a=1&b=two+words&c=%C3%A9", {"a": "1", "b": "two words", "c": "é"}),
        ("foo=bar&bar", {"foo": "bar", "bar": ""}),
        ("a=b%3Dc=d", {"a": "b=c=d"}),
        ("река=Дунай", {"река": "Дунай"}),
    ],
)
def test_a_header(value: str, tags: Tags) -> None:
    assert parse_tagging_header(value) == tags


@pytest.mark.parametrize(
    "tags",
    [
        many(11),
        [("a", "1"), ("a", "2")],
        [("", "v")],
        [("k" * 129, "v")],
        [("k", "v" * 257)],
        [("k", "v\n")],
        [("k!", "v")],
        [("k", "v;w")],
        [("aws:k", "v")],
    ],
)
def test_tags_that_are_none(tags: list[tuple[str, str]]) -> None:
    with pytest.raises(S3Error) as caught:
        parse_tagging(tagging(*tags))
    assert (caught.value.code, caught.value.status) == ("InvalidTag", 400)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Tagging>",
        b"<Other/>",
        b"<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>",
        b"<Tagging><TagSet><Tag><Key>k</Key><Key>l</Key><Value/></Tag></TagSet></Tagging>",
        b"<Tagging><TagSet><Tag><Key><b>k</b></Key><Value/></Tag></TagSet></Tagging>",
        b'<!DOCTYPE Tagging [<!ENTITY a "b">]><Tagging><TagSet/></Tagging>',
        tagging(*many(101)),
    ],
)
def test_documents_that_are_none(body: bytes) -> None:
    with pytest.raises(S3Error, match="MalformedXML"):
        parse_tagging(body)


def test_a_header_that_is_not_utf_8() -> None:
    with pytest.raises(S3Error, match="InvalidArgument"):
        parse_tagging_header("a=%ff")
