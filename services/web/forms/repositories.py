"""Forms about repositories."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from services.web.forms.accounts import FormModel, Line, Why
from services.web.forms.lines import read_authors, read_links, write_authors, write_links
from shared.contracts.metadata import Author, Citation, Link, Tag
from shared.contracts.repositories import Folder, Repository, Retention, Visibility
from shared.identifiers import RepositoryId
from shared.licenses import licenses

# What data is most often published under: offered first, the other seven hundred below.
COMMON_LICENSES = (
    *("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "ODbL-1.0", "ODC-By-1.0"),
    *("PDDL-1.0", "CDLA-Permissive-2.0", "OGL-UK-3.0", "etalab-2.0"),
)


def split_tags(text: object) -> object:
    """`land cover, coast` as two tags, each once."""
    if not isinstance(text, str):
        return text
    words = (" ".join(word.split()) for word in text.split(","))
    return list(dict.fromkeys(word for word in words if word))


Tags = Annotated[list[Tag], BeforeValidator(split_tags), Field(max_length=200)]
Links = Annotated[list[Link], BeforeValidator(read_links), Field(max_length=200)]
Authors = Annotated[list[Author], BeforeValidator(read_authors), Field(max_length=1000)]


class RepositoryForm(FormModel):
    """What a new repository says of itself; how much that may be, its owner decides."""

    title: Annotated[Line, Field(min_length=1, max_length=500)]
    description: Annotated[Line, Field(max_length=10_000)] = ""
    tags: Tags = Field(default_factory=list)
    license: Annotated[Line, Field(max_length=255)] = ""
    visibility: Visibility = Visibility.PUBLIC


class SettingsForm(RepositoryForm):
    """All that a repository says of itself; `version` is the one that was shown."""

    doi: Annotated[Line, Field(max_length=300)] = ""
    contact: Annotated[Line, Field(max_length=320)] = ""
    links: Links = Field(default_factory=list)
    authors: Authors = Field(default_factory=list)
    released: Annotated[date | None, BeforeValidator(lambda text: text or None)] = None
    edition: Annotated[Line, Field(max_length=100)] = ""
    version: int | None = None

    def changes(self) -> dict[str, Any]:
        """The fields of the request."""
        cited = {"authors", "released", "edition"}
        citation = Citation(authors=self.authors, released=self.released, version=self.edition)
        fields = {
            name: getattr(self, name) for name in type(self).model_fields if name not in cited
        }
        return {**fields, "citation": citation}


class NewRepositoryForm(RepositoryForm):
    """A new repository and whose it is."""

    account_id: Annotated[Line, Field(min_length=1, max_length=64)]
    repository_id: Annotated[RepositoryId, StringConstraints(strip_whitespace=True)]
    connection_uid: Annotated[Line, Field(max_length=64)] = ""
    connection_prefix: Annotated[Folder, StringConstraints(strip_whitespace=True)] = ""


class DeleteForm(FormModel):
    """The repository's full name, typed, and why."""

    confirm: Line = ""
    reason: Why = ""


class ActivateForm(FormModel):
    """Nothing but the button, and why."""

    reason: Why = ""


class RenameForm(FormModel):
    """The new name, and the version that was shown."""

    new_repository_id: Annotated[RepositoryId, StringConstraints(strip_whitespace=True)]
    version: int | None = None
    reason: Why = ""


class TransferForm(FormModel):
    """Whom it is offered to, and its full name, typed."""

    to_account_id: Annotated[Line, Field(min_length=1, max_length=64)]
    confirm: Line = ""
    reason: Why = ""


class UidForm(FormModel):
    """The repository a button is about."""

    repository_uid: Annotated[Line, Field(min_length=1, max_length=64)]


class DeleteFileForm(FormModel):
    """The key, percent-encoded: a form would change its line ends."""

    key: Annotated[str, Field(min_length=1, max_length=4096)]


class VersioningForm(FormModel):
    """Which button it was."""

    versioning: Literal["enabled", "suspended"]
    reason: Why = ""


class RetentionForm(FormModel):
    """How long earlier versions stay; without days for ever."""

    days: Annotated[
        Annotated[int, Field(ge=1, le=36_500)] | None, BeforeValidator(lambda text: text or None)
    ] = None
    newest: Annotated[int, Field(ge=0, le=1000), BeforeValidator(lambda text: text or 0)] = 0
    reason: Why = ""

    @property
    def retention(self) -> Retention:
        """As the bus has it."""
        return Retention(days=self.days, newest=self.newest)


class VersionForm(FormModel):
    """The version a button is about; `key` as below."""

    key: Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(unquote)]
    version_id: Annotated[Line, Field(min_length=1, max_length=64)]


class TextForm(FormModel):
    """A text as it was edited; `key` is percent-encoded: a form would change its line ends.

    `etag` is that of the one that was shown, empty for a new one.
    """

    key: Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(unquote)]
    text: Annotated[str, Field(max_length=256 * 1024)]
    etag: Annotated[Line, Field(max_length=200)] = ""
    line_ends: Literal["", "crlf"] = ""
    preview: str = ""


def values_of(repository: Repository) -> dict[str, str]:
    """A repository as the fields of its form."""
    citation = repository.citation
    return {
        "title": repository.title,
        "description": repository.description,
        "tags": ", ".join(repository.tags),
        "license": repository.license,
        "visibility": repository.visibility.value,
        "doi": repository.doi,
        "contact": repository.contact,
        "links": write_links(repository.links),
        "authors": write_authors(citation.authors),
        "released": citation.released.isoformat() if citation.released else "",
        "edition": citation.version,
        "version": str(repository.version),
    }


@lru_cache(maxsize=1)
def license_choices() -> list[tuple[str, str]]:
    """Every license by identifier and name, those of data first."""
    names = licenses()
    rest = [name for name in names if name not in COMMON_LICENSES]
    return [(name, names[name]) for name in (*COMMON_LICENSES, *rest)]
