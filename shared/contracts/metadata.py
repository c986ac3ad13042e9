"""What a repository says of itself.

Lengths are what a message can carry; what a repository may say is a setting of its owner.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Tag = Annotated[str, Field(min_length=1, max_length=100)]
Title = Annotated[str, Field(min_length=1, max_length=500)]
Description = Annotated[str, Field(max_length=10_000)]
Name = Annotated[str, Field(max_length=200)]
LICENSE_LENGTH = 255


class Link(BaseModel):
    """Something elsewhere that belongs to it: a paper, code, a project's page."""

    model_config = ConfigDict(frozen=True)

    url: str = Field(max_length=2000)
    title: Name = ""


class Author(BaseModel):
    """A person by given and family names, or by `name` whatever else can be an author."""

    model_config = ConfigDict(frozen=True)

    name: Name = ""
    family_names: Name = ""
    given_names: Name = ""
    orcid: Annotated[str, Field(max_length=60)] = ""
    affiliation: Name = ""


class Citation(BaseModel):
    """How it wants to be cited, beside its title, license and DOI (Citation File Format 1.2)."""

    model_config = ConfigDict(frozen=True)

    authors: list[Author] = Field(default_factory=list, max_length=1000)
    version: Annotated[str, Field(max_length=100)] = ""
    released: date | None = None


class Metadata(BaseModel):
    """What a repository says of itself, beside its title."""

    description: Description = ""
    tags: list[Tag] = Field(default_factory=list, max_length=200)
    license: str = Field(
        default="",
        max_length=LICENSE_LENGTH,
        description="an SPDX license, or an expression of several",
    )
    doi: str = Field(default="", max_length=300, description="10.…/…, in lower case")
    contact: str = Field(default="", max_length=320, description="an e-mail or web address")
    links: list[Link] = Field(default_factory=list, max_length=200)
    citation: Citation = Field(default_factory=Citation)


class MetadataChange(BaseModel):
    """What of it is given is changed."""

    title: Title | None = None
    description: Description | None = None
    tags: list[Tag] | None = Field(default=None, max_length=200)
    license: str | None = Field(default=None, max_length=LICENSE_LENGTH)
    doi: str | None = Field(default=None, max_length=300)
    contact: str | None = Field(default=None, max_length=320)
    links: list[Link] | None = Field(default=None, max_length=200)
    citation: Citation | None = None
