"""Editions: each is one complete set of what is derived of a repository.

A rebuild writes the next edition beside the one that is read, and then it is the one that is read.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edition:
    """The `number`th set of a repository."""

    repository_uid: str
    number: int

    def __str__(self) -> str:
        return f"{self.repository_uid}.{self.number}"


@dataclass(frozen=True, slots=True)
class Editions:
    """The edition that is read, and the one that a rebuild is writing, if any."""

    current: Edition
    building: Edition | None = None

    @property
    def written(self) -> list[Edition]:
        """Where changes go: both, while a rebuild goes on."""
        return [self.current, self.building] if self.building else [self.current]
