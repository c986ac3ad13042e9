"""How to cite a repository: as a sentence, as BibTeX, and as CITATION.cff, which is also read.

Citation File Format 1.2.0: https://github.com/citation-file-format/citation-file-format
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml
from pydantic import ValidationError

from services.web.addresses import directory_page
from shared.contracts.metadata import Author, Citation
from shared.contracts.repositories import Repository
from shared.errors import Invalid
from shared.licenses import licenses

NAME = "CITATION.cff"
LARGEST_BYTES = 64 * 1024
TEX = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\~{}"})


def citations_of(repository: Repository, site: str, owner: str) -> dict[str, str]:
    """The citation in every form; `site` is our own address, without a slash at its end.

    `owner` is the account as people write its name.
    """
    url = site + directory_page(repository.account_id, repository.repository_id)
    return {
        "text": as_sentence(repository, url, owner),
        "bibtex": as_bibtex(repository, url, owner),
        "cff": as_cff(repository, url, owner),
    }


def as_sentence(repository: Repository, url: str, owner: str) -> str:
    """`Keeling, C. D. (2004). Mauna Loa CO2 (2.0) [Data set]. Scripps. https://doi.org/…`."""
    citation = repository.citation
    authors = "; ".join(_cited(author) for author in citation.authors) or owner
    version = f" ({citation.version})" if citation.version else ""
    where = f"https://doi.org/{repository.doi}" if repository.doi else url
    head = f"{authors} ({released(repository):%Y}). {repository.title}{version} [Data set]."
    return f"{head} {owner}. {where}"


def as_bibtex(repository: Repository, url: str, owner: str) -> str:
    """An entry of the type that BibLaTeX has for data."""
    citation = repository.citation
    fields = {
        "author": " and ".join(_bibtex_name(author) for author in citation.authors),
        "title": f"{{{repository.title.translate(TEX)}}}",
        "year": f"{released(repository):%Y}",
        "version": citation.version.translate(TEX),
        "publisher": f"{{{owner.translate(TEX)}}}",
        "doi": repository.doi,
        "url": url,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    name = f"{repository.account_id}-{repository.repository_id}"
    return "\n".join([f"@dataset{{{name},", *lines, "}", ""])


def as_cff(repository: Repository, url: str, owner: str) -> str:
    """The text of CITATION.cff. The format demands an author: without one it is the account."""
    citation = repository.citation
    authors = [_cff_author(one) for one in citation.authors] or [{"name": owner}]
    fields = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it as below.",
        "type": "dataset",
        "title": repository.title,
        "authors": authors,
        "abstract": repository.description,
        "keywords": list(repository.tags),
        "version": citation.version,
        "date-released": citation.released,
        "license": _cff_license(repository.license),
        "doi": repository.doi,
        "url": url,
    }
    known = {name: value for name, value in fields.items() if value}
    return yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=100)


def read_cff(content: bytes) -> dict[str, Any]:
    """What a CITATION.cff says, as metadata of a repository. Invalid where it is none."""
    if len(content) > LARGEST_BYTES:
        raise Invalid(f"{NAME} is larger than {LARGEST_BYTES // 1024} KB.")
    try:
        said = yaml.safe_load(content)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid(f"{NAME} is not valid YAML.") from error
    if not isinstance(said, dict) or not isinstance(said.get("authors"), list):
        raise Invalid(f"{NAME} names no authors: is it a citation file?")
    try:
        citation = Citation(
            authors=[_read_author(one) for one in said["authors"] if isinstance(one, dict)],
            version=_text(said, "version"),
            released=_date(said.get("date-released")),
        )
    except ValidationError as error:
        raise Invalid(f"{NAME} says something that a citation cannot.") from error
    found = {name: _text(said, name) for name in ("title", "doi")} | {"license": _license(said)}
    return {"citation": citation, **{name: value for name, value in found.items() if value}}


def _cff_license(expression: str) -> str | list[str]:
    """The format knows identifiers alone, and several of which one may be chosen."""
    choices = expression.split(" OR ")
    if any(one not in licenses() for one in choices):
        return ""
    return choices if len(choices) > 1 else expression


def _license(said: Mapping[str, Any]) -> str:
    chosen = said.get("license")
    if isinstance(chosen, list):
        return " OR ".join(one for one in chosen if isinstance(one, str))
    return _text(said, "license")


def _read_author(said: Mapping[str, Any]) -> Author:
    names = {
        "family_names": " ".join(
            part for part in (_text(said, "name-particle"), _text(said, "family-names")) if part
        ),
        "given_names": _text(said, "given-names"),
        "name": _text(said, "name"),
    }
    orcid = re.sub(r"^https?://orcid\.org/", "", _text(said, "orcid"))
    return Author(**names, orcid=orcid, affiliation=_text(said, "affiliation"))


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return str(value).strip() if isinstance(value, str | int | float | date) else ""


def _date(value: object) -> date | None:
    return value if type(value) is date else None


def released(repository: Repository) -> date:
    """The day it says it came out, else that of its making."""
    return repository.citation.released or repository.created_at.date()


def _cited(author: Author) -> str:
    if author.name or not author.given_names:
        return author.name or author.family_names
    initials = " ".join(f"{word[0]}." for word in author.given_names.split())
    return f"{author.family_names}, {initials}"


def _bibtex_name(author: Author) -> str:
    if author.name:
        return f"{{{author.name.translate(TEX)}}}"
    return f"{author.family_names}, {author.given_names}".translate(TEX)


def _cff_author(author: Author) -> dict[str, str]:
    fields = {
        "family-names": author.family_names,
        "given-names": author.given_names,
        "name": author.name,
        "orcid": f"https://orcid.org/{author.orcid}" if author.orcid else "",
        "affiliation": author.affiliation,
    }
    return {name: value for name, value in fields.items() if value}
