"""Forms about repositories."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from services.web.forms.accounts import FormModel, Line
from shared.contracts.repositories import Repository, Tag, Visibility
from shared.identifiers import RepositoryId

# What data is published under, by SPDX identifier; whatever else a repository has is kept.
LICENSES = (
    ("", "Not stated"),
    ("CC0-1.0", "CC0 1.0, public domain dedication"),
    ("CC-BY-4.0", "CC BY 4.0, attribution"),
    ("CC-BY-SA-4.0", "CC BY-SA 4.0, attribution, share alike"),
    ("CC-BY-NC-4.0", "CC BY-NC 4.0, attribution, not commercial"),
    ("ODbL-1.0", "ODbL 1.0, open database license"),
    ("ODC-By-1.0", "ODC-By 1.0, attribution"),
    ("PDDL-1.0", "PDDL 1.0, public domain dedication"),
    ("OGL-UK-3.0", "OGL UK 3.0, open government license"),
    ("etalab-2.0", "Etalab 2.0, open license of France"),
)


def split_tags(text: object) -> object:
    """`land cover, coast` as two tags, each once."""
    if not isinstance(text, str):
        return text
    words = (" ".join(word.split()) for word in text.split(","))
    return list(dict.fromkeys(word for word in words if word))


Tags = Annotated[list[Tag], BeforeValidator(split_tags), Field(max_length=20)]


class RepositoryForm(FormModel):
    """What a repository says of itself; `version` is the one that was shown."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    description: Annotated[Line, Field(max_length=2000)] = ""
    tags: Tags = Field(default_factory=list)
    license: Annotated[Line, Field(max_length=64)] = ""
    visibility: Visibility = Visibility.PUBLIC
    version: int | None = None


class NewRepositoryForm(RepositoryForm):
    """A new repository and whose it is."""

    account_id: Annotated[Line, Field(min_length=1, max_length=64)]
    repository_id: Annotated[RepositoryId, StringConstraints(strip_whitespace=True)]


class DeleteForm(FormModel):
    """The repository's full name, typed."""

    confirm: Line = ""


class DeleteFileForm(FormModel):
    """The key, percent-encoded: a form would change its line ends."""

    key: Annotated[str, Field(min_length=1, max_length=4096)]


def values_of(repository: Repository) -> dict[str, str]:
    """A repository as the fields of its form."""
    return {
        "title": repository.title,
        "description": repository.description,
        "tags": ", ".join(repository.tags),
        "license": repository.license,
        "visibility": repository.visibility.value,
        "version": str(repository.version),
    }


def licenses_with(present: str) -> list[tuple[str, str]]:
    """The choices, and the one that is there already if it is another."""
    others = [] if present in dict(LICENSES) else [(present, present)]
    return [*LICENSES, *others]
