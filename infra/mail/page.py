"""The page of caught mail, and the same as JSON for programs of this machine."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.mail.catcher import Caught
from shared.runtime import respond

HERE = Path(__file__).parent
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
STYLE = (HERE / "page.css").read_bytes()
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True)
class Page:
    """Pure ASGI; newest mail first."""

    caught: Caught

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:  # noqa: ANN401
        """Whoever comes by another name was led here by a site that wants to read along."""
        if not _is_near(dict(scope["headers"]).get(b"host", b"").decode("latin-1")):
            await respond(send, 421, b"This is read on its own machine.", "text/plain")
            return
        match scope["path"]:
            case "/":
                page = TEMPLATES.get_template("page.html").render(mails=self.caught.mails)
                policy = [(b"content-security-policy", POLICY.encode())]
                await respond(send, 200, page.encode(), "text/html; charset=utf-8", policy)
            case "/page.css":
                await respond(send, 200, STYLE, "text/css")
            case "/mails.json":
                mails = [asdict(mail) for mail in self.caught.mails]
                await respond(send, 200, orjson.dumps(mails))
            case _:
                await respond(send, 404, b"There is nothing here.", "text/plain")


def _is_near(host: str) -> bool:
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name in LOOPBACK
