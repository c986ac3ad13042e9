"""By which names a copy of somebody else's state is kept and looked up."""

from shared.contracts.accounts import Account, SealedAccessKey, Trust
from shared.contracts.base import Snapshot
from shared.contracts.repositories import Repository, SealedShareLink


def names_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Every (kind, name) a snapshot is looked up by."""
    match snapshot:
        case Account():
            return [("ACCOUNT", snapshot.account_uid), ("ACCOUNT_ID", snapshot.account_id)]
        case Repository():
            names = (snapshot.full_name, *snapshot.former_names)
            by_name = [("REPOSITORY_ID", name) for name in names]
            return [("REPOSITORY", snapshot.repository_uid), *by_name]
        case Trust():
            return [("TRUST", snapshot.trust_uid)]
        case SealedAccessKey():
            return [("KEY", snapshot.access_key_id)]
        case SealedShareLink():
            return [("LINK", snapshot.link_id)]
        case _:
            raise TypeError(type(snapshot).__name__)
