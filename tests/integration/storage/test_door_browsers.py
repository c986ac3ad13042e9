"""The door as browsers meet it: other origins may read, and no visitor's page may act."""

import pytest

from tests.door import ACCOUNT, HIDDEN, Client, Door, plain

ORIGIN = "https://viewer.example"


@pytest.fixture
def url(door: Door, s3: Client, bucket: str) -> str:
    s3.put_object(Bucket=bucket, Key="a.tif", Body=b"12345", ContentType="image/tiff")
    return f"{door.url}/{bucket}/a.tif"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_a_preflight(url: str, method: str) -> None:
    wanted = "authorization,content-type,range,x-amz-content-sha256,x-amz-date,x-amz-meta-n"
    answer = plain.options(
        url,
        headers={
            "origin": ORIGIN,
            "access-control-request-method": method,
            "access-control-request-headers": wanted,
        },
    )
    assert answer.status_code in {200, 204}
    assert answer.headers["access-control-allow-origin"] in {"*", ORIGIN}
    assert method in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
    # `*` does not cover Authorization, so each is named.
    assert set(wanted.split(",")) <= set(allowed)
    assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_tells_nothing_of_what_is_hidden(door: Door) -> None:
    answers = [
        plain.options(
            f"{door.url}/{ACCOUNT}/{name}/a",
            headers={"origin": ORIGIN, "access-control-request-method": "GET"},
        )
        for name in (HIDDEN, "never-was")
    ]
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-1"}, {"range": "bytes=9-"}])
def test_scripts_of_other_origins_may_read(url: str, headers: dict[str, str]) -> None:
    answer = plain.get(url, headers={"origin": ORIGIN, **headers})
    assert answer.headers["access-control-allow-origin"] in {"*", ORIGIN}
    exposed = answer.headers["access-control-expose-headers"].lower()
    for name in ("etag", "content-range", "accept-ranges", "content-length", "last-modified"):
        assert name in exposed or "*" in exposed, name
    assert "x-amz-" in exposed


def test_scripts_may_read_refusals(door: Door, url: str) -> None:
    for address in (f"{url}.none", f"{door.url}/{ACCOUNT}/none/a"):
        answer = plain.get(address, headers={"origin": ORIGIN})
        assert answer.status_code == 404
        assert answer.headers["access-control-allow-origin"] in {"*", ORIGIN}


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("page.html", "text/html"),
        ("image.svg", "image/svg+xml"),
        ("page", "application/xhtml+xml"),
        ("feed", "text/xml"),
        ("script.js", "text/javascript"),
        ("unknown", "binary/octet-stream"),
    ],
)
def test_what_visitors_stored_cannot_act(
    door: Door, s3: Client, bucket: str, key: str, kind: str
) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=b"<script>alert(1)</script>", ContentType=kind)
    answer = plain.get(f"{door.url}/{bucket}/{key}", headers={"accept": "text/html"})
    assert answer.headers["content-type"] == kind
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "set-cookie" not in answer.headers


def test_errors_are_no_pages(door: Door) -> None:
    answer = plain.get(f"{door.url}/{ACCOUNT}/none/%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.headers["content-type"] == "application/xml"
    assert "<script>" not in answer.text
