"""Croissant 1.0, which machine learning reads (https://docs.mlcommons.org/croissant/docs/)."""

from typing import Any

import orjson

from services.web.render.catalogues.dataset import Dataset, known
from services.web.render.catalogues.schema_org import ZIP_TYPE, described
from services.web.render.citations import as_bibtex

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
# What the format says each document must say word for word (Croissant 1.0, appendix 1).
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write(dataset: Dataset) -> bytes:
    """The document."""
    return orjson.dumps(document_of(dataset))


def document_of(dataset: Dataset) -> dict[str, Any]:
    """As JSON. A repository changes, and its archive is made when it is sent: it has no checksum,
    which the format allows a dataset that is live.
    """
    more = {
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "isLiveDataset": True,
        "citeAs": as_bibtex(dataset.repository, dataset.page, dataset.owner_name),
        "distribution": [_archive(dataset), _files()],
    }
    return {"@context": CONTEXT, **described(dataset), **known(more)}


def _archive(dataset: Dataset) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": "archive",
        "name": "archive",
        "description": "All files of the repository, in one archive.",
        "contentUrl": dataset.archive,
        "encodingFormat": ZIP_TYPE,
    }


def _files() -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": "files",
        "name": "files",
        "description": "Each file of the repository.",
        "containedIn": {"@id": "archive"},
        "encodingFormat": "application/octet-stream",
        "includes": "**",
    }
