"""Our cookies: never readable by script, never sent from other sites' forms."""

from dataclasses import dataclass

from starlette.responses import Response

# Kratos names its own: the session, and one anti-forgery cookie for its flows.
SESSION = "ory_kratos_session"
# The share link somebody came with; kept below the addresses of its repository alone.
SHARE = "coop_share"
KRATOS_PREFIXES = ("ory_kratos_", "csrf_token_")


@dataclass(frozen=True, slots=True)
class CookiePolicy:
    """`is_secure` wherever the public address is https."""

    is_secure: bool

    def keep(
        self,
        response: Response,
        name: str,
        value: str,
        max_age: int | None = None,
        path: str = "/",
    ) -> None:
        """Set it for this host; without `max_age` it lives as long as the browser's session."""
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path=path,
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, name: str) -> None:
        """Have the browser forget it."""
        response.delete_cookie(name, path="/", secure=self.is_secure, httponly=True, samesite="lax")


def for_kratos(cookies: dict[str, str]) -> str:
    """The Cookie header to relay: Kratos' own cookies and no others."""
    kept = (
        f"{name}={value}" for name, value in cookies.items() if name.startswith(KRATOS_PREFIXES)
    )
    return "; ".join(kept)
