"""The headers every answer carries. Nothing is inline anywhere, so the policy allows nothing."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR_SECONDS = 31_536_000
OPEN_ROOTS = ("/api/", "/stac")
FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


@cache
def content_security_policy(data_door: str) -> str:
    """Scripts, styles and fonts from here alone; pictures, uploads and forms also at the data door.

    `form-action` names the data door because the upload form posts there and is redirected back.
    """
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": f"'self' {data_door}",
        "connect-src": f"'self' {data_door}",
        "form-action": f"'self' {data_door}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class SecurityHeaders:
    """Pure ASGI, outermost, so that errors carry them too."""

    app: ASGIApp
    public_url: str
    data_door: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = self._headers(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _headers(self, path: str) -> dict[str, str]:
        headers = {
            "content-security-policy": content_security_policy(origin_of(self.data_door)),
            "x-content-type-options": "nosniff",
            "referrer-policy": "strict-origin-when-cross-origin",
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": FEATURES,
        }
        if path.startswith("/api/"):
            headers["cache-control"] = "no-store"
        if not path.startswith(OPEN_ROOTS):
            headers["cross-origin-resource-policy"] = "same-origin"
        if self.public_url.startswith("https:"):
            headers["strict-transport-security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
        return headers
