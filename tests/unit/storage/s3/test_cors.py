from dataclasses import replace

import pytest

from services.storage.s3.cors import Rule, cors_document, first_met, parse_cors
from services.storage.s3.errors import S3Error

MAP = Rule(
    ["https://map.example", "https://*.lab.example"],
    ["GET", "HEAD"],
    ["range", "x-amz-*"],
    ["ETag"],
    "600",
    "the map",
)
ANYONE = Rule(["*"], ["GET"])


def cors(*rules: str) -> bytes:
    lines = "".join(f"<CORSRule>{rule}</CORSRule>" for rule in rules)
    return f"<CORSConfiguration>{lines}</CORSConfiguration>".encode()


def refusal(body: bytes) -> str:
    with pytest.raises(S3Error) as caught:
        parse_cors(body)
    return caught.value.code


def test_what_is_told_is_what_was_set() -> None:
    assert parse_cors(cors_document([MAP, ANYONE])) == [MAP, ANYONE]


@pytest.mark.parametrize(
    ("origin", "method", "headers", "is_met"),
    [
        ("https://map.example", "GET", [], True),
        ("https://a.lab.example", "HEAD", ["Range", "X-Amz-Date"], True),
        ("https://.lab.example", "GET", [], True),
        ("https://lab.example", "GET", [], False),
        ("https://map.example", "PUT", [], False),
        ("https://map.example", "get", [], False),
        ("https://map.example", "GET", ["authorization"], False),
        ("https://map.example.org", "GET", [], False),
        ("http://map.example", "GET", [], False),
        ("null", "GET", [], False),
    ],
)
def test_a_rule_is_met_in_all_or_not(
    origin: str, method: str, headers: list[str], is_met: bool
) -> None:
    assert first_met([MAP], origin, method, headers) == (MAP if is_met else None)


def test_no_letter_stands_on_both_sides_of_a_wildcard() -> None:
    rule = replace(ANYONE, origins=["https://lab.example*.example"])
    assert first_met([rule], "https://lab.example.example", "GET") is rule
    assert first_met([rule], "https://lab.example", "GET") is None


def test_the_first_rule_that_is_met_counts() -> None:
    assert first_met([MAP, ANYONE], "https://map.example", "GET") is MAP
    assert first_met([MAP, ANYONE], "https://other.example", "GET") is ANYONE
    assert first_met([], "https://other.example", "GET") is None


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (replace(ANYONE, origins=[]), "MalformedXML"),
        (replace(ANYONE, methods=[]), "MalformedXML"),
        (replace(ANYONE, max_age_seconds="soon"), "MalformedXML"),
        (replace(ANYONE, name="n" * 256), "MalformedXML"),
        (replace(ANYONE, methods=["PATCH"]), "InvalidRequest"),
        (replace(ANYONE, origins=["https://*.*.example"]), "InvalidRequest"),
        (replace(ANYONE, headers=["*-*"]), "InvalidRequest"),
        (replace(ANYONE, exposed=["*"]), "InvalidRequest"),
        (replace(ANYONE, exposed=["a\nb: c"]), "InvalidRequest"),
        (replace(ANYONE, origins=["https://a.example, https://b.example"]), "InvalidRequest"),
    ],
)
def test_rules_that_are_none(rule: Rule, code: str) -> None:
    assert refusal(cors_document([ANYONE, rule])) == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        cors(),
        cors("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><Other>1</Other>"),
        cors(*["<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"] * 101),
    ],
)
def test_documents_that_are_none(body: bytes) -> None:
    assert refusal(body) == "MalformedXML"
