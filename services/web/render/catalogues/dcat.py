"""DCAT-AP 3.0, which data portals harvest (https://semiceu.github.io/DCAT-AP/releases/3.0.0/)."""

from typing import Any

import orjson

from services.web.render.catalogues.dataset import ORCID, Dataset, known, name_of
from services.web.render.catalogues.schema_org import STAC_TYPE, ZIP_TYPE
from shared.contracts.metadata import Author

CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
# Who may have it, in the words of the Publications Office of the EU that the profile demands.
ACCESS_RIGHTS = "http://publications.europa.eu/resource/authority/access-right/"
Node = dict[str, Any]


def write(dataset: Dataset) -> bytes:
    """The document."""
    return orjson.dumps(document_of(dataset))


def document_of(dataset: Dataset) -> Node:
    """As JSON-LD: the dataset, its distributions and the services by which it can be asked."""
    return {"@context": CONTEXT, "@graph": [_dataset(dataset), *_services(dataset)]}


def _dataset(dataset: Dataset) -> Node:
    repository = dataset.repository
    authors = [_author(one) for one in repository.citation.authors]
    return known(
        {
            "@id": dataset.page,
            "@type": "dcat:Dataset",
            "dct:title": repository.title,
            "dct:description": dataset.description,
            "dct:identifier": dataset.page,
            "adms:identifier": _identifier(dataset.doi) if dataset.doi else None,
            "dct:publisher": _owner(dataset),
            "dct:creator": authors,
            "dcat:keyword": list(repository.tags),
            "dcat:version": repository.citation.version,
            "dct:issued": _typed(dataset.released.isoformat(), "date"),
            "dct:modified": _typed(repository.updated_at.isoformat(), "dateTime"),
            "dct:accessRights": _access_rights(dataset),
            "dcat:landingPage": {"@id": dataset.page, "@type": "foaf:Document"},
            "foaf:page": [{"@id": one.url, "@type": "foaf:Document"} for one in repository.links],
            "dct:spatial": [_location(box) for box in dataset.boxes],
            "dct:temporal": _period(dataset),
            "dcat:distribution": [_archive(dataset), _listing(dataset)],
        }
    )


def _archive(dataset: Dataset) -> Node:
    return _distribution(dataset, "All files as a zip archive", dataset.archive, ZIP_TYPE) | {
        "dcat:downloadURL": {"@id": dataset.archive},
    }


def _listing(dataset: Dataset) -> Node:
    return _distribution(dataset, "STAC collection", dataset.collection, STAC_TYPE) | {
        "dcat:accessService": {"@id": f"{dataset.site}/stac"},
    }


def _distribution(dataset: Dataset, title: str, url: str, media_type: str) -> Node:
    return known(
        {
            "@id": url,
            "@type": "dcat:Distribution",
            "dct:title": title,
            "dcat:accessURL": {"@id": url},
            "dcat:mediaType": {"@id": MEDIA_TYPES + media_type, "@type": "dct:MediaType"},
            "dct:license": _license(dataset),
        }
    )


def _license(dataset: Dataset) -> Node | None:
    """An expression of several has no address; it is told as a document with a title."""
    name = dataset.repository.license
    if not name:
        return None
    said = {"@type": "dct:LicenseDocument", "dct:title": name}
    return {"@id": dataset.license, **said} if dataset.license else said


def _services(dataset: Dataset) -> list[Node]:
    return [
        _service(dataset, "STAC API", f"{dataset.site}/stac"),
        _service(dataset, "S3", dataset.data_door),
    ]


def _service(dataset: Dataset, title: str, url: str) -> Node:
    return {
        "@id": url,
        "@type": "dcat:DataService",
        "dct:title": title,
        "dcat:endpointURL": {"@id": url},
        "dcat:servesDataset": {"@id": dataset.page},
    }


def _owner(dataset: Dataset) -> Node:
    """In the words of FOAF; `@id` is its page, by which harvesters know it again."""
    agent = {"@id": dataset.owner_page, "@type": "foaf:Agent", "foaf:name": dataset.owner_name}
    identifier = dataset.owner_identifier
    return agent | ({"dct:identifier": identifier} if identifier else {})


def _author(author: Author) -> Node:
    agent: Node = {"@type": "foaf:Agent", "foaf:name": name_of(author)}
    return agent | ({"@id": f"{ORCID}{author.orcid}"} if author.orcid else {})


def _identifier(address: str) -> Node:
    return {"@type": "adms:Identifier", "skos:notation": _typed(address, "anyURI")}


def _access_rights(dataset: Dataset) -> Node:
    name = "PUBLIC" if dataset.is_public else "RESTRICTED"
    return {"@id": ACCESS_RIGHTS + name, "@type": "dct:RightsStatement"}


def _location(box: tuple[float, float, float, float]) -> Node:
    """The box as a polygon in WKT, longitude first (GeoSPARQL 1.1 §8.5)."""
    west, south, east, north = box
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    corners = ", ".join(f"{x} {y}" for x, y in ring)
    literal = {"@type": "geo:wktLiteral", "@value": f"POLYGON(({corners}))"}
    return {"@type": "dct:Location", "dcat:bbox": literal}


def _period(dataset: Dataset) -> Node | None:
    start, end = dataset.times
    if not start:
        return None
    return {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": _typed(start, "dateTime"),
        "dcat:endDate": _typed(end, "dateTime"),
    }


def _typed(value: str, kind: str) -> Node:
    return {"@type": f"xsd:{kind}", "@value": value}
