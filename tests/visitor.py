"""A visitor without JavaScript: follows links, fills in forms, keeps cookies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.mailbox import mailed_code
from tests.pages import Form, Page

File = tuple[str, bytes, str]


@dataclass
class Visitor:
    """What the browser shows now: `answer`, and `page` where it is one."""

    client: httpx.Client
    answer: httpx.Response = httpx.Response(204)  # noqa: RUF009 -- never changed
    page: Page = Page("")  # noqa: RUF009 -- never changed

    def go(self, address: str, *, status: int = 200) -> Page:
        """Open an address, relative to where we are."""
        return self._show(self.client.get(urljoin(self.here, address)), status)

    def send(
        self, form: Form, *, status: int = 200, file: File | None = None, **values: str
    ) -> Page:
        """Send a form with these values in place of its own; a button is a value like others."""
        fields = {**form.fields, **values}
        address = urljoin(self.here, form.action)
        if form.method == "GET":
            return self._show(self.client.get(address, params=fields), status)
        files: dict[str, Any] | None = {form.named("file"): file} if file else None
        if file:
            fields.pop(form.named("file"), None)
        headers = {"origin": self._origin()}
        answer = self.client.post(address, data=fields, files=files, headers=headers)
        return self._show(answer, status)

    @property
    def here(self) -> str:
        """The address of what is shown."""
        try:
            return str(self.answer.url)
        except RuntimeError:
            return str(self.client.base_url)

    def _origin(self) -> str:
        url = httpx.URL(self.here)
        return f"{url.scheme}://{url.netloc.decode()}"

    def _show(self, answer: httpx.Response, status: int) -> Page:
        assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text}"
        self.answer, self.page = answer, Page(answer.text)
        return self.page


@contextmanager
def visiting(web: str) -> Iterator[Visitor]:
    """Somebody who has just come, from anywhere."""
    with httpx.Client(base_url=web, follow_redirects=True, timeout=10) as client:
        yield Visitor(client)


def register(visitor: Visitor, email: str, password: str, name: str) -> None:
    """Address, code from the mail, password; ends at the choice of a name."""
    form = visitor.go("/-/register").form("/-/register")
    page = visitor.send(form, **answers(form, email, "", name))
    page = visitor.send(page.form("/-/register"), code=mailed_code(page, email))
    form = page.form("/-/choose-password")
    visitor.send(form, **answers(form, email, password, name))
    assert visitor.here.partition("?")[0].endswith("/-/welcome"), visitor.page.text


def sign_in(visitor: Visitor, email: str, password: str) -> None:
    """As somebody who has an account."""
    visitor.go("/-/sign-in")
    form = visitor.page.form("/-/sign-in")
    visitor.send(form, **answers(form, email, password, ""))
    assert visitor.page.form("/-/sign-out")


def answers(form: Form, email: str, password: str, name: str) -> dict[str, str]:
    """What a person types into the fields, and the first button."""
    said = {"email": email, "password": password}
    typed = {
        one["name"]: said.get(one.get("type", "text"), name)
        for one in form.inputs
        if one.get("type", "text") != "hidden" and "hidden" not in one
    }
    button = form.buttons[0]
    return {**typed, button["name"]: button["value"]} if "name" in button else typed
