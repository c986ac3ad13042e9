"""Records that nobody outside sees."""

from datetime import datetime

from shared.contracts.accounts import AccessKey, Role, SealedAccessKey
from shared.contracts.base import Snapshot


class Membership(Snapshot):
    """The role that one account holds on an organization."""

    organization_uid: str
    member_uid: str
    role: Role

    @property
    def aggregate(self) -> str:
        """What its events are of."""
        return f"{self.organization_uid}-{self.member_uid}"


class KeyRecord(Snapshot):
    """An access key as it is kept; `sealed_secret` is empty once it is revoked.

    `account_id` is its owner's name when the key was made: the message that carries the sealed
    material stands under that name, and only a message on the same subject removes it.
    """

    access_key_id: str
    account_uid: str
    account_id: str
    name: str
    created_at: datetime
    sealed_secret: str
    revoked: bool = False

    def shown(self) -> AccessKey:
        """What its owner may always see."""
        return AccessKey(**self.model_dump(include=set(AccessKey.model_fields)))

    def sealed(self) -> SealedAccessKey:
        """What storage and web need to check signatures."""
        return SealedAccessKey(**self.model_dump(include=set(SealedAccessKey.model_fields)))
