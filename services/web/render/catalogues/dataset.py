"""What all catalogues ask of a dataset, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.web.addresses import collection_url, data_url, directory_page
from services.web.render.citations import released
from shared.contracts.accounts import Account
from shared.contracts.indexer import RepositorySummary
from shared.contracts.metadata import Author
from shared.contracts.repositories import Repository, Visibility
from shared.licenses import licenses

SPDX = "https://spdx.org/licenses/"
DOI = "https://doi.org/"
ORCID = "https://orcid.org/"
ROR = "https://ror.org/"


@dataclass(frozen=True)
class Dataset:
    """A repository, whose it is, and what is in it; `summary` is None where that is not known.

    `site` and `data_door` are our own addresses, without a slash at their end.
    """

    repository: Repository
    owner: Account
    summary: RepositorySummary | None
    site: str
    data_door: str

    @property
    def page(self) -> str:
        """Its own page, which is its name on the web too."""
        return self.site + directory_page(self.repository.account_id, self.repository.repository_id)

    @property
    def owner_page(self) -> str:
        """The page of the account."""
        return f"{self.site}/{self.owner.account_id}"

    @property
    def data(self) -> str:
        """Where its files are."""
        return data_url(self.data_door, self.repository.account_id, self.repository.repository_id)

    @property
    def archive(self) -> str:
        """All of it in one file."""
        return f"{self.data}?archive=zip"

    @property
    def collection(self) -> str:
        """Its STAC collection."""
        return self.site + collection_url(self.repository.account_id, self.repository.repository_id)

    @property
    def doi(self) -> str:
        """As an address; empty where it has none."""
        return DOI + self.repository.doi if self.repository.doi else ""

    @property
    def description(self) -> str:
        """Every vocabulary demands one."""
        return self.repository.description or self.repository.title

    @property
    def is_public(self) -> bool:
        """Whether anyone may have it."""
        return self.repository.visibility is not Visibility.RESTRICTED

    @property
    def released(self) -> date:
        """The day that a citation names."""
        return released(self.repository)

    @property
    def license(self) -> str:
        """The address of its license; empty where it has none, or several."""
        name = self.repository.license
        return f"{SPDX}{name}" if name in licenses() else ""

    @property
    def owner_name(self) -> str:
        """As people write it."""
        return self.owner.name or self.owner.account_id

    @property
    def owner_identifier(self) -> str:
        """Its ROR or ORCID as an address; empty where it has said none."""
        if self.owner.ror:
            return ROR + self.owner.ror
        return ORCID + self.owner.orcid if self.owner.orcid else ""

    @property
    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Where on Earth: west, south, east, north; two of them where it crosses 180°."""
        if self.summary is None or not self.summary.bbox:
            return []
        west, south, east, north = self.summary.bbox
        if west <= east:
            return [(west, south, east, north)]
        return [(west, south, 180.0, north), (-180.0, south, east, north)]

    @property
    def times(self) -> tuple[str, str]:
        """From and to, RFC 3339; both empty where its files say nothing of time."""
        if self.summary is None or not self.summary.start:
            return "", ""
        start = self.summary.start
        return start.isoformat(), (self.summary.end or start).isoformat()


def name_of(author: Author) -> str:
    """Given names first, as people say it."""
    return author.name or f"{author.given_names} {author.family_names}".strip()


def known(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, without what has nothing to say."""
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}
