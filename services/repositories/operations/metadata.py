"""What a repository says of itself: tidied, within limits, in the forms that others can read."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from services.repositories.settings import Limits
from shared.contracts.metadata import (
    LICENSE_LENGTH,
    Author,
    Citation,
    Link,
    Metadata,
    MetadataChange,
)
from shared.contracts.repositories import CreateRepository, EditRepository
from shared.fields import (
    checked,
    invalid,
    is_email_address,
    is_web_address,
    not_valid,
    one_line,
)
from shared.licenses import check_license
from shared.scholarly import check_doi, check_orcid

EDITABLE = {"title", "visibility", *Metadata.model_fields}


def given(wanted: CreateRepository | EditRepository, limits: Limits) -> dict[str, Any]:
    """The metadata that a request brings, tidied. Raises Invalid at the field that is wrong."""
    values = {
        name: value
        for name in EDITABLE & wanted.model_fields_set
        if (value := getattr(wanted, name)) is not None
    }
    for name in CLEAN.keys() & values.keys():
        values[name] = CLEAN[name](values[name], limits)
    return _carried(values)


def clean_title(text: str, limits: Limits) -> str:
    """One line that can be seen."""
    return _short("title", one_line("title", text), limits.title_length)


def clean_description(text: str, limits: Limits) -> str:
    """As it is, if it is short enough."""
    return _short("description", text, limits.description_length)


def clean_license(text: str, _: Limits) -> str:
    """As SPDX spells it, which may be longer than what was sent."""
    spelt = checked("license", text, check_license)
    if len(spelt) > LICENSE_LENGTH:
        told = f"may have {LICENSE_LENGTH} characters at most, spelt out it has {len(spelt)}"
        raise invalid("license", told)
    return spelt


def clean_tags(tags: Sequence[str], limits: Limits) -> list[str]:
    """Each once."""
    lines = dict.fromkeys(one_line("tags", tag) for tag in tags)
    _few("tags", lines, limits.tags)
    return [_short("tags", line, limits.tag_length) for line in lines]


def clean_contact(text: str, _: Limits) -> str:
    """An e-mail address, or the address of a page."""
    line = text.strip()
    if line and not is_email_address(line) and not is_web_address(line):
        raise invalid("contact", "must be an e-mail address or begin with https://")
    return line


def clean_links(links: Sequence[Link], limits: Limits) -> list[Link]:
    """Addresses of the web alone: a page must not offer another scheme."""
    _few("links", links, limits.links)
    return [_clean_link(link) for link in links]


def clean_citation(citation: Citation, limits: Limits) -> Citation:
    """Its authors have names, and ORCIDs that are right."""
    _few("citation.authors", citation.authors, limits.authors)
    authors = [_clean_author(author) for author in citation.authors]
    version = citation.version.strip()
    return Citation(authors=authors, version=version, released=citation.released)


def _carried(values: dict[str, Any]) -> dict[str, Any]:
    """What was tidied, if a message can carry it still: a record that cannot be read locks all."""
    try:
        MetadataChange.model_validate(values)
    except ValidationError as error:
        raise not_valid(error) from None
    return values


def _clean_link(link: Link) -> Link:
    url = link.url.strip()
    if not is_web_address(url):
        raise invalid("links", f"{url[:100]!r} must begin with https:// or http://")
    return Link(url=url, title=_line("links", link.title))


def _clean_author(author: Author) -> Author:
    names = {
        name: _line("citation.authors", value)
        for name, value in author.model_dump(exclude={"orcid"}).items()
    }
    if not any(names[name] for name in ("name", "family_names", "given_names")):
        raise invalid("citation.authors", "an author must have a name")
    return Author(**names, orcid=checked("citation.authors", author.orcid, check_orcid))


def _line(field: str, text: str) -> str:
    return one_line(field, text) if text.strip() else ""


def _short(field: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise invalid(field, f"may have {longest} characters at most")
    return text


def _few(field: str, values: Sequence[Any] | dict[str, None], most: int) -> None:
    if len(values) > most:
        raise invalid(field, f"may be {most} at most")


CLEAN: dict[str, Callable[[Any, Limits], Any]] = {
    "title": clean_title,
    "description": clean_description,
    "tags": clean_tags,
    "license": clean_license,
    "doi": lambda text, _: checked("doi", text, check_doi),
    "contact": clean_contact,
    "links": clean_links,
    "citation": clean_citation,
}
