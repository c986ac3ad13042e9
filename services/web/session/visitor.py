"""Who is visiting, as far as anyone could say."""

from dataclasses import dataclass, replace

from shared.contracts.accounts import Account
from shared.contracts.base import ANONYMOUS, Actor, Scope, Share
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, account_principal

# What the edge itself asks for, where nobody has an account yet.
EDGE = Actor(kind="service", service="web")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom Kratos knows. The id stays inside the edge; the address is shown to its owner alone."""

    identity_id: str
    email: str = ""
    name: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Anonymous where nothing is set; with an identity alone, a name is still to be chosen.

    `unknown`: a session was shown and nobody could say whose it is, so it counts as anonymous.
    `disabled`: the session is of an account that is shut, so it counts as anonymous too.
    `halfway`: signed in as far as the second factor, which is still to be shown; anonymous too.
    """

    account: Account | None = None
    identity: Identity | None = None
    access_key_id: str = ""
    scope: Scope | None = None
    share: Share | None = None
    unknown: bool = False
    disabled: bool = False
    halfway: bool = False

    @property
    def actor(self) -> Actor:
        """How requests on the bus name the visitor."""
        if self.account is None:
            return Actor(share=self.share) if self.share else ANONYMOUS
        uid = self.account.account_uid
        return Actor(
            kind="account",
            account_uid=uid,
            access_key_id=self.access_key_id,
            scope=self.scope,
            share=self.share,
        )

    @property
    def emails(self) -> list[str]:
        """The addresses the visitor has proved to have."""
        identity = self.identity
        return [identity.email] if identity and identity.verified and identity.email else []

    @property
    def principal(self) -> Principal:
        """What the visitor may do, for showing or leaving out what can be clicked."""
        return account_principal(self.account, self.scope) if self.account else ANONYMOUS_PRINCIPAL

    @property
    def shared_principal(self) -> Principal:
        """The same, with what the share link opens that they came with."""
        return replace(self.principal, share=self.share)


NOBODY = Visitor()
UNKNOWN = Visitor(unknown=True)
DISABLED = Visitor(disabled=True)
HALFWAY = Visitor(halfway=True)
