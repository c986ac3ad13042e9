"""DataCite 4.5, by which DOIs are registered (https://schema.datacite.org/meta/kernel-4.5/)."""

import re
from typing import Any

import orjson

from services.web.render.catalogues.dataset import ORCID, ROR, SPDX, Dataset, known, name_of
from shared.contracts.metadata import Author, Link

SCHEMA = "http://datacite.org/schema/kernel-4"
# Characters that no XML document can have (XML 1.0 §2.2).
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PERSONAL, ORGANIZATIONAL = {"nameType": "Personal"}, {"nameType": "Organizational"}


def write(dataset: Dataset) -> bytes:
    """The document as JSON."""
    return orjson.dumps(document_of(dataset))


def write_xml(dataset: Dataset) -> bytes:
    """The document as XML. The library is large, and asked for seldom."""
    from datacite import schema45, xmlutils  # noqa: PLC0415

    root = schema45.dump_etree(_printable(document_of(dataset)))
    if not dataset.repository.doi:
        # One is demanded, and the library knows of none but a DOI.
        page = root.makeelement("identifier", identifierType="URL")
        page.text = dataset.page
        root.append(page)
    text: str = xmlutils.etree_to_string(root)
    return text.encode()


def _printable(said: Any) -> Any:  # noqa: ANN401 -- JSON of any shape
    if isinstance(said, dict):
        return {name: _printable(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_printable(value) for value in said]
    return NOT_XML.sub("", said) if isinstance(said, str) else said


def document_of(dataset: Dataset) -> dict[str, Any]:
    """As JSON, in the words of the library that writes the XML."""
    repository = dataset.repository
    citation = repository.citation
    return known(
        {
            "doi": repository.doi,
            "url": dataset.page,
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Dataset"},
            "creators": [_author(one) for one in citation.authors] or [_owner(dataset)],
            "titles": [{"title": repository.title}],
            "publisher": _publisher(dataset),
            "publicationYear": f"{dataset.released.year:04}",
            "subjects": [{"subject": tag} for tag in repository.tags],
            "dates": _dates(dataset),
            "alternateIdentifiers": [
                {"alternateIdentifier": dataset.page, "alternateIdentifierType": "URL"}
            ],
            "relatedIdentifiers": [
                _related(dataset.collection, "HasMetadata"),
                *(_related_link(link) for link in repository.links),
            ],
            "sizes": _sizes(dataset),
            "formats": sorted(dataset.summary.formats) if dataset.summary else [],
            "version": citation.version,
            "rightsList": [_rights(dataset)] if repository.license else [],
            "descriptions": [{"description": dataset.description, "descriptionType": "Abstract"}],
            "geoLocations": [_box(box) for box in dataset.boxes],
            "schemaVersion": SCHEMA,
        }
    )


def _author(author: Author) -> dict[str, Any]:
    if author.name:
        return {"name": author.name, **ORGANIZATIONAL}
    identifier = {
        "nameIdentifier": f"{ORCID}{author.orcid}",
        "nameIdentifierScheme": "ORCID",
        "schemeUri": ORCID,
    }
    surname_first = ", ".join(filter(None, (author.family_names, author.given_names)))
    return known(
        {
            "name": surname_first or name_of(author),
            **PERSONAL,
            "givenName": author.given_names,
            "familyName": author.family_names,
            "nameIdentifiers": [identifier] if author.orcid else [],
            "affiliation": [{"name": author.affiliation}] if author.affiliation else [],
        }
    )


def _owner(dataset: Dataset) -> dict[str, Any]:
    is_person = dataset.owner.kind == "individual"
    return {"name": dataset.owner_name, **(PERSONAL if is_person else ORGANIZATIONAL)}


def _publisher(dataset: Dataset) -> dict[str, Any]:
    if not dataset.owner.ror:
        return {"name": dataset.owner_name}
    return {
        "name": dataset.owner_name,
        "publisherIdentifier": dataset.owner_identifier,
        "publisherIdentifierScheme": "ROR",
        "schemeUri": ROR,
    }


def _dates(dataset: Dataset) -> list[dict[str, str]]:
    said = {
        "Created": dataset.repository.created_at.isoformat(),
        "Issued": dataset.released.isoformat(),
        "Updated": dataset.repository.updated_at.isoformat(),
        # RKMS-ISO8601, as the schema has it: from and to, with a slash between.
        "Collected": "/".join(filter(None, dataset.times)),
    }
    return [{"date": day, "dateType": kind} for kind, day in said.items() if day]


def _sizes(dataset: Dataset) -> list[str]:
    if dataset.summary is None:
        return []
    return [f"{dataset.summary.size} bytes", f"{dataset.summary.files} files"]


def _related_link(link: Link) -> dict[str, str]:
    return _related(link.url, "References")


def _related(url: str, relation: str) -> dict[str, str]:
    return {
        "relatedIdentifier": url,
        "relatedIdentifierType": "URL",
        "relationType": relation,
    }


def _rights(dataset: Dataset) -> dict[str, str]:
    name = dataset.repository.license
    if not dataset.license:
        return {"rights": name}
    return {
        "rights": name,
        "rightsUri": dataset.license,
        "rightsIdentifier": name,
        "rightsIdentifierScheme": "SPDX",
        "schemeUri": SPDX,
    }


def _box(box: tuple[float, float, float, float]) -> dict[str, Any]:
    names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    return {"geoLocationBox": dict(zip(names, box, strict=True))}
