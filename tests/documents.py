"""Repositories in words, for full text search."""

from typing import Any

from services.indexer.models.texts import Document
from shared.contracts.repositories import State, Visibility
from shared.policy import RepositoryResource


def document(uid: str, **more: Any) -> Document:
    """A public one of account `noaa`, unless something else is said."""
    rights = {
        "owner_uid": more.pop("owner", "noaa"),
        "visibility": more.pop("visibility", Visibility.PUBLIC),
        "state": more.pop("state", State.ACTIVE),
    }
    told = {"version": 1, "stamp": "1", "updated": "2026", "title": uid, **more}
    return Document(RepositoryResource(repository_uid=uid, **rights), **told)
