"""Mail that the platform sent, as its operator reads it on the catcher's page."""

import re
from typing import Any

import httpx

from tests.pages import Page
from tests.waiting import until

CODE = re.compile(r"\b(\d{6})\b")
_read: set[tuple[str, str, str]] = set()


def mails(address: str, to: str) -> list[dict[str, Any]]:
    """What came to somebody, newest first. `address` is the catcher's."""
    caught = httpx.get(f"{address}/mails.json").json()
    return [mail for mail in caught if mail["to"] == to]


def mailed_code(page: Page, to: str) -> str:
    """The next code sent to somebody, found from the page that asks for it; each only once."""
    address = next(
        one["href"] for one in page.links if one.get("href", "").startswith("http://127.0.0.1:")
    )

    def next_code() -> str:
        codes = [CODE.search(mail["text"]) for mail in mails(address, to)]
        return next((one[1] for one in codes if one and (address, to, one[1]) not in _read), "")

    code = until(next_code)
    _read.add((address, to, code))
    return code
