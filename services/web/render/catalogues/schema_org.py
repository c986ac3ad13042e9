"""schema.org `Dataset`, which search engines read (https://schema.org/Dataset, JSON-LD 1.1)."""

from typing import Any

import orjson

from services.web.render.catalogues.dataset import ORCID, Dataset, known, name_of
from shared.contracts.metadata import Author

ORGANIZATION = "Organization"
STAC_TYPE, ZIP_TYPE = "application/json", "application/zip"


def write(dataset: Dataset) -> bytes:
    """The document."""
    return orjson.dumps(document_of(dataset))


def document_of(dataset: Dataset) -> dict[str, Any]:
    """As JSON; what only the public may not have is said by `isAccessibleForFree`."""
    return {"@context": "https://schema.org/", **described(dataset)} | known(
        {
            "@id": dataset.doi or dataset.page,
            "includedInDataCatalog": {"@type": "DataCatalog", "name": "Coop", "url": dataset.site},
            "spatialCoverage": [_place(box) for box in dataset.boxes],
            "temporalCoverage": "/".join(filter(None, dataset.times)),
            "distribution": [
                _download("All files as a zip archive", dataset.archive, ZIP_TYPE),
                _download("STAC collection", dataset.collection, STAC_TYPE),
            ],
        }
    )


def described(dataset: Dataset) -> dict[str, Any]:
    """What Croissant takes over from schema.org as it is."""
    repository = dataset.repository
    citation = repository.citation
    return known(
        {
            "@type": "Dataset",
            "name": repository.title,
            "description": dataset.description,
            "url": dataset.page,
            "identifier": dataset.doi,
            "sameAs": dataset.doi,
            "license": dataset.license or repository.license,
            "keywords": list(repository.tags),
            "version": citation.version,
            "creator": [_author(one) for one in citation.authors] or [_owner(dataset)],
            "publisher": _owner(dataset),
            "dateCreated": repository.created_at.date().isoformat(),
            "datePublished": dataset.released.isoformat(),
            "dateModified": repository.updated_at.isoformat(),
            "isAccessibleForFree": dataset.is_public or None,
        }
    )


def _owner(dataset: Dataset) -> dict[str, Any]:
    kind = ORGANIZATION if dataset.owner.kind == "organization" else "Person"
    return known(
        {
            "@type": kind,
            "name": dataset.owner_name,
            "url": dataset.owner_page,
            "sameAs": dataset.owner_identifier,
        }
    )


def _author(author: Author) -> dict[str, Any]:
    affiliation = {"@type": ORGANIZATION, "name": author.affiliation}
    return known(
        {
            "@type": ORGANIZATION if author.name else "Person",
            "name": name_of(author),
            "givenName": author.given_names,
            "familyName": author.family_names,
            "sameAs": f"{ORCID}{author.orcid}" if author.orcid else "",
            "affiliation": affiliation if author.affiliation else None,
        }
    )


def _place(box: tuple[float, float, float, float]) -> dict[str, Any]:
    """A box is its south-west and its north-east corner, latitude first."""
    west, south, east, north = box
    if (west, south) == (east, north):
        point = {"@type": "GeoCoordinates", "latitude": south, "longitude": west}
        return {"@type": "Place", "geo": point}
    shape = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return {"@type": "Place", "geo": shape}


def _download(name: str, url: str, media_type: str) -> dict[str, str]:
    return {
        "@type": "DataDownload",
        "name": name,
        "contentUrl": url,
        "encodingFormat": media_type,
    }
